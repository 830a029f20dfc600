"""What differs between two runs, told apart as date, data and method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from geo.comparison.read import FILES, MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.comparison.read import ReadRun, Record

Kind = Literal["date", "data", "method"]
KINDS: tuple[Kind, ...] = ("date", "data", "method")

# parameters that say which zones and days there are, and nothing of who is counted in a zone
_SCOPE = {"radii_km": "method", "days": "date", "day_ranges": "date"}
# parameters that say what else is told of the people who were counted, or what is refused
_BESIDE = frozenset(
    {"ages", "demography", "household_size", "facilities", "moves", "stale_days", "accept_stale"}
)
SERIES = frozenset({"days", "day_ranges"})
"""Parameters of a run's series, which has no part in the figures of its own day."""
_FIGURE = ("pcodes", "date", "kind", "since", "low", "best", "high", "agency")
_FIGURE_SOURCE = "figure:"
_NAMED_ELSEWHERE = frozenset({"article"})
_MOST_ROUNDING = 2  # persons: a ring's two discs, each off by one at most


@dataclass(frozen=True, slots=True)
class Reason:
    """One difference between two runs.

    Attributes
    ----------
    what
        A stable name of what differs.
    before, after
        As each run has it; None: it has none, or there is no short way to say it.
    adds_zones
        Whether it only adds or drops zones, and leaves the people of a zone as they are.
    """

    kind: Kind
    what: str
    before: Any
    after: Any
    adds_zones: bool = False


def find_reasons(before: ReadRun, after: ReadRun) -> list[Reason]:
    """Return what differs between two runs as wholes."""
    reasons = [*_compare_days(before, after), *_compare_parameters(before, after)]
    reasons += _compare_inputs(before, after)
    reasons += _compare_figures(before, after)
    reasons += _compare_sources(before, after, has_scope=any(r.adds_zones for r in reasons))
    reasons += _compare_code(before, after)
    return sorted(reasons, key=lambda reason: KINDS.index(reason.kind))


def find_zone_reasons(before: Record, after: Record, *, same_radii: bool) -> list[Reason]:
    """Return what differs in the ground of one zone: its grid, outline and position.

    Parameters
    ----------
    same_radii
        Whether both runs have the same radii: with others, people are rounded otherwise, so that
        rings add up to discs.
    """
    found = [
        Reason(kind, what, old, new)
        for kind, what, keys in _GROUND
        if (old := _pick(before, keys)) != (new := _pick(after, keys))
    ]
    if bytes(before["geometry"]) != bytes(after["geometry"]):
        moved = any(reason.what == "position" for reason in found)
        if after["kind"] in ("admin", "drawn"):
            found.append(Reason("data", "outline", None, None))
        elif not moved:
            found.append(Reason("method", "outline of a disc", None, None))
    is_counted = before["best"] is not None and after["best"] is not None
    if found or not is_counted or all(before[key] == after[key] for key in MEASURES):
        return found
    changes = {key: abs(after[key] - before[key]) for key in MEASURES}
    rounding = 0 if same_radii or after["kind"] not in ("disc", "ring") else _MOST_ROUNDING
    if max(changes.values()) <= rounding:
        found.append(Reason("method", "rounding", None, None))
    elif changes["static"] > rounding:
        found.append(Reason("data", "people of the grid", None, None))
    return found


_GROUND: tuple[tuple[Kind, str, tuple[str, ...]], ...] = (
    ("data", "population grid", ("grid", "population_date", "crs", "cell_width", "cell_height")),
    ("method", "lines a row of cells", ("scanlines",)),
    ("data", "position", ("lon", "lat")),
    ("data", "precision of the position", ("precision_km",)),
)


def _pick(zone: Record, keys: tuple[str, ...]) -> Any:
    values = [zone[key] for key in keys]
    return values[0] if len(values) == 1 else values


def list_used(before: ReadRun, after: ReadRun) -> dict[str, list[Record]]:
    """Return the figures that only one run rests on: `only_before`, `only_after`."""
    used = [
        {key for key, figure in run.figures.items() if figure["used"]} for run in (before, after)
    ]
    return {
        "only_before": _describe_figures(before, used[0] - used[1]),
        "only_after": _describe_figures(after, used[1] - used[0]),
    }


def _describe_figures(run: ReadRun, keys: Iterable[str]) -> list[Record]:
    chosen = [run.figures[key] for key in keys]
    fields = ("figure_id", "pcodes", "date", "kind", "low", "best", "high", "agency")
    return [
        {field: figure[field] for field in fields}
        for figure in sorted(chosen, key=lambda figure: (figure["date"], figure["figure_id"]))
    ]


def _compare_days(before: ReadRun, after: ReadRun) -> list[Reason]:
    if before.as_of == after.as_of:
        return []
    return [Reason("date", "day", before.as_of, after.as_of)]


def _compare_parameters(before: ReadRun, after: ReadRun) -> list[Reason]:
    """Return parameters that differ; the day and the files are compared by what they are."""
    old, new = before.parameters, after.parameters
    reasons = []
    for name in sorted((old.keys() | new.keys()) - {"as_of", *FILES, *_BESIDE}):
        left, right = old.get(name), new.get(name)
        if left != right and (left or right):  # none and nothing are one
            kind: Kind = "date" if _SCOPE.get(name) == "date" else "method"
            reasons.append(Reason(kind, name, left, right, adds_zones=name in _SCOPE))
    return reasons


def _compare_inputs(before: ReadRun, after: ReadRun) -> list[Reason]:
    """Return files that differ in their bytes, and where only one run has one."""
    reasons = []
    for part in ("input", *FILES):
        files = [run.inputs.get(part, []) for run in (before, after)]
        hashes = [[file["sha256"] for file in each] for each in files]
        if hashes[0] == hashes[1] and hashes[0]:
            continue
        shown = [
            "; ".join(f"{file['name']} (sha256 {file['sha256'][:12]})" for file in each)
            or run.parameters.get(part)
            or None
            for each, run in zip(files, (before, after), strict=True)
        ]
        if shown[0] != shown[1]:
            reasons.append(Reason("data", part, shown[0], shown[1]))
    return reasons


def _compare_figures(before: ReadRun, after: ReadRun) -> list[Reason]:
    old, new = before.figures, after.figures
    changed = [
        key
        for key in sorted(old.keys() & new.keys())
        if [old[key].get(name) for name in _FIGURE] != [new[key].get(name) for name in _FIGURE]
    ]
    reasons = [Reason("data", f"figure {key}", _tell(old[key]), _tell(new[key])) for key in changed]
    if not _has_same_figures(before, after):
        lost, found = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
        if lost or found:
            reasons.append(Reason("data", "figures known", lost, found))
    used, known = list_used(before, after), old.keys() & new.keys()
    both = [
        [figure["figure_id"] for figure in used[side] if figure["figure_id"] in known]
        for side in ("only_before", "only_after")
    ]
    if any(both):
        kind: Kind = "method" if before.as_of == after.as_of else "date"
        reasons.append(Reason(kind, "figures in use", both[0], both[1]))
    return reasons


def _tell(figure: Record) -> str:
    low, high = (figure[key] if figure[key] is not None else "" for key in ("low", "high"))
    return f"{figure['best']:.0f} ({low}..{high}) on {figure['date']}, {figure['agency']}"


def _has_same_figures(before: ReadRun, after: ReadRun) -> bool:
    """Return whether both runs looked into one table of figures.

    Then one knows a figure that the other does not only because it has other zones.
    """
    old, new = (run.inputs.get("displacement") for run in (before, after))
    if old or new:
        return old == new
    names = [run.parameters.get("displacement") for run in (before, after)]
    return names[0] == names[1] and before.facts["civmap"] == after.facts["civmap"]


def _compare_sources(before: ReadRun, after: ReadRun, *, has_scope: bool) -> list[Reason]:
    """Return sources with another name or date, and those that only one run has.

    Where the runs have other zones these bring other sources, which then explain nothing.
    """
    old, new = (
        {
            key: source
            for key, source in run.sources.items()
            if not key.startswith(_FIGURE_SOURCE) and key not in _NAMED_ELSEWHERE
        }
        for run in (before, after)
    )
    reasons = []
    for key in sorted(old.keys() | new.keys()):
        shown = [
            None if source is None else ", ".join(filter(None, (source["name"], source["date"])))
            for source in (old.get(key), new.get(key))
        ]
        if shown[0] != shown[1]:
            is_brought = has_scope and None in shown
            reasons.append(Reason("data", f"source {key}", shown[0], shown[1], is_brought))
    return reasons


def _compare_code(before: ReadRun, after: ReadRun) -> list[Reason]:
    reasons = []
    versions = before.facts["civmap"], after.facts["civmap"]
    if versions[0] != versions[1]:
        reasons.append(Reason("method", "civmap", *versions))
    lost, added = before.columns - after.columns, after.columns - before.columns
    if lost or added:
        reasons.append(Reason("method", "schema", sorted(lost), sorted(added)))
    return reasons
