"""Styles of the layers for map servers (OGC Styled Layer Descriptor 1.0)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from maps.publish.styles.classes import (
    ADMIN_STYLE,
    EVENT_CLASSES,
    NO_FIGURE,
    PEOPLE_CLASSES,
    STYLE_NAMES,
    ZONE_CLASSES,
)
from maps.style import INK, PATTERNS, Mark, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "version": "1.0.0",
}
# Marks that the standard has; a diamond is a square on its corner.
_MARKS = {"diamond": ("square", 45)}
# Hatches are no part of the standard: servers know these names, others draw the outline alone.
_HATCHES = {
    "hatch-zone": "shape://slash",
    "hatch-drawn": "shape://vertline",
    "hatch-gap": "shape://backslash",
}
_LABELS = {
    "zones": "label",
    "admin": "name",
    "units": "name",
    "events": "name",
    "facilities": "kind",
}


def write_sld(layer: str) -> str:
    """Return the style of a layer of `maps.publish.layers.LAYERS`."""
    root = ET.Element("StyledLayerDescriptor", _NAMES)
    named = ET.SubElement(root, "NamedLayer")
    _add_text(named, "Name", layer)
    style = ET.SubElement(named, "UserStyle")
    _add_text(style, "Name", STYLE_NAMES[layer])
    kinds = ET.SubElement(style, "FeatureTypeStyle")
    _RULES[layer](kinds)
    _add_label(kinds, _LABELS[layer])
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode")


def _add_zones(kinds: ET.Element) -> None:
    named = [each.value for each in ZONE_CLASSES if each.value]
    for each in ZONE_CLASSES:
        _add_class(kinds, "kind", each.value, named, each.label, each.style)


def _add_events(kinds: ET.Element) -> None:
    named = [each.value for each in EVENT_CLASSES if each.value]
    for each in EVENT_CLASSES:
        _add_class(kinds, "role", each.value, named, each.label, each.style)


def _add_class(
    kinds: ET.Element,
    column: str,
    value: str,
    named: Sequence[str],
    label: str,
    style: Style | Mark,
) -> None:
    rule = _add_rule(kinds, label)
    chosen = ET.SubElement(rule, "ogc:Filter")
    if value:
        _compare(chosen, "ogc:PropertyIsEqualTo", column, value)
    else:
        each = ET.SubElement(chosen, "ogc:And")
        for other in named:
            _compare(each, "ogc:PropertyIsNotEqualTo", column, other)
    _add_symbol(rule, style)


def _add_units(kinds: ET.Element) -> None:
    rule = _add_rule(kinds, "not known")
    null = ET.SubElement(ET.SubElement(rule, "ogc:Filter"), "ogc:PropertyIsNull")
    _add_text(null, "ogc:PropertyName", "best")
    _add_symbol(rule, NO_FIGURE)
    for each in PEOPLE_CLASSES:
        rule = _add_rule(kinds, each.label)
        both = ET.SubElement(ET.SubElement(rule, "ogc:Filter"), "ogc:And")
        _compare(both, "ogc:PropertyIsGreaterThanOrEqualTo", "best", str(each.least))
        if each.most is None:
            _compare(both, "ogc:PropertyIsLessThan", "best", "1000000000000")
        else:
            _compare(both, "ogc:PropertyIsLessThanOrEqualTo", "best", str(each.most))
        _add_symbol(rule, each.style)


def _add_admin(kinds: ET.Element) -> None:
    _add_symbol(_add_rule(kinds, "people in zones by unit"), ADMIN_STYLE)


def _add_facilities(kinds: ET.Element) -> None:
    _add_symbol(_add_rule(kinds, "facilities by unit"), ADMIN_STYLE)


_RULES = {
    "zones": _add_zones,
    "admin": _add_admin,
    "units": _add_units,
    "events": _add_events,
    "facilities": _add_facilities,
}


def _add_rule(kinds: ET.Element, label: str) -> ET.Element:
    rule = ET.SubElement(kinds, "Rule")
    _add_text(rule, "Name", label)
    _add_text(rule, "Title", label)
    return rule


def _compare(parent: ET.Element, operator: str, column: str, value: str) -> None:
    compared = ET.SubElement(parent, operator)
    _add_text(compared, "ogc:PropertyName", column)
    _add_text(compared, "ogc:Literal", value)


def _add_symbol(rule: ET.Element, style: Style | Mark) -> None:
    if isinstance(style, Mark):
        _add_mark(rule, style)
        return
    symbol = ET.SubElement(rule, "PolygonSymbolizer")
    if style.pattern:
        pattern = next(each for each in PATTERNS if each.name == style.pattern)
        fill = ET.SubElement(symbol, "Fill")
        graphic = ET.SubElement(ET.SubElement(fill, "GraphicFill"), "Graphic")
        mark = ET.SubElement(graphic, "Mark")
        _add_text(mark, "WellKnownName", _HATCHES[pattern.name])
        _add_stroke(mark, pattern.stroke, pattern.weight, style.fill_opacity)
        _add_text(graphic, "Size", str(pattern.size_px))
    elif style.fill:
        fill = ET.SubElement(symbol, "Fill")
        _add_parameter(fill, "fill", style.fill)
        _add_parameter(fill, "fill-opacity", f"{style.fill_opacity:g}")
    _add_stroke(symbol, style.stroke or INK, style.weight, style.stroke_opacity, style.dash)


def _add_mark(rule: ET.Element, style: Mark) -> None:
    name, turn = _MARKS.get(style.shape, (style.shape, 0))
    graphic = ET.SubElement(ET.SubElement(rule, "PointSymbolizer"), "Graphic")
    mark = ET.SubElement(graphic, "Mark")
    _add_text(mark, "WellKnownName", name)
    _add_parameter(ET.SubElement(mark, "Fill"), "fill", style.fill)
    _add_stroke(mark, style.stroke, style.stroke_width * style.size_px / 24)
    _add_text(graphic, "Size", f"{style.size_px * 0.8:g}")
    if turn:
        _add_text(graphic, "Rotation", str(turn))


def _add_label(kinds: ET.Element, column: str) -> None:
    rule = ET.SubElement(kinds, "Rule")
    symbol = ET.SubElement(rule, "TextSymbolizer")
    label = ET.SubElement(symbol, "Label")
    _add_text(label, "ogc:PropertyName", column)
    _add_parameter(ET.SubElement(symbol, "Font"), "font-size", "11")
    halo = ET.SubElement(symbol, "Halo")
    _add_text(halo, "Radius", "2")
    _add_parameter(ET.SubElement(halo, "Fill"), "fill", "#ffffff")
    _add_parameter(ET.SubElement(symbol, "Fill"), "fill", INK)


def _add_stroke(
    parent: ET.Element, colour: str, width: float, opacity: float = 1.0, dash: str | None = None
) -> None:
    stroke = ET.SubElement(parent, "Stroke")
    _add_parameter(stroke, "stroke", colour)
    _add_parameter(stroke, "stroke-width", f"{width:g}")
    if opacity < 1:
        _add_parameter(stroke, "stroke-opacity", f"{opacity:g}")
    if dash:
        _add_parameter(stroke, "stroke-dasharray", dash)


def _add_parameter(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, "CssParameter", name=name).text = value


def _add_text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text
