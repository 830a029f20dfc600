"""What changed between two runs, as plain text for a terminal or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from geo.comparison import compare_runs
from maps.escape import clean_text
from maps.run import find_run_database
from maps.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from maps.run import Record

_WORDS = Wording()
_KINDS = {"date": "Date", "data": "Data", "method": "Method"}
_MEASURES = ("best", "low", "high", "static")
_MANY = 8  # of anything that is listed in one line
_RANGES = {
    "same": "the same range",
    "within": "each best estimate within the range of the other",
    "overlap": "the ranges overlap, but not each best estimate is within the range of the other",
    "apart": "the ranges do not overlap",
}
_TERMS = {
    "day": "day of the figures",
    "input": "input file",
    "population": "population raster",
    "boundaries": "boundary file",
    "zone": "zone file",
    "displacement": "displacement table",
    "radii_km": "radii, km",
    "days": "days of the series",
    "day_ranges": "days of the series",
    "civmap": "version of civmap",
    "schema": "tables of the run database, which only one run has",
    "figures known": "figures that only one table holds",
    "figures in use": "figures in use in one run only",
    "position": "position, lon and lat",
    "precision of the position": "precision of the position, km",
    "outline": "outline of the area",
    "rounding": "rounding, by which rings add up to discs",
    "people of the grid": "people of the population grid, which has the same name",
}
_SPLIT = (
    "Which of them makes the change can't be told from these two runs: change one at a time, "
    "such as the day with --as-of"
)


def compare_folders(before: str, after: str) -> dict[str, Any]:
    """Return what changed between two run folders, as `geo.comparison.compare_runs`.

    Raises
    ------
    UnavailableError
        If there is no run.
    RunError
        If a run is of another schema.
    """
    return compare_runs((find_run_database(before), before), (find_run_database(after), after))


def dump_comparison(compared: dict[str, Any]) -> str:
    """Return a comparison as JSON text with full numbers; dates as `YYYY-MM-DD`."""
    return json.dumps(compared, ensure_ascii=False, indent=1, default=str) + "\n"


def write_comparison(compared: dict[str, Any]) -> str:
    """Return a comparison as text: numbers to three digits, columns aligned.

    Text of strangers comes without control characters.
    """
    lines = _write_runs(compared)
    if compared["same"]:
        return "\n".join([*lines, "", "Nothing changed."]) + "\n"
    for what, alone in (("zones", "Zones"), ("units", "Administrative units")):
        lines += _write_changes(compared[what], alone)
        for side, name in (("before", "first"), ("after", "second")):
            lines += _write_alone(
                compared[f"{what}_only_{side}"], f"{alone} only in the {name} run"
            )
    lines += _write_reasons(compared)
    return "\n".join([*lines, "", *_explain(compared)]) + "\n"


def _write_runs(compared: dict[str, Any]) -> list[str]:
    rows = [
        (
            f"{name}:",
            _clean(run["run"]),
            _WORDS.day(run["as_of"]),
            _clean(run["input"]["name"]),
            f"civmap {_clean(run['civmap'])}",
        )
        for name, run in (("First", compared["before"]), ("Second", compared["after"]))
    ]
    return _align(rows)


def _write_changes(rows: Sequence[Record], title: str) -> list[str]:
    changed = [row for row in rows if row["changed"]]
    same = [row for row in rows if not row["changed"]]
    lines: list[str] = []
    if changed:
        lines += ["", f"{title} with other figures: first, second, difference, ratio"]
        cells: list[tuple[str, ...]] = []
        for row in changed:
            cells += [(_name(row),), *_write_measures(row)]
            if row["ranges"]:
                cells.append((f"  {_RANGES[row['ranges']]}",))
        lines += _align(cells, right=frozenset({1, 2, 3, 4}))
    if same:
        names = _join(_name(row) for row in same)
        lines += ["", f"{title} with the same figures ({len(same)}): {names}"]
    return lines


def _name(row: Record) -> str:
    label, other = _clean(row["label"]), _clean(row.get("label_before") or row["label"])
    return label if label == other else f"{label} (first: {other})"


def _write_measures(row: Record) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = []
    for key in _MEASURES:
        old, new, change, ratio = (
            row[part][key] for part in ("before", "after", "difference", "ratio")
        )
        shown = "same" if change == 0 else "" if change is None else _sign(change)
        times = "" if ratio is None or change == 0 else f"x {ratio:.3g}"
        lines.append((f"  {key}", _people(old), _people(new), shown, times))
    return lines


def _write_alone(rows: Sequence[Record], title: str) -> list[str]:
    if not rows:
        return []
    cells: list[tuple[str, ...]] = [(title, *_MEASURES)]
    cells += [
        (f"  {_clean(row['label'])}", *(_people(row[key]) for key in _MEASURES)) for row in rows
    ]
    return ["", *_align(cells, right=frozenset({1, 2, 3, 4}))]


def _write_reasons(compared: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for kind, title in _KINDS.items():
        reasons = compared["reasons"][kind]
        lines += ["", f"{title}: {'what differs' if reasons else 'the same'}"]
        for reason in reasons:
            lines += _write_reason(reason, compared)
    return lines


def _write_reason(reason: Record, compared: dict[str, Any]) -> list[str]:
    what = _clean(_TERMS.get(reason["what"]) or reason["what"])
    if reason["what"] == "figures in use":
        used = compared["figures"]
        sides = (("first", used["only_before"]), ("second", used["only_after"]))
        return [f"  {what}", *(line for name, rows in sides for line in _write_used(name, rows))]
    values = "" if reason["before"] is None is reason["after"] else _show_both(reason)
    lines = [f"  {what}{values}"]
    if reason["zones"]:
        lines.append(f"    in {_join(map(_clean, reason['zones']))}")
    return lines


def _show_both(reason: Record) -> str:
    return f": {_show(reason['before'])} -> {_show(reason['after'])}"


def _write_used(name: str, figures: Iterable[Record]) -> list[str]:
    return [
        f"    {name}: {figure['date']}, {_clean(' + '.join(figure['pcodes']))}: "
        f"{_WORDS.about(figure['best'])} {_FIGURE_KINDS.get(figure['kind'], figure['kind'])}, "
        f"{_clean(figure['agency'])}"
        for figure in figures
    ]


_FIGURE_KINDS = {"displaced_present": "displaced people present"}


def _explain(compared: dict[str, Any]) -> list[str]:
    """Return which kinds of difference may make each change, and where that can't be told."""
    there = {kind for kind in _KINDS if compared["reasons"][kind]}
    changed = [row for row in compared["zones"] if row["changed"]]
    alone = [*compared["zones_only_before"], *compared["zones_only_after"]]
    lines = [
        f"{_count(number)} {what}: {_judge(kinds, there - {*kinds})}"
        for what, rows in (("with other figures", changed), ("in one run only", alone))
        for kinds, number in Counter(tuple(row["reasons"]) for row in rows).items()
    ]
    if not lines:
        lines.append(
            "No zone has other figures."
            if not any(row["changed"] for row in compared["units"])
            else "No zone has other figures; administrative units have."
        )
    return lines


def _judge(kinds: tuple[str, ...], others: set[str]) -> str:
    """Return what a change is from; `others` are kinds that differ and bear on other zones."""
    if not kinds:
        return "nothing that the runs record explains it."
    if len(kinds) == 1:
        rest = "what else differs concerns other zones" if others else "the rest is the same"
        return f"from the {kinds[0]}; {rest}."
    named = ", ".join(kinds[:-1]) + f" and {kinds[-1]}"
    return f"{named} differ together. {_SPLIT}."


def _count(number: int) -> str:
    return "1 zone" if number == 1 else f"{number} zones"


def _people(value: float | None) -> str:
    return "unknown" if value is None else _WORDS.about(value)


def _sign(change: float) -> str:
    return f"{'+' if change > 0 else '-'}{_WORDS.about(abs(change))}"


def _show(value: Any) -> str:
    if value is None or value in ([], ""):
        return "none"
    if isinstance(value, list):
        return _join(_show(each) for each in value)
    return _clean(f"{value:g}" if isinstance(value, float) else str(value))


def _join(texts: Iterable[str]) -> str:
    listed = list(texts)
    more = f" and {len(listed) - _MANY} more" if len(listed) > _MANY else ""
    return "; ".join(listed[:_MANY]) + more


def _clean(text: str) -> str:
    return clean_text(text)


def _align(rows: Sequence[tuple[str, ...]], right: frozenset[int] = frozenset()) -> list[str]:
    """Return rows as lines of aligned columns; a row of one cell is a line of its own."""
    wide = [row for row in rows if len(row) > 1]
    widths = [max(len(row[at]) for row in wide) for at in range(len(wide[0]))] if wide else []
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        lines.append(row[0] if len(row) == 1 else "  ".join(cells).rstrip())
    return lines
