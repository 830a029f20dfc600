"""What a layer hands to the page: a folium layer, its legend, and how it is switched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from folium.map import Layer as FoliumLayer
from folium.template import Template
from shapely.geometry import mapping, shape

from maps.escape import Html, dump_json
from maps.extent import turn_geometry, turn_lon
from maps.style import Mark, Style
from maps.wording import English

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

Group = Literal["threat", "events", "people", "places", "own"]


LOCAL_ZOOMS = (8.0, 24.0)  # where a district fills the window
WORLD_ZOOMS = (0.0, 8.0)


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of the legend, made by the layer that it describes.

    `form` says how a `Style` is sampled: as an area, a line, a ring or a dot; a mark of which the
    size counts is `sized`.
    """

    label: str
    swatch: Style | Mark
    form: Literal["area", "line", "ring", "dot", "sized"] = "area"
    note: str | None = None


@dataclass(frozen=True, slots=True)
class LayerDrawing:
    """A layer ready for the page.

    Attributes
    ----------
    key
        Stable name, used for the layer's pane and its switch.
    exclusive
        Whether it is a fill of which one is shown at a time.
    shown
        Whether it is shown when the page opens.
    switchable
        False for the ground that everything is drawn on.
    """

    key: str
    title: str
    group: Group
    element: FoliumLayer
    legend: Sequence[LegendEntry] = ()
    note: str | None = None
    exclusive: bool = False
    shown: bool = True
    switchable: bool = True


@dataclass(frozen=True, slots=True)
class Popup:
    """What a click on a shape says: a title, rows of a small table, notes. Plain text only."""

    title: str
    rows: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()

    def to_script(self) -> dict[str, Any]:
        """Return what the page's script builds the popup from."""
        rows = [(name, _to_script(value)) for name, value in self.rows]
        return {"title": self.title, "rows": rows, "notes": [*map(_to_script, self.notes)]}


@dataclass(frozen=True, slots=True)
class Label:
    """A name on the map.

    Of two that would overlap, or say the same, the one of the lower `rank` is shown; `zooms` are
    the first and last zoom levels at which the name is of use; `below_px` is how far below its
    point it stands, CSS pixels.
    """

    text: str
    rank: float
    kind: Literal["event", "mention", "ring", "unit", "town", "country"]
    lon: float
    lat: float
    zooms: tuple[float, float] = (0, 24)
    below_px: float = 0.0

    def to_script(self) -> dict[str, Any]:
        """Return what the page's script builds the label from."""
        script = {
            "text": self.text,
            "rank": self.rank,
            "kind": self.kind,
            "at": [round(self.lat, 5), round(self.lon, 5)],
            "zooms": self.zooms,
        }
        return script | {"below": self.below_px} if self.below_px else script


@dataclass(slots=True)
class ShapeSet:
    """Features that are drawn together, each in one of a few named styles.

    Attributes
    ----------
    decimals
        Of a degree, to which coordinates are rounded: 5 is about a metre.
    """

    styles: Mapping[str, Style | Mark]
    decimals: int = 4
    features: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        geometry: BaseGeometry,
        style: str,
        *,
        popup: Popup | None = None,
        label: Label | None = None,
        **properties: Any,
    ) -> None:
        """Add a feature, EPSG:4326.

        Parameters
        ----------
        properties
            `radius_m`: draw a point as a circle of this radius in metres; `offset_px`: shift a
            mark sideways; `dot_px`: draw a point as a dot of this radius.
        """
        extra: dict[str, Any] = {key: value for key, value in properties.items() if value}
        if popup:
            extra["popup"] = popup.to_script()
        if label:
            extra["label"] = label.to_script()
        self.features.append(
            {
                "type": "Feature",
                "properties": {"style": style, **extra},
                "geometry": mapping(_round_coordinates(geometry, self.decimals)),
            }
        )

    def to_script(self, seam: float | None = None) -> dict[str, Any]:
        """Return what the page's script draws the features from, on the turn that a seam begins."""
        return {
            "styles": {
                name: style.to_script() if isinstance(style, Mark) else style.to_leaflet()
                for name, style in self.styles.items()
            },
            "features": [_turn_feature(feature, seam) for feature in self.features],
        }


def _turn_feature(feature: dict[str, Any], seam: float | None) -> dict[str, Any]:
    if seam is None:
        return feature
    properties = dict(feature["properties"])
    if "label" in properties:
        lat, lon = properties["label"]["at"]
        properties["label"] = properties["label"] | {"at": [lat, turn_lon(lon, seam)]}
    geometry = turn_geometry(shape(feature["geometry"]), seam)
    return feature | {"properties": properties, "geometry": mapping(geometry)}


class Shapes(FoliumLayer):
    """A folium layer whose data stand in a JSON block and are drawn by the page's script.

    folium's own GeoJson, Popup, Tooltip and Marker write text into scripts and raw HTML; here
    text reaches the page as data and is shown through `textContent`.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <script type="application/json" id="data-{{ this.key }}">{{ this.block }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = civmap.shapes({{ this.key|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, key: str, shapes: ShapeSet, *, shown: bool = True) -> None:
        super().__init__(name=key, overlay=True, control=False, show=shown)
        self._name = "Shapes"
        self.key = key
        self.shapes = shapes
        self.seam: float | None = None

    @property
    def block(self) -> Html:
        """The features as JSON, on the turn of the globe that begins at `seam`."""
        return dump_json(self.shapes.to_script(self.seam))


def _to_script(text: str) -> str | dict[str, str]:
    """Return a text; one that is English whatever the page's language says so."""
    return {"english": str(text)} if isinstance(text, English) else text


def find_shapes(drawing: LayerDrawing) -> ShapeSet | None:
    """Return a layer's features; None of a layer of pictures."""
    return drawing.element.shapes if isinstance(drawing.element, Shapes) else None


def _round_coordinates(geometry: BaseGeometry, decimals: int) -> BaseGeometry:
    def round_array(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.round(xy, decimals) + 0.0  # no negative zero

    try:
        return shapely.remove_repeated_points(shapely.transform(geometry, round_array))
    except shapely.errors.GEOSException:  # a ring became a point, such as a cell's: left out
        snapped = shapely.set_precision(geometry, 10.0**-decimals)
        return shapely.transform(snapped, round_array)


class Points(FoliumLayer):
    """Very many points as one layer, whose data stand in a JSON block as columns.

    `maps/web/points.js` draws them on one canvas: an object for each would take minutes.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <script type="application/json" id="data-{{ this.key }}">{{ this.block }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = civmap.points({{ this.key|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, key: str, data: dict[str, Any], *, shown: bool = True) -> None:
        super().__init__(name=key, overlay=True, control=False, show=shown)
        self._name = "Points"
        self.key = key
        self.block = dump_json(data)
