"""From a run's layers to the whole HTML document: folium's map in our page, self-contained."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from geo.types import BBox
from maps.assets import inline_links, read_web_file
from maps.distribution import INTERNAL, name_profile
from maps.doubts import describe_doubts
from maps.escape import Html, dump_json, escape_css, escape_text, make_environment
from maps.extent import turn_box
from maps.furniture import describe_page
from maps.layers import draw_layers
from maps.layers.drawing import Shapes
from maps.scenario import describe_scenario
from maps.series import describe_series
from maps.style import LAND, PATTERNS, SEA, Mark
from maps.timeline import describe_timeline
from maps.wording import English

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from maps.layers.drawing import LayerDrawing
    from maps.run import RunData
    from maps.wording import Wording

_FIRST_PANE = 300
_PANE_STEP = 10
_LABEL_PANE = 640  # below popups (700), above everything that is drawn
# Stands in the margin of each printed page.
_PAPER = '@page { @bottom-right { content: "TEXT"; font: 600 8pt sans-serif; color: #1f2933; } }'
_LEAFLET_ONLY = frozenset({"leaflet", "leaflet_css"})


def render_document(run: RunData, words: Wording) -> str:
    """Return the page of a run.

    The run's profile says to whom it may go. It is the line that the page carries and nothing
    else: what a public page must not hold is for the run's maker to leave out.

    Raises
    ------
    UsageError
        If there is no such profile.
    """
    drawings = draw_layers(run, words)
    figure = _draw_map(run, drawings, words)
    _number_elements(figure)
    for child in figure._children.values():  # noqa: SLF001 (branca has no public way)
        child.render()
    inline_links(figure.header)
    scripts = f"<script>\n{figure.script.render()}\n</script>"
    line = name_profile(run.profile, words)
    styles = read_web_file("civmap.css") + _PAPER.replace("TEXT", escape_css(line))
    head = f"{figure.header.render()}\n<style>{styles}</style>"
    for name in ("civmap.js", "days.js", "compare.js"):
        head += f"<script>{read_web_file(name)}</script>"
    if run.large is not None:
        head += f"<script>{read_web_file('points.js')}</script>"
    environment = make_environment(
        {
            "_": words.translate,
            "is_mark": _is_mark,
            "is_english": _is_english,
            "side": words.find_direction,
        }
    )
    return environment.get_template("page.html").render(
        lang=words.lang,
        direction=words.direction,
        policy=make_policy(head + scripts),
        head=Html(head),
        map=Html(figure.html.render()),
        script=Html(scripts),
        patterns=PATTERNS,
        land=LAND,
        sea=SEA,
        profile=line,
        is_internal=run.profile == INTERNAL,
        series=describe_series(run, words),
        doubts=describe_doubts(run, words),
        scenario=describe_scenario(run, words),
        days=describe_timeline(run, words),
        **describe_page(run, drawings, words),
    )


def make_policy(markup: str) -> str:
    """Return a content security policy that allows the page's own inline parts and no request.

    Scripts and style sheets are allowed by their hashes, pictures as `data:` only. Leaflet sets
    styles through the object model, which a policy does not concern.
    """
    blocks = _BlockReader()
    blocks.feed(markup)
    hashes = {
        kind: " ".join(sorted({f"'sha256-{_hash(text)}'" for text in texts})) or "'none'"
        for kind, texts in blocks.texts.items()
    }
    return (
        f"default-src 'none'; script-src {hashes['script']}; style-src {hashes['style']}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


class OfflineMap(folium.Map):
    """folium's map without the libraries that nothing here needs, and without its page styles.

    folium's own header forbids zooming on a phone and stretches the page.
    """

    default_js = [link for link in folium.Map.default_js if link[0] in _LEAFLET_ONLY]  # noqa: RUF012
    default_css = [link for link in folium.Map.default_css if link[0] in _LEAFLET_ONLY]  # noqa: RUF012

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id="{{ this.get_name() }}" role="region" dir="ltr"
                 aria-label="{{ this.name_html }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }},
                crs: L.CRS.{{ this.crs }},
                ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(tiles=None, **options)
        self.name_html = escape_text(name)


class Controls(MacroElement):
    """Switches, views, scale and labels: everything that works once the layers are there."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <script type="application/json" id="data-controls">{{ this.block }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            civmap.start({{ this._parent.get_name() }}, {
                {%- for key, layer in this.layers.items() %}
                {{ key|tojson }}: {{ layer.get_name() }},
                {%- endfor %}
            });
        {% endmacro %}
        """
    )

    def __init__(self, settings: dict[str, Any], layers: Mapping[str, Element]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's own lacks a type
        self._name = "Controls"
        self.block = dump_json(settings)
        self.layers = layers


class _BlockReader(HTMLParser):
    """Collects what the policy has to allow: inline scripts that run, and style sheets."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self._kind: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.texts and dict(attrs).get("type") != "application/json":
            self._kind = tag
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._kind:
            self._kind = None

    def handle_data(self, data: str) -> None:
        if self._kind:
            self.texts[self._kind][-1] += data


def _draw_map(run: RunData, drawings: Sequence[LayerDrawing], words: Wording) -> Figure:
    _ = words.translate
    figure = Figure()
    risk_map = OfflineMap(
        _("Map; the same figures stand in the tables below it"),
        zoom_start=2,
        min_zoom=1,
        max_zoom=16,
        zoom_snap=0.25,
        attribution_control=False,  # takes raw HTML and carries a flag; credits are our own line
    )
    risk_map.add_to(figure)
    for index, drawing in enumerate(drawings):
        z_index = _FIRST_PANE + index * _PANE_STEP
        folium.map.CustomPane(drawing.key, z_index, pointer_events=True).add_to(risk_map)
    folium.map.CustomPane("labels", _LABEL_PANE).add_to(risk_map)
    seam = run.seam
    for drawing in drawings:
        _turn_layer(drawing.element, seam)
        drawing.element.add_to(risk_map)
    layers = {drawing.key: drawing.element for drawing in drawings if drawing.switchable}
    Controls(_describe_controls(run, words), layers).add_to(risk_map)
    return figure


def _turn_layer(element: Element, seam: float | None) -> None:
    """Put a layer on the turn of the globe that begins at a seam."""
    for part in _walk(element):
        if isinstance(part, Shapes):
            part.seam = seam
        elif isinstance(part, folium.raster_layers.ImageOverlay):
            (south, west), (north, east) = part.bounds
            part.bounds = _to_leaflet(turn_box(BBox(west, south, east, north), seam))


def _describe_controls(run: RunData, words: Wording) -> dict[str, Any]:
    _ = words.translate
    named = [
        (_("Zone of concern") if run.zones else _("Events"), run.focus()),
        (_("All events"), run.bound_events()),
        (_("All places"), run.bound_places()),
    ]
    if not run.zones and not run.pins:
        named = named[2:]
    seam = run.seam
    views: dict[BBox, str] = {}
    for name, box in named:
        if box is not None:
            views.setdefault(turn_box(box, seam), name)
    shown = [{"name": name, "bounds": _to_leaflet(box)} for box, name in views.items()]
    world = BBox(-170, -58, 180, 75)
    if seam is not None:
        world = BBox(seam + 10, world.south, seam + 360, world.north)
    shown.append({"name": _("Whole world"), "bounds": _to_leaflet(world)})
    return {
        "views": shown,
        "views_name": _("Show"),
        "right_to_left": words.direction == "rtl",
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "close": _("Close"),
        "north": _("{degrees}° N"),
        "south": _("{degrees}° S"),
        "east": _("{degrees}° E"),
        "west": _("{degrees}° W"),
        "point": words.point,
        "comma": _(", "),
        "km": _("{number} km"),
        "m": _("{number} m"),
    }


def _to_leaflet(box: BBox) -> list[list[float]]:
    return [[box.south, box.west], [box.north, box.east]]


def _number_elements(figure: Figure) -> None:
    """Replace branca's random ids by numbers, so that the same run gives the same bytes."""
    for number, element in enumerate(_walk(figure)):
        element._id = f"{number:04d}"  # noqa: SLF001 (branca has no public way)


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():  # noqa: SLF001
        yield from _walk(child)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _is_english(text: object) -> bool:
    return isinstance(text, English)


def _is_mark(swatch: object) -> bool:
    return isinstance(swatch, Mark)
