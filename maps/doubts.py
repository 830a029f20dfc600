"""What ranges are made of: a drawing of the headline's zone, and a table of all zones.

Each source of doubt has the range that there would be with no other, and its share of the width.
The shares add up; the ranges do not, since people are not doubtful in all ways at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.doubts import DOUBTS
from maps.chart import choose_step, spread
from maps.series import name_unit, write_in_unit
from maps.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.run import Record, RunData
    from maps.wording import Wording

_ENDS = ("low", "best", "high")
_LEAST_SHOWN = 0.005  # of the width: what is less would be rounded to 0 %
_OPEN_ROWS = 15  # a longer table is folded
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes of the drawing, CSS pixels: margins round the bars, and where things lie in a row.

    Attributes
    ----------
    row
        Height of a row.
    text_y, bar_y
        Base line of its text and upper edge of its bar, from the row's upper edge.
    apart
        Least distance between the middles of the texts at the range's ends and best figure.
    """

    width: float
    left: float
    right: float
    row: float
    text_y: float
    bar_y: float
    apart: float
    top: float = 44
    bottom: float = 44
    bar: float = 12


LAYOUTS = {
    "wide": Layout(920, left=240, right=80, row=30, text_y=19, bar_y=9, apart=84),
    "narrow": Layout(358, left=16, right=16, row=50, text_y=18, bar_y=29, apart=84),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """From people to pixels, to the right; `first` and `last` are round, `step` apart in whole."""

    left: float
    right: float
    first: float
    last: float
    step: float

    def x(self, people: float) -> float:
        """Return where a number of people lies."""
        part = (people - self.first) / (self.last - self.first)
        return self.left + (self.right - self.left) * part


def describe_doubts(run: RunData, words: Wording) -> dict[str, Any] | None:
    """Return what the page shows of what the ranges are made of; None where nothing is known."""
    _ = words.translate
    zones = [zone for zone in run.zones if zone["parts"]]
    if not zones:
        return None
    headline = run.headline_zone
    table = _tabulate_shares(zones, run, words)
    described: dict[str, Any] = {
        "title": _("What the ranges are made of"),
        "text": None,
        "caption": None,
        "charts": [],
        "tables": [table],
        "is_open": len(zones) <= _OPEN_ROWS,
    }
    if headline is None or not headline["parts"]:
        return described
    title = _("{place}: what the range is made of").format(place=headline["label"])
    scale = make_scale(LAYOUTS["wide"], headline)
    caption = _(
        "Each bar is the range if only this were in doubt, the pale band behind it the whole "
        "range, and the mark across them the best figure. Per cent are of the whole range's "
        "width: they add up, the bars do not."
    )
    if scale.first > 0:
        caption += " " + _("The scale does not start at zero.")
    return described | {
        "title": title,
        "text": _describe(headline, words),
        "caption": caption,
        "charts": [draw_bars(name, layout, headline, words) for name, layout in LAYOUTS.items()],
        "tables": [_tabulate_alone(headline, words), table],
    }


def draw_bars(name: str, layout: Layout, zone: Record, words: Wording) -> dict[str, Any]:
    """Return the marks of the drawing, in CSS pixels, and its texts.

    Parameters
    ----------
    zone
        `low`, `best`, `high` in persons, and `parts` with `low`, `high`, `width`, `share` by
        source of doubt.
    """
    scale = make_scale(layout, zone)
    parts = sort_parts(zone)
    names = name_doubts(words)
    rows = []
    for number, (doubt, part) in enumerate(parts):
        top = layout.top + layout.row * number
        left, right = scale.x(part["low"]), scale.x(part["high"])
        rows.append(
            {
                "name": names.get(doubt, doubt),
                "share": write_share(part["share"], words),
                "text_y": round(top + layout.text_y, 1),
                "bar": _write_bar(left, right),
                "bar_y": round(top + layout.bar_y, 1),
            }
        )
    floor = layout.top + layout.row * len(parts)
    return {
        "name": name,
        "layout": layout,
        "height": floor + layout.bottom,
        "floor": floor,
        "unit": name_unit(scale.last, words),
        "ticks": [
            {
                "x": round(scale.x(people), 1),
                "text": write_in_unit(people, scale.step, scale.last, words),
            }
            for people in _list_ticks(scale)
        ],
        "band": _write_bar(scale.x(zone["low"]), scale.x(zone["high"])),
        "best": round(scale.x(zone["best"]), 1),
        "edges": [round(scale.x(zone[end]), 1) for end in _ENDS],
        "ends": _label_ends(layout, scale, zone, words),
        "rows": rows,
    }


def make_scale(layout: Layout, zone: Record) -> Scale:
    """Return a scale that holds the whole range and each doubt's own, with round ends.

    It starts where it must, at zero only if that is near: positions are read from it, not lengths.
    """
    ranges = (zone, *zone["parts"].values())
    low = min(each["low"] for each in ranges)
    high = max(each["high"] for each in ranges)
    step = choose_step(high - low)
    first = step * math.floor(low / step)
    last = max(step * math.ceil(high / step), first + step)
    return Scale(layout.left, layout.width - layout.right, first, last, step)


def sort_parts(zone: Record) -> list[tuple[str, Record]]:
    """Return a zone's sources of doubt, that with the largest part of the width first."""
    order = {doubt: number for number, doubt in enumerate(DOUBTS)}
    return sorted(
        zone["parts"].items(), key=lambda item: (-item[1]["width"], order.get(item[0], len(order)))
    )


def name_doubts(words: Wording) -> dict[str, str]:
    """Return the plain names of the sources of doubt, in the order of `geo.doubts`."""
    _ = words.translate
    names = {
        "place": _("Where the place is"),
        "radius": _("How far the threat reaches"),
        "population": _("Which population map"),
        "growth": _("Growth since the map's year"),
        "displacement": _("Figures of displacement"),
        "spread": _("Where people stay inside a unit"),
    }
    return {doubt: names[doubt] for doubt in DOUBTS}


def write_share(share: float, words: Wording) -> str:
    """Return a share of the width; what is too little for a whole per cent is not `0 %`."""
    return words.percent(share) if share > _LEAST_SHOWN else words.translate("under 1 %")


def write_method(run: RunData, words: Wording) -> str:
    """Return how the ranges came about: draws, seed, and what was taken as certain."""
    _ = words.translate
    parameters = run.facts.get("parameters") or {}
    draws, seed = run.facts.get("draws"), parameters.get("seed")
    if draws is None or seed is None:
        text = _("Low to high are 90 % intervals of seeded draws.")
    else:
        text = _("Low to high are 90 % intervals of {draws} draws with seed {seed}.").format(
            draws=words.count(draws), seed=seed
        )
    names = name_doubts(words)
    certain = [names.get(doubt, doubt) for doubt in DOUBTS if doubt in _list_certain(run)]
    if not certain:
        return text + " " + _("No source of doubt was taken as certain.")
    return text + " " + _("Taken as certain: {doubts}.").format(doubts=_("; ").join(certain))


def _list_certain(run: RunData) -> Sequence[str]:
    return (run.facts.get("parameters") or {}).get("certain") or ()


def _write_bar(left: float, right: float) -> dict[str, float]:
    """Return a bar's left edge and width; one person more or less still leaves a mark."""
    width = max(right - left, 1.0)
    return {"x": round((left + right - width) / 2, 1), "width": round(width, 1)}


def _list_ticks(scale: Scale) -> list[float]:
    count = round((scale.last - scale.first) / scale.step)
    return [scale.first + number * scale.step for number in range(count + 1)]


def _label_ends(layout: Layout, scale: Scale, zone: Record, words: Wording) -> list[dict[str, Any]]:
    """Return the texts over the ends of the band and the best figure, apart."""
    _ = words.translate
    names = {"low": _("Low"), "best": _("Best"), "high": _("High")}
    half = layout.apart / 2
    placed = spread([scale.x(zone[end]) for end in _ENDS], layout.apart, half, layout.width - half)
    return [
        {"kind": end, "name": names[end], "text": words.about(zone[end]), "x": round(at, 1)}
        for end, at in zip(_ENDS, placed, strict=True)
    ]


def _describe(zone: Record, words: Wording) -> str:
    """Return the drawing in words."""
    _ = words.translate
    names = name_doubts(words)
    whole = {end: words.about(zone[end]) for end in _ENDS}
    told = [_("About {best} people ({low} to {high}).").format(**whole)]
    told += [
        _("{doubt}: {share} of the width; alone {low} to {high}.").format(
            doubt=names.get(doubt, doubt),
            share=write_share(part["share"], words),
            low=words.count(part["low"]),
            high=words.count(part["high"]),
        )
        for doubt, part in sort_parts(zone)
    ]
    return " ".join(told)


def _tabulate_alone(zone: Record, words: Wording) -> Table:
    """Return the numbers of the drawing: each doubt's own range, its persons of the width."""
    _ = words.translate
    names = name_doubts(words)
    rows: list[tuple[str, ...]] = [
        (
            names.get(doubt, doubt),
            words.count(part["low"]),
            words.count(part["high"]),
            words.count(part["width"]),
            write_share(part["share"], words),
        )
        for doubt, part in sort_parts(zone)
    ]
    width = zone["high"] - zone["low"]
    rows.append(
        (
            _("All together"),
            *(words.count(people) for people in (zone["low"], zone["high"], width)),
            words.percent(1),
        )
    )
    columns = (
        _("If only this were in doubt"),
        _("Low"),
        _("High"),
        _("Of the whole width"),
        _("Share"),
    )
    caption = _("The same drawing in numbers")
    return Table(caption, columns, rows, frozenset({1, 2, 3, 4}))


def _tabulate_shares(zones: Sequence[Record], run: RunData, words: Wording) -> Table:
    """Return each zone's range and the share of each source of doubt in its width."""
    _ = words.translate
    rows = [
        (
            str(zone["label"]),
            *(words.count(zone[end]) for end in _ENDS),
            *(
                write_share(zone["parts"][doubt]["share"], words)
                if doubt in zone["parts"]
                else _NONE
                for doubt in DOUBTS
            ),
        )
        for zone in zones
    ]
    columns = (_("Zone"), _("Low"), _("Best"), _("High"), *name_doubts(words).values())
    note = " ".join(
        (
            write_method(run, words),
            _(
                "Per cent are shares of the width from low to high, rounded; a hyphen stands where "
                "a source of doubt plays no part."
            ),
        )
    )
    caption = _("What each zone's range is made of")
    return Table(caption, columns, rows, frozenset(range(1, len(columns))), note)
