"""Events by the part that their place plays: threatened, harmed, or the venue of talks.

A country or a region is an area and never a pin: such events stand in the page's list only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry import Point

from maps.layers import many_events
from maps.layers.drawing import Label, LayerDrawing, LegendEntry, Popup, Shapes, ShapeSet
from maps.layers.roles import OTHER, name_modality, name_role
from maps.style import OTHER_MARK, ROLE_MARKS, Mark

if TYPE_CHECKING:
    from maps.run import Record, RunData
    from maps.wording import Wording

KEY = "events"
_MAX_NOTES = 5
_STEP_PX = 26  # between marks of one place: none reaches into another


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw a mark for each place and role; None where no event has a place to pin."""
    if run.large is not None:
        return many_events.draw(run.large, words)
    by_mark: dict[tuple[str, str], list[Record]] = {}
    for pin in run.pins:
        by_mark.setdefault((pin["place_id"], _find_style(pin)), []).append(pin)
    if not by_mark:
        return None
    _ = words.translate
    styles: dict[str, Mark] = {**ROLE_MARKS, OTHER: OTHER_MARK}
    shapes = ShapeSet(styles, decimals=5)
    seen: dict[str, int] = {}
    for (place_id, style), events in sorted(by_mark.items()):
        nth = seen.get(place_id, 0)
        seen[place_id] = nth + 1
        shapes.add(
            Point(events[0]["lon"], events[0]["lat"]),
            style,
            popup=_make_popup(events, words),
            label=None if nth else _make_label(events[0]),
            offset_px=nth * _STEP_PX,
        )
    used = [style for style in styles if any(key[1] == style for key in by_mark)]
    legend = [
        LegendEntry(
            name_role(style, words),
            styles[style],
            note=words.translate_plural(
                "{count} place", "{count} places", sum(key[1] == style for key in by_mark)
            ),
        )
        for style in used
    ]
    return LayerDrawing(KEY, _("Events"), "events", Shapes(KEY, shapes), legend)


def _find_style(event: Record) -> str:
    return event["role"] if event["role"] in ROLE_MARKS else OTHER


def _make_label(event: Record) -> Label:
    return Label(event["name"], 0.0, "event", event["lon"], event["lat"])


def _make_popup(events: list[Record], words: Wording) -> Popup:
    _ = words.translate
    first = events[0]
    title = words.join(part for part in (first["name"], first["country"]) if part)
    rows = [(_("Role"), name_role(_find_style(first), words))]
    dates = sorted({event["date"] for event in events if event["date"]})
    if dates:
        ends = dict.fromkeys((words.day(dates[0]), words.day(dates[-1])))
        rows.append((_("Date"), " \N{EN DASH} ".join(ends)))
    modalities = sorted({event["modality"] for event in events})
    rows.append((_("Reported as"), words.join(name_modality(item, words) for item in modalities)))
    precision = words.measure(first["precision_km"], "km")
    rows.append((_("Position"), _("within {distance}").format(distance=precision)))
    if first["density_km2"] is not None:
        rows.append((_("Density there"), words.measure(first["density_km2"], _("people/km²"))))
    notes = [event["evidence"] for event in events if event["evidence"]]
    if len(notes) > _MAX_NOTES:
        rest = words.translate_plural(
            "and {count} more, see the list",
            "and {count} more, see the list",
            len(notes) - _MAX_NOTES,
        )
        notes = [*notes[:_MAX_NOTES], rest]
    return Popup(title, rows, notes)
