"""KMZ: all layers in one file for Google Earth and other globes, a folder a layer."""

from __future__ import annotations

import functools
import itertools
import re
import zipfile
from math import isnan
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import shapely

from geo.errors import UsageError
from maps.escape import clean_text, escape_text
from maps.publish.styles.classes import (
    ADMIN_STYLE,
    EVENT_CLASSES,
    NO_FIGURE,
    PEOPLE_CLASSES,
    ZONE_CLASSES,
)
from maps.style import INK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shapely.geometry import Polygon
    from shapely.geometry.base import BaseGeometry

    from maps.publish.layers import Cell, Layer
    from maps.publish.release import Release
    from maps.style import Mark, Style

_ICON_PX = 64
_TITLES = {
    "zones": "label",
    "admin": "name",
    "units": "name",
    "events": "name",
    "facilities": "name",
}
_CLASSED_BY = {"zones": "kind", "units": "best", "events": "role"}
_HATCHED = 0.15  # opacity that stands for a hatch, which KML has not
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STYLED = {f"zones-{each.value}" for each in ZONE_CLASSES} | {
    f"events-{each.value}" for each in EVENT_CLASSES
}
_SPECIAL = re.compile("[^\t\n !-%'-;=?-~\u00a0-\ud7ff]")  # all that may need care: <, >, &, ...
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that an archive can say
_MOST_ROWS = 1_500_000  # the document stays below 2 GB: readers know no larger ones
_WRITTEN_TOGETHER = 5_000


def write_kmz(release: Release, folder: Path) -> None:
    """Write the layers as KML 2.2 in a ZIP archive, with the symbols of events beside it.

    Columns are data of each placemark, without types, since GDAL and with it QGIS read no schema
    from an archive. They stand in its balloon too; text of others reaches the
    balloon through `maps.escape` only. Control characters, which XML can't hold, are left out.

    Raises
    ------
    UsageError
        If there are more rows than a KMZ file can hold.
    """
    rows = sum(len(layer.table) for layer in release.layers)
    if rows > _MOST_ROWS:
        raise UsageError(
            f"kmz: {rows:,} rows are too many for one file, at most {_MOST_ROWS:,}; "
            "choose other formats with --format"
        )
    path = folder / release.name_file("layers", "kmz")
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open(_make_entry("doc.kml"), "w") as document:
            for some in _gather(_write_document(release)):
                document.write(some.encode())
        for each in EVENT_CLASSES:
            archive.writestr(_make_entry(_name_icon(each.value)), draw_icon(each.style))


def _make_entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EARLIEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _gather(lines: Iterator[str]) -> Iterator[str]:
    while some := "".join(itertools.islice(lines, _WRITTEN_TOGETHER)):
        yield some


def _write_document(release: Release) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
    yield f"<name>{_escape(clean_text(release.title))}</name>\n"
    told = [release.headline, release.marking]
    told += [f"{each['name']}: {each['licence']}" for each in release.sources]
    told += [each["text"] for each in release.cautions]
    balloon = "".join(f"<p>{escape_text(line)}</p>" for line in told)
    yield f"<description>{_escape(balloon)}</description>\n"
    yield from _write_styles()
    for layer in release.layers:
        yield f"<Folder><name>{layer.name}</name>"
        yield f"<description>{_escape(f'{layer.title}. {release.marking}')}</description>\n"
        yield from _write_placemarks(layer)
        yield "</Folder>\n"
    yield "</Document></kml>\n"


def _write_styles() -> Iterator[str]:
    for zone in ZONE_CLASSES:
        yield _write_style(f"zones-{zone.value}", _style_shape(zone.style))
    for layer in ("admin", "facilities"):
        yield _write_style(f"{layer}-", _style_shape(ADMIN_STYLE))
    yield _write_style("units-", _style_shape(NO_FIGURE))
    for people in PEOPLE_CLASSES:
        yield _write_style(f"units-{people.least}", _style_shape(people.style))
    for event in EVENT_CLASSES:
        icon = f"<Icon><href>{_name_icon(event.value)}</href></Icon>"
        scale = event.style.size_px / 24
        drawn = f"<IconStyle><scale>{scale:.2f}</scale>{icon}</IconStyle>"
        yield _write_style(f"events-{event.value}", drawn)


def _write_style(name: str, drawn: str) -> str:
    balloon = "<BalloonStyle><text>$[description]</text></BalloonStyle>"
    return f'<Style id="{name}">{drawn}{balloon}</Style>\n'


def _style_shape(style: Style) -> str:
    stroke = _colour(style.stroke or INK, style.stroke_opacity)
    line = f"<LineStyle><color>{stroke}</color><width>{style.weight:g}</width></LineStyle>"
    opacity = _HATCHED if style.pattern else style.fill_opacity
    fill = _colour(style.fill or style.stroke or INK, opacity)
    return f"{line}<PolyStyle><color>{fill}</color></PolyStyle>"


def _colour(colour: str, opacity: float) -> str:
    """Return a colour as KML has it: opacity, blue, green, red."""
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    return f"{round(255 * opacity):02x}{blue}{green}{red}"


def _name_icon(role: str) -> str:
    return f"icons/{role or 'other'}.png"


def draw_icon(mark: Mark) -> bytes:
    """Return a mark as a PNG of 64 x 64, on nothing."""
    import numpy as np

    from maps.layers.picture import encode_png
    from maps.sheet.ink import outline_mark

    outline = shapely.Polygon(np.asarray(outline_mark(mark.shape).to_polygons()[0]))
    at = (np.arange(_ICON_PX) + 0.5) * 24 / _ICON_PX
    x, y = np.meshgrid(at, at)
    inside = shapely.contains_xy(outline.buffer(-mark.stroke_width / 2), x, y)
    drawn = shapely.contains_xy(outline.buffer(mark.stroke_width / 2), x, y)
    classes = drawn.astype(np.uint8) + inside
    return encode_png(classes.astype(np.uint8), {1: mark.stroke, 2: mark.fill})


def _write_placemarks(layer: Layer) -> Iterator[str]:
    names = [column.name for column in layer.columns]
    title = names.index(_TITLES.get(layer.name, names[0]))
    classed = _CLASSED_BY.get(layer.name)
    by = names.index(classed) if classed in names else None
    heads = [_escape(f"<tr><td>{name}</td><td>") for name in names]
    kinds = [column.kind for column in layer.columns]
    for row, shape in zip(layer.iterate_rows(), _write_shapes(layer), strict=True):
        style = _find_style(layer.name, None if by is None else row[by])
        data = "".join(
            f'<Data name="{name}"><value>{_escape_value(value)}</value></Data>'
            for name, value in zip(names, row, strict=True)
            if value is not None
        )
        balloon = "".join(
            f"{head}{_tell(value, kind)}{_END_OF_ROW}"
            for head, value, kind in zip(heads, row, kinds, strict=True)
            if value is not None or kind == "people"
        )
        yield (
            f"<Placemark><name>{_escape_name(row[title])}</name><styleUrl>#{style}</styleUrl>"
            f"<description>{_HEAD}{_tell(row[title], 'text')}{_TABLE}{balloon}{_END}</description>"
            f"<ExtendedData>{data}</ExtendedData>{shape}</Placemark>\n"
        )


def _find_style(layer: str, value: Cell) -> str:
    if layer == "units" and isinstance(value, int):
        return f"units-{max(each.least for each in PEOPLE_CLASSES if each.least <= value)}"
    style = f"{layer}-{value}"
    return style if style in _STYLED else f"{layer}-"


def _tell(value: Cell, kind: str) -> str:
    """Return a cell as HTML, escaped once more: a balloon is a text in KML."""
    if value is None:
        return "not known" if kind == "people" else ""
    return f"{value:,}" if isinstance(value, int) else _escape_html(str(value))


def _write_shapes(layer: Layer) -> Iterator[str]:
    """Yield the shape of each row; nothing where it has none."""
    shapes = layer.table.geometry.to_numpy()
    if layer.geometry_type != "Point":
        yield from map(_write_area, shapes)
        return
    for lon, lat in zip(shapely.get_x(shapes), shapely.get_y(shapes), strict=True):
        at = f"<coordinates>{lon:.7f},{lat:.7f}</coordinates>"
        yield "" if isnan(lon) else f"<Point>{at}</Point>"


def _write_area(shape: BaseGeometry | None) -> str:
    if shape is None or shape.is_empty:
        return ""
    parts = [_write_polygon(part) for part in shapely.get_parts(shape)]
    return parts[0] if len(parts) == 1 else f"<MultiGeometry>{''.join(parts)}</MultiGeometry>"


def _write_polygon(polygon: Polygon) -> str:
    rings = [
        f"<{side}><LinearRing><coordinates>{_write_positions(ring)}</coordinates></LinearRing>"
        f"</{side}>"
        for side, ring in (
            ("outerBoundaryIs", polygon.exterior),
            *(("innerBoundaryIs", each) for each in polygon.interiors),
        )
    ]
    return f"<Polygon>{''.join(rings)}</Polygon>"


def _write_positions(shape: BaseGeometry) -> str:
    return " ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in shapely.get_coordinates(shape).tolist())


def _escape_value(value: Cell) -> str:
    return _escape(value) if isinstance(value, str) else repr(value)


@functools.lru_cache(maxsize=10_000)
def _escape_name(value: Cell) -> str:
    return "" if value is None else _escape(clean_text(str(value)))


@functools.lru_cache(maxsize=10_000)
def _escape_html(text: str) -> str:
    if text.isalnum():  # escaped or not, it is the same
        return text
    return _escape(escape_text(text))


def _escape(text: str) -> str:
    if not _SPECIAL.search(text):
        return text
    return escape(_NOT_XML.sub("", text), {"\r": "&#13;"})


# What is the same in every balloon, escaped as `_tell` does.
_HEAD, _TABLE = _escape("<h3>"), _escape("</h3><table>")
_END_OF_ROW, _END = _escape("</td></tr>"), _escape("</table>")
