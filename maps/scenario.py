"""What is supposed, not observed: moves in words, and the people of zones and units after them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from geo.headline import format_people
from maps.escape import clean_text
from maps.tables import Table
from maps.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from maps.run import Record, RunData


def describe_scenario(run: RunData, words: Wording) -> dict[str, Any] | None:
    """Return what the page shows of a supposed move of people; None where nothing is supposed."""
    moves = run.facts.get("moves")
    if not moves:
        return None
    _ = words.translate
    note = _(
        "Supposed by whoever made this map: it is no forecast and no advice to move, and all other "
        "figures, the headline and the map are without it. Whoever is not named stays. The "
        "difference is that of the best figures; each has its own range."
    )
    if len(moves) > 1:
        note += " " + _("The moves are made one after the other.")
    tables = (_tabulate_zones(run, words), _tabulate_units(run, words))
    return {
        "title": _("If people moved"),
        "moves": [_write_move(move, words) for move in moves],
        "tables": [table for table in tables if table.rows],
        "note": note,
    }


def write_supposition(report: Mapping[str, Any]) -> str | None:
    """Return one line on the headline's zone for a terminal; None where nothing is supposed.

    Parameters
    ----------
    report
        As `maps.publish.report.build_report` returns it.
    """
    scenario = report["scenario"]
    if scenario is None:
        return None
    words = Wording()
    zone_id = report["headline"]["zone_id"]
    first, *others = [
        (f"{_percent(move['share'], words)} of {move['from']}", _join(move["to"], words))
        for move in scenario["moves"]
    ]
    text = f"If {first[0]} moved to {first[1]}"
    text += "".join(f", then {people} to {targets}" for people, targets in others) + ": "
    zone = next((each for each in scenario["zones"] if each["zone_id"] == zone_id), None)
    if zone is not None:
        low, best, high = (format_people(zone[key]) for key in ("low", "best", "high"))
        text += f"about {best} people ({low} to {high})."
    elif zone_id is not None:
        text += "the number of people is unknown."
    else:
        text += "the people of each zone are in the map's table."
    return clean_text(text)


def _tabulate_zones(run: RunData, words: Wording) -> Table:
    _ = words.translate
    supposed = {row["zone_id"]: row for row in run.scenario}
    rows = [
        (str(zone["label"]), *_compare(zone, supposed.get(zone["zone_id"]), words))
        for zone in run.zones
        if supposed
    ]
    caption = _("Supposed: people living in each zone if people moved so")
    return Table(caption, (_("Zone"), *_name_columns(words)), rows, frozenset({1, 2, 3}))


def _tabulate_units(run: RunData, words: Wording) -> Table:
    _ = words.translate
    own = {unit["pcode"]: unit for unit in run.units}
    rows = [
        (
            str(row["name"]),
            str(row["pcode"]),
            *_compare(own.get(row["pcode"]), row, words),
        )
        for row in run.scenario_units
    ]
    caption = _("Supposed: people in each administrative unit if people moved so")
    columns = (_("Unit"), _("P-code"), *_name_columns(words))
    return Table(caption, columns, rows, frozenset({2, 3, 4}))


def _name_columns(words: Wording) -> tuple[str, str, str]:
    _ = words.translate
    return (_("In this run"), _("If they moved"), _("Difference"))


def _compare(before: Record | None, after: Record | None, words: Wording) -> tuple[str, str, str]:
    """Return best (low to high) before and after, and the difference of the best figures."""
    pair = [None if row is None or row["best"] is None else row for row in (before, after)]
    first, second = pair
    gap = words.people(None)
    if first is not None and second is not None:
        gap = _write_difference(round(second["best"]) - round(first["best"]), words)
    return _write_range(first, words), _write_range(second, words), gap


def _write_range(row: Record | None, words: Wording) -> str:
    if row is None:
        return words.people(None)
    return words.translate("{best} ({low} to {high})").format(
        **{key: words.people(row[key]) for key in ("low", "best", "high")}
    )


def _write_difference(people: int, words: Wording) -> str:
    sign = "\N{MINUS SIGN}" if people < 0 else "+" if people else ""
    return sign + words.count(abs(people))


def _write_move(move: Record, words: Wording) -> str:
    _ = words.translate
    values = {
        "share": _percent(move["share"], words),
        "origin": move["from"],
        "targets": _join(move["to"], words),
    }
    if len(move["to"]) == 1:
        text = _("Supposed, not observed: {share} of the people of {origin} go to {targets}.")
    else:
        text = _(
            "Supposed, not observed: {share} of the people of {origin} go to {targets}, in equal "
            "parts."
        )
    return text.format(**values)


def _join(names: Sequence[str], words: Wording) -> str:
    """Return names as a list in words: `A`, `A and B`, `A, B and C`."""
    *most, last = names
    if not most:
        return last
    return words.translate("{first} and {last}").format(first=words.join(most), last=last)


def _percent(share: float, words: Wording) -> str:
    """Return a share as it was given, up to six digits: `50 %`, `12.5 %`."""
    return words.write_percent(f"{Decimal(f'{100 * share:.6g}').normalize():f}")
