"""The figures of two runs beside each other, with what explains them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geo.comparison.pairs import pair_units, pair_zones
from geo.comparison.read import MEASURES, read_run
from geo.comparison.reasons import KINDS, SERIES, find_reasons, find_zone_reasons, list_used

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geo.comparison.pairs import Pair
    from geo.comparison.read import ReadRun, Record
    from geo.comparison.reasons import Reason


def compare_runs(before: tuple[Path, str], after: tuple[Path, str]) -> dict[str, Any]:
    """Return what changed from one run to another, by how much, and why.

    Parameters
    ----------
    before, after
        Path of a run database, and what the run is called by.

    Returns
    -------
        `before`, `after`: name, day, title, input and version. `same`: nothing at all differs.
        `zones`, `units`: those in both runs, with `before`, `after`, `difference` and `ratio` of
        low, best, high and static (persons; None: nobody can be counted), `ranges` (`same`,
        `within`: each best estimate lies in the range of the other; `overlap`, `apart`; None: no
        range), `changed`, and `reasons`: the kinds of difference that may make the change.
        `zones_only_before`, `zones_only_after`, `units_only_before`, `units_only_after`; these
        zones with `reasons` too.
        `figures`: dated figures that only one run rests on. `reasons`: by kind, lists of `what`,
        `before`, `after`, `adds_zones`, and for what differs in some zones only `zones`, their
        labels.

    Raises
    ------
    UnavailableError
        If a database is missing or can't be opened.
    RunError
        If it is of another schema.
    """
    old, new = read_run(*before), read_run(*after)
    reasons = find_reasons(old, new)
    same_input = old.inputs["input"] == new.inputs["input"]
    same_radii = not any(reason.what == "radii_km" for reason in reasons)
    zone_pairs = pair_zones(old.zones, new.zones, same_input=same_input)
    unit_pairs = pair_units(old.units, new.units)
    kinds: set[str] = {reason.kind for reason in reasons if not reason.adds_zones}
    grounds: list[tuple[Reason, list[str]]] = []
    zones = []
    for left, right in zone_pairs:
        if left is None or right is None:
            continue
        found = find_zone_reasons(left, right, same_radii=same_radii)
        _add_grounds(grounds, found, right["label"])
        zones.append(_describe_zone(left, right, kinds | {reason.kind for reason in found}))
    units = [_describe_unit(left, right, kinds) for left, right in unit_pairs if left and right]
    compared = {
        "before": _describe_run(old),
        "after": _describe_run(new),
        "zones": zones,
        "zones_only_before": _explain_alone(_list_alone(zone_pairs, 0), old, new, reasons),
        "zones_only_after": _explain_alone(_list_alone(zone_pairs, 1), new, old, reasons),
        "units": units,
        "units_only_before": _list_alone(unit_pairs, 0),
        "units_only_after": _list_alone(unit_pairs, 1),
        "figures": list_used(old, new),
        "reasons": _group(reasons, grounds),
    }
    return {"same": _is_same(compared), **compared}


def _is_same(compared: dict[str, Any]) -> bool:
    changed = any(row["changed"] for row in (*compared["zones"], *compared["units"]))
    alone = any(
        compared[f"{what}_only_{side}"]
        for what in ("zones", "units")
        for side in ("before", "after")
    )
    return not (changed or alone or any(compared["reasons"].values()))


def _add_grounds(
    grounds: list[tuple[Reason, list[str]]], found: Iterable[Reason], label: str
) -> None:
    """Add a zone's label to each of its reasons, which other zones may have too."""
    for reason in found:
        for known, labels in grounds:
            if known == reason:
                labels.append(label)
                break
        else:
            grounds.append((reason, [label]))


def _group(
    reasons: Iterable[Reason], grounds: Iterable[tuple[Reason, list[str]]]
) -> dict[str, list[Record]]:
    rows = [*((reason, None) for reason in reasons), *grounds]
    return {
        kind: [
            {
                "what": reason.what,
                "before": reason.before,
                "after": reason.after,
                "adds_zones": reason.adds_zones,
                "zones": labels,
            }
            for reason, labels in rows
            if reason.kind == kind
        ]
        for kind in KINDS
    }


def _describe_run(run: ReadRun) -> Record:
    return {
        "run": run.name,
        "as_of": run.as_of,
        "title": run.facts.get("title"),
        "input": run.inputs["input"][0],
        "civmap": run.facts["civmap"],
    }


def _describe_zone(before: Record, after: Record, kinds: set[str]) -> Record:
    return {
        "label": after["label"],
        "label_before": before["label"],
        "kind": after["kind"],
        "pcode": after["pcode"],
        "place": after["place"],
        "inner_km": after["inner_km"],
        "radius_km": after["radius_km"],
        "zone_id_before": before["zone_id"],
        "zone_id_after": after["zone_id"],
        **_measure(before, after, kinds),
    }


def _describe_unit(before: Record, after: Record, kinds: set[str]) -> Record:
    return {
        "label": after["label"],
        "pcode": after["pcode"],
        **_measure(before, after, kinds),
    }


def _measure(before: Record, after: Record, kinds: set[str]) -> Record:
    old, new = ({key: row[key] for key in MEASURES} for row in (before, after))
    changed = old != new
    return {
        "before": old,
        "after": new,
        "difference": {key: _subtract(new[key], old[key]) for key in MEASURES},
        "ratio": {key: _divide(new[key], old[key]) for key in MEASURES},
        "ranges": _relate_ranges(old, new),
        "changed": changed,
        "reasons": [kind for kind in KINDS if kind in kinds] if changed else [],
    }


def _subtract(new: float | None, old: float | None) -> float | None:
    return None if new is None or old is None else new - old


def _divide(new: float | None, old: float | None) -> float | None:
    return None if new is None or not old else new / old


def _relate_ranges(old: Record, new: Record) -> str | None:
    """Return how two ranges lie: `same`, `within`, `overlap` or `apart`."""
    if old["best"] is None or new["best"] is None:
        return None
    if all(old[key] == new[key] for key in ("low", "best", "high")):
        return "same"
    if new["low"] <= old["best"] <= new["high"] and old["low"] <= new["best"] <= old["high"]:
        return "within"
    return "overlap" if old["low"] <= new["high"] and new["low"] <= old["high"] else "apart"


def _list_alone(pairs: Iterable[Pair], side: int) -> list[Record]:
    """Return what only one run has, with its figures."""
    alone = [pair[side] for pair in pairs if pair[1 - side] is None]
    fields = ("zone_id", "label", "kind", "pcode", "place", "inner_km", "radius_km", *MEASURES)
    return [{key: row[key] for key in fields if key in row} for row in alone if row]


def _explain_alone(
    zones: Iterable[Record], own: ReadRun, other: ReadRun, reasons: Iterable[Reason]
) -> list[Record]:
    """Return zones with `reasons`: the kinds of difference that may make them be in one run only.

    A disc or ring of radii that the other run was not asked for is there by them alone.
    """
    kinds = {reason.kind for reason in reasons if reason.what not in SERIES}
    found = [kind for kind in KINDS if kind in kinds]
    return [
        zone | {"reasons": ["method"] if _has(own, zone) and not _has(other, zone) else found}
        for zone in zones
    ]


def _has(run: ReadRun, zone: Record) -> bool:
    """Return whether a zone is of the run's radii; one that is no disc or ring always is."""
    radii = run.parameters.get("radii_km") or []
    if zone["kind"] == "disc":
        return zone["radius_km"] in radii
    if zone["kind"] == "ring":
        return (zone["inner_km"], zone["radius_km"]) in pairwise(radii)
    return True
