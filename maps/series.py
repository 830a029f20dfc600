"""People over time: the chart and the tables of the zone that a run is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.chart import Frame, choose_step, choose_ticks, make_scales, spread
from maps.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from maps.chart import Point, Scales
    from maps.run import Record, RunData
    from maps.wording import Wording

FRAMES = {
    "wide": Frame(920, 340, left=52, right=168, top=44, bottom=46, most_ticks=10),
    "narrow": Frame(358, 300, left=40, right=128, top=44, bottom=46, most_ticks=4),
}
_MEASURES = ("high", "best", "low", "static")
_LABELS_APART_PX = 17.0
_DAY_LABEL_PX = 44.0  # half of one
_OPEN_ROWS = 15  # a longer table is folded
_MILLION, _THOUSAND = 1_000_000, 1_000
_IN_THOUSANDS = 10_000


def describe_series(run: RunData, words: Wording) -> dict[str, Any] | None:
    """Return what the page shows of a run's days; None where there are fewer than two.

    A day on which other zones were counted and this one was not is a gap, and is said.
    """
    zone = run.headline_zone
    if zone is None:
        return None
    rows = {row["as_of"]: row for row in run.series if row["zone_id"] == zone["zone_id"]}
    days = sorted({row["as_of"] for row in run.series})
    if len(days) < 2 or not rows:
        return None
    published = _find_published(run, zone, days)
    _ = words.translate
    title = _("{place}: people from {first} to {last}").format(
        place=zone["label"], first=words.day(days[0]), last=words.day(days[-1])
    )
    return {
        "title": title,
        "text": _describe(rows, days, words),
        "charts": [
            draw_chart(name, frame, rows, days, published, _find_own_day(run, days), words)
            for name, frame in FRAMES.items()
        ],
        "has_circles": bool(published),
        "tables": [
            table
            for table in (_tabulate_days(rows, days, words), _tabulate(published, words))
            if table.rows
        ],
        "is_open": len(days) <= _OPEN_ROWS,
    }


def draw_chart(
    name: str,
    frame: Frame,
    rows: dict[date, Record],
    days: Sequence[date],
    published: Sequence[Record],
    own_day: date | None,
    words: Wording,
) -> dict[str, Any]:
    """Return the marks of a chart, in CSS pixels, and its texts.

    Parameters
    ----------
    rows
        `low`, `best`, `high`, `static` by day; a day of `days` that is not there is a gap.
    published
        Figures that are drawn as circles: `date`, `best`, `agency`, `used`.
    own_day
        The run's day if it is marked: not the last.
    """
    lines: dict[str, list[Point]] = {
        measure: [(day, rows[day][measure] if day in rows else None) for day in days]
        for measure in _MEASURES
    }
    people = [row[measure] for row in rows.values() for measure in _MEASURES]
    scales = make_scales(frame, days, [*people, *(figure["best"] for figure in published)])
    return {
        "name": name,
        "frame": frame,
        "band": scales.trace_band(lines["low"], lines["high"]),
        "lines": [{"kind": kind, "path": scales.trace(lines[kind])} for kind in _MEASURES],
        "rows": _mark_people(scales, words),
        "unit": name_unit(scales.most, words),
        "ticks": _mark_days(scales, words),
        "labels": _label_ends(scales, rows, words),
        "circles": [
            {
                "x": round(scales.x(figure["date"]), 1),
                "y": round(scales.y(figure["best"]), 1),
                "text": words.join(
                    [
                        f"{words.day(figure['date'])}: {words.count(figure['best'])}",
                        figure["agency"],
                    ]
                ),
            }
            for figure in published
        ],
        "own_day": _mark_own_day(scales, own_day, words) if own_day else None,
    }


def _find_published(run: RunData, zone: Record, days: Sequence[date]) -> list[Record]:
    """Return the figures of everyone in exactly this unit, published on the days shown."""
    return [
        figure
        for figure in run.figures
        if figure["kind"] == "present"
        and figure["pcodes"] == [zone["pcode"]]
        and days[0] <= figure["date"] <= days[-1]
    ]


def _find_own_day(run: RunData, days: Sequence[date]) -> date | None:
    own = next((day for day in days if day.isoformat() == run.facts.get("as_of")), None)
    return None if own == days[-1] else own


def _mark_people(scales: Scales, words: Wording) -> list[dict[str, Any]]:
    step = choose_step(scales.most)
    marks = []
    for number in range(round(scales.most / step) + 1):
        people = number * step
        marks.append(
            {
                "y": round(scales.y(people), 1),
                "text": write_in_unit(people, step, scales.most, words),
            }
        )
    return marks


def write_in_unit(people: float, step: float, most: float, words: Wording) -> str:
    """Return a grid line's people, with as many decimals as all of them need; `most` of them."""
    for least, unit in ((_MILLION, _MILLION), (_IN_THOUSANDS, _THOUSAND)):
        if most >= least:
            if not people:
                return "0"
            _, _, decimals = f"{step / unit:g}".partition(".")
            return words.write_number(f"{people / unit:,.{len(decimals)}f}")
    return words.count(people)


def name_unit(most: float, words: Wording) -> str:
    """Return the title of an axis of people that ends at `most`."""
    _ = words.translate
    if most >= _MILLION:
        return _("People, millions")
    return _("People, thousands") if most >= _IN_THOUSANDS else _("People")


def _mark_days(scales: Scales, words: Wording) -> list[dict[str, Any]]:
    """Return ticks with a day or month, and the year below it where it is new."""
    ticks = choose_ticks(scales.first, scales.last, scales.frame.most_ticks)
    yearly = all(day.month == 1 and day.day == 1 for day in ticks) and len(ticks) > 1
    monthly = all(day.day == 1 for day in ticks) and len(ticks) > 1
    marks: list[dict[str, Any]] = []
    year = None
    for day in ticks:
        month = words.short_month(day.month)
        text = month if monthly else f"{day.day} {month}"
        marks.append(
            {
                "x": round(scales.x(day), 1),
                "text": str(day.year) if yearly else text,
                "year": None if yearly or day.year == year else str(day.year),
            }
        )
        year = day.year
    return marks


def _label_ends(scales: Scales, rows: dict[date, Record], words: Wording) -> list[dict[str, Any]]:
    """Return the names of the lines at their ends, apart, each with where its line ends."""
    _ = words.translate
    names = {"high": _("High"), "best": _("Best"), "low": _("Low"), "static": _("Static")}
    day = max(rows)
    ends = [scales.y(rows[day][kind]) for kind in _MEASURES]
    bottom = scales.frame.height - scales.frame.bottom
    placed = spread(ends, _LABELS_APART_PX, scales.frame.top, bottom)
    return [
        {
            "kind": kind,
            "text": f"{names[kind]} {words.about(rows[day][kind])}",
            "x": round(scales.x(day), 1),
            "y": round(end, 1),
            "label_x": round(scales.frame.width - scales.frame.right + 16, 1),
            "label_y": round(at, 1),
        }
        for kind, end, at in zip(_MEASURES, ends, placed, strict=True)
    ]


def _mark_own_day(scales: Scales, day: date, words: Wording) -> dict[str, Any]:
    x, frame = scales.x(day), scales.frame
    middle = min(max(x, frame.left + _DAY_LABEL_PX), frame.width - frame.right - _DAY_LABEL_PX)
    text = f"{day.day} {words.short_month(day.month)} {day.year}"
    return {"x": round(x, 1), "label_x": round(middle, 1), "text": text}


def _describe(rows: dict[date, Record], days: Sequence[date], words: Wording) -> str:
    """Return the chart in words: its ends, and how many days have no figure."""
    _ = words.translate
    told = [
        _("{day}: about {best} ({low} to {high}), static map {static}").format(
            day=words.day(day), **{key: words.about(rows[day][key]) for key in _MEASURES}
        )
        for day in dict.fromkeys((min(rows), max(rows)))
    ]
    text = _("; ").join(told) + "."
    gaps = len(days) - len(rows)
    if gaps:
        text += " " + words.translate_plural(
            "On {count} day nobody can be counted: a gap in the lines.",
            "On {count} days nobody can be counted: gaps in the lines.",
            gaps,
        )
    return text


def _tabulate_days(rows: dict[date, Record], days: Sequence[date], words: Wording) -> Table:
    _ = words.translate
    columns = (_("Day"), _("Low"), _("Best"), _("High"), _("Static"))
    shown = ("low", "best", "high", "static")
    cells = [
        (words.day(day), *(words.people(rows[day][key] if day in rows else None) for key in shown))
        for day in days
    ]
    return Table(_("The same people, day by day"), columns, cells, frozenset({1, 2, 3, 4}))


def _tabulate(published: Sequence[Record], words: Wording) -> Table:
    """Return the published figures that are drawn, whether this run's own day rests on them."""
    _ = words.translate
    rows = [
        (
            words.day(figure["date"]),
            *(_("none") if figure[key] is None else words.count(figure[key]) for key in _BOUNDS),
            figure["agency"]
            if figure["verified"]
            else _("{agency} (cited, to be verified)").format(agency=figure["agency"]),
            _("yes") if figure["used"] else _("no"),
        )
        for figure in published
    ]
    columns = (
        _("Day"),
        _("Low"),
        _("Figure"),
        _("High"),
        _("Published by"),
        _("In use on the map's day"),
    )
    return Table(_("Figures published for this unit"), columns, rows, frozenset({1, 2, 3}))


_BOUNDS = ("low", "best", "high")
