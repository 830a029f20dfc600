"""Styles of the layers for QGIS 3.22 and newer (QML)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maps.publish.styles.classes import (
    ADMIN_STYLE,
    EVENT_CLASSES,
    NO_FIGURE,
    PEOPLE_CLASSES,
    ZONE_CLASSES,
)
from maps.style import INK, PATTERNS, Mark, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MM_PER_PX = 25.4 / 96
_HATCH_ANGLES = {"hatch-zone": "45", "hatch-drawn": "90", "hatch-gap": "135"}
_MOST = 10**12
_FONT = "Open Sans"
# Places of labels: QGIS's own numbers.
_HORIZONTAL, _AROUND_POINT, _ALONG_PERIMETER = "4", "6", "7"


def _tell_people(column: str) -> str:
    """Return QGIS's expression of a number of people, two digits of it."""
    rounded = f'round("{column}", 1 - floor(log10("{column}")))'
    return (
        f'CASE WHEN "{column}" > 0 THEN format_number({rounded}, 0) '
        f"WHEN \"{column}\" = 0 THEN '0' ELSE 'not known' END"
    )


_PEOPLE = (
    f'{_tell_people("best")} || CASE WHEN "low" IS NULL OR "high" IS NULL THEN \'\' '
    f"ELSE ' (' || {_tell_people('low')} || ' to ' || {_tell_people('high')} || ')' END"
)


@dataclass(frozen=True, slots=True)
class _Labels:
    """Labels of the rows that a filter takes; size in points."""

    expression: str
    placement: str
    size: str
    chosen: str = ""


# Rings have none, their disc says more; nor units, which have one as a unit.
_LABELS = {
    "zones": (
        _Labels(f"\"label\" || ': ' || {_PEOPLE}", _ALONG_PERIMETER, "8", "\"kind\" = 'disc'"),
        _Labels(
            f"\"label\" || '\\n' || {_PEOPLE}",
            _HORIZONTAL,
            "9",
            "\"kind\" NOT IN ('admin', 'disc', 'ring')",
        ),
    ),
    "admin": (_Labels(f"\"name\" || ', ' || \"zone_id\" || '\\n' || {_PEOPLE}", _HORIZONTAL, "7"),),
    "units": (_Labels(f"\"name\" || '\\n' || {_PEOPLE}", _HORIZONTAL, "9"),),
    "events": (_Labels('"name"', _AROUND_POINT, "9"),),
    "facilities": (_Labels('"kind" || \': \' || "total"', _HORIZONTAL, "8"),),
}


def write_qml(layer: str) -> str:
    """Return the style of a layer of `maps.publish.layers.LAYERS`."""
    root = ET.Element(
        "qgis", version="3.22", styleCategories="Symbology|Labeling", labelsEnabled="1"
    )
    _RENDERERS[layer](root)
    _add_labels(root, _LABELS[layer])
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode")


def _add_zones(root: ET.Element) -> None:
    rows = [(each.value, each.label, each.style) for each in ZONE_CLASSES]
    _add_categories(root, "kind", rows)


def _add_events(root: ET.Element) -> None:
    rows = [(each.value, each.label, each.style) for each in EVENT_CLASSES]
    _add_categories(root, "role", rows)


def _add_categories(
    root: ET.Element, column: str, rows: Iterable[tuple[str, str, Style | Mark]]
) -> None:
    renderer = ET.SubElement(root, "renderer-v2", type="categorizedSymbol", attr=column)
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (value, label, style) in enumerate(rows):
        ET.SubElement(
            categories, "category", value=value, label=label, symbol=str(number), render="true"
        )
        _add_symbol(symbols, str(number), style)


def _add_units(root: ET.Element) -> None:
    # a graduated renderer leaves out what is missing: it is given a class below nobody
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        type="graduatedSymbol",
        attr='coalesce("best", -1)',
        graduatedMethod="GraduatedColor",
    )
    ranges = ET.SubElement(renderer, "ranges")
    symbols = ET.SubElement(renderer, "symbols")
    rows: list[tuple[int, int, str, Style]] = [(-1, -1, "not known", NO_FIGURE)]
    rows += [(each.least, each.most or _MOST, each.label, each.style) for each in PEOPLE_CLASSES]
    for number, (least, most, label, style) in enumerate(rows):
        ends = {"lower": str(least), "upper": str(most)}
        ET.SubElement(ranges, "range", ends, label=label, symbol=str(number), render="true")
        _add_symbol(symbols, str(number), style)


def _add_admin(root: ET.Element) -> None:
    renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol")
    _add_symbol(ET.SubElement(renderer, "symbols"), "0", ADMIN_STYLE)


_RENDERERS = {
    "zones": _add_zones,
    "admin": _add_admin,
    "units": _add_units,
    "events": _add_events,
    "facilities": _add_admin,
}


def _add_symbol(symbols: ET.Element, name: str, style: Style | Mark) -> None:
    kind = "marker" if isinstance(style, Mark) else "fill"
    symbol = ET.SubElement(symbols, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1")
    if isinstance(style, Mark):
        _add_part(symbol, "SimpleMarker", _describe_mark(style))
        return
    if style.fill:
        fill = _colour(style.fill, style.fill_opacity)
        _add_part(symbol, "SimpleFill", {"color": fill, "outline_style": "no", "style": "solid"})
    if style.pattern:
        _add_hatch(symbol, style)
    _add_part(symbol, "SimpleLine", _describe_line(style))


def _describe_mark(mark: Mark) -> dict[str, str]:
    return {
        "name": mark.shape,
        "color": _colour(mark.fill),
        "outline_color": _colour(mark.stroke),
        "outline_width": _millimetres(mark.stroke_width * mark.size_px / 24),
        "outline_width_unit": "MM",
        "size": _millimetres(mark.size_px * 0.8),  # the page's shapes leave a margin in their box
        "size_unit": "MM",
    }


def _describe_line(style: Style) -> dict[str, str]:
    described = {
        "line_color": _colour(style.stroke or INK, style.stroke_opacity),
        "line_width": _millimetres(style.weight),
        "line_width_unit": "MM",
        "line_style": "solid",
        "joinstyle": "round",
        "capstyle": "flat" if style.dash else "square",
    }
    if style.dash:
        lengths = [_millimetres(float(length)) for length in style.dash.split()]
        described |= {
            "use_custom_dash": "1",
            "customdash": ";".join(lengths),
            "customdash_unit": "MM",
        }
    return described


def _add_hatch(symbol: ET.Element, style: Style) -> None:
    pattern = next(each for each in PATTERNS if each.name == style.pattern)
    part = _add_part(
        symbol,
        "LinePatternFill",
        {
            "angle": _HATCH_ANGLES[pattern.name],
            "distance": _millimetres(pattern.size_px),
            "distance_unit": "MM",
        },
    )
    lines = ET.SubElement(part, "symbol", name="hatch", type="line", alpha="1")
    stroke = Style(stroke=pattern.stroke, weight=pattern.weight, stroke_opacity=style.fill_opacity)
    _add_part(lines, "SimpleLine", _describe_line(stroke))


def _add_part(symbol: ET.Element, kind: str, options: Mapping[str, str]) -> ET.Element:
    attributes = {"class": kind, "enabled": "1", "locked": "0", "pass": "0"}
    part = ET.SubElement(symbol, "layer", attributes)
    described = ET.SubElement(part, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(described, "Option", name=name, value=value, type="QString")
    return part


def _add_labels(root: ET.Element, labels: Iterable[_Labels]) -> None:
    labeling = ET.SubElement(root, "labeling", type="rule-based")
    rules = ET.SubElement(labeling, "rules", key="all")
    for number, each in enumerate(labels):
        rule = ET.SubElement(rules, "rule", key=str(number), filter=each.chosen)
        settings = ET.SubElement(rule, "settings")
        _add_lettering(settings, each)
        ET.SubElement(
            settings,
            "placement",
            placement=each.placement,
            priority="5",
            dist="1.5",
            distUnits="MM",
            polygonPlacementFlags="2",
            placementFlags="10",
            predefinedPositionOrder="R,TR,BR,L,TL,BL,TSR,BSR",
        )
        # shapes lie on each other: none keeps the label of another away
        ET.SubElement(
            settings,
            "rendering",
            drawLabels="1",
            obstacle="0",
            obstacleFactor="1",
            obstacleType="1",
        )


def _add_lettering(settings: ET.Element, labels: _Labels) -> None:
    text = ET.SubElement(
        settings,
        "text-style",
        fieldName=labels.expression,
        isExpression="1",
        fontFamily=_FONT,
        fontSize=labels.size,
        fontSizeUnit="Point",
        fontWeight="75",
        textColor=_colour(INK),
        textOpacity="1",
    )
    ET.SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.7",
        bufferSizeUnits="MM",
        bufferColor=_colour("#ffffff"),
        bufferOpacity="1",
        bufferJoinStyle="128",
    )
    ET.SubElement(settings, "text-format", multilineAlign="1")


def _colour(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def _millimetres(pixels: float) -> str:
    return f"{pixels * _MM_PER_PX:.2f}"
