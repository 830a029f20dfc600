"""The days of a run, one after the other: what the page's slider steps through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from maps.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from maps.run import Record, RunData
    from maps.wording import Wording

MOST_UNIT_DAYS = 800
"""Units times days that the page holds, so that it stays small; beyond that some days are left out.
A judgement."""

_OPEN_ROWS = 15  # a longer table is folded


@dataclass(frozen=True, slots=True)
class Timeline:
    """Days in rising order, and the people of units and zones on them.

    Attributes
    ----------
    own
        Index of the run's own day.
    left_out
        How many days of the run are not shown.
    by_unit, by_zone
        Rows of `series_units` by P-code and day, of `series` by zone and day; a day without a row
        is one on which nobody can be counted.
    units
        Units with a row on any day, in the order of the run's units, with their number there.
    """

    days: Sequence[date]
    own: int
    left_out: int
    by_unit: Mapping[str, Mapping[date, Record]]
    by_zone: Mapping[str, Mapping[date, Record]]
    units: Sequence[tuple[int, Record]]


def find_timeline(run: RunData) -> Timeline | None:
    """Return the days of a run; None where units were counted on fewer than two.

    Of more than `MOST_UNIT_DAYS` units and days the first, the last and the run's own day stay, and
    as many between them, evenly, as there is room for.
    """
    by_unit = _sort_rows(run.series_units, "pcode")
    units = [(n, unit) for n, unit in enumerate(run.units) if unit["pcode"] in by_unit]
    days = sorted({row["as_of"] for row in run.series_units} | {row["as_of"] for row in run.series})
    if not units or len(days) < 2 or 2 * len(units) > MOST_UNIT_DAYS:
        return None
    own_day = next((day for day in days if day.isoformat() == run.facts.get("as_of")), days[-1])
    shown = _thin(days, own_day, MOST_UNIT_DAYS // len(units))
    return Timeline(
        days=shown,
        own=shown.index(own_day),
        left_out=len(days) - len(shown),
        by_unit=by_unit,
        by_zone=_sort_rows(run.series, "zone_id"),
        units=units,
    )


def describe_timeline(run: RunData, words: Wording) -> dict[str, Any] | None:
    """Return what the page shows beside the map: the slider, its text, and the days as a table."""
    timeline = find_timeline(run)
    if timeline is None:
        return None
    _ = words.translate
    table = _tabulate(timeline, words)
    return {
        "title": _("The days of the map"),
        "own": timeline.own,
        "last": len(timeline.days) - 1,
        "day": words.day(timeline.days[timeline.own]),
        "text": describe_day(timeline.days[timeline.own], timeline, run, words),
        "note": _tell_left_out(timeline, words),
        "table": table,
        "is_open": len(table.rows) <= _OPEN_ROWS,
    }


def describe_day(day: date, timeline: Timeline, run: RunData, words: Wording) -> str:
    """Return a line of text on the headline's zone on a day."""
    _ = words.translate
    zone = run.headline_zone
    if zone is None:
        return words.day(day)
    row = timeline.by_zone.get(zone["zone_id"], {}).get(day)
    if row is None:
        return _("{day}: {place}: nobody can be counted").format(
            day=words.day(day), place=zone["label"]
        )
    return _("{day}: {place}: about {best} people ({low} to {high}); static map {static}").format(
        day=words.day(day),
        place=zone["label"],
        **{key: words.about(row[key]) for key in ("low", "best", "high", "static")},
    )


def _sort_rows(rows: Sequence[Record], key: str) -> dict[str, dict[date, Record]]:
    found: dict[str, dict[date, Record]] = {}
    for row in rows:
        found.setdefault(row[key], {})[row["as_of"]] = row
    return found


def _thin(days: Sequence[date], own: date, most: int) -> list[date]:
    """Return at most `most` of the days (two at the least): the ends, `own`, and others evenly."""
    if len(days) <= most:
        return list(days)
    kept = {days[0], days[-1], own} if most > 2 else {days[0], own}
    if len(kept) < 2:
        kept.add(days[-1])
    places = most - len(kept)
    for place in range(places):
        kept.add(days[round((place + 1) * (len(days) - 1) / (places + 1))])
    return sorted(kept)


def _tell_left_out(timeline: Timeline, words: Wording) -> str | None:
    if not timeline.left_out:
        return None
    return words.translate_plural(
        "{count} day of the run is left out here, to keep the page small.",
        "{count} days of the run are left out here, to keep the page small.",
        timeline.left_out,
    )


def _tabulate(timeline: Timeline, words: Wording) -> Table:
    """Return what the map's fills and popups say on each day."""
    _ = words.translate
    rows = []
    for _number, unit in timeline.units:
        for day in timeline.days:
            row = timeline.by_unit[unit["pcode"]].get(day)
            people = [
                words.people(None if row is None else row[key])
                for key in ("low", "best", "high", "static")
            ]
            density = words.people(None if row is None else row["best"] / unit["area_km2"])
            rows.append((str(unit["name"]), words.day(day), *people, density))
    columns = (
        _("Unit"),
        _("Day"),
        _("Low"),
        _("Best"),
        _("High"),
        _("Static"),
        _("People/km²"),
    )
    caption = _("People in each administrative unit, day by day")
    return Table(
        caption, columns, rows, frozenset({2, 3, 4, 5, 6}), _("Density: best, by the unit's area.")
    )
