"""The tables of people of a run, as they may be told."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from geo.database.store import fetch_records
from geo.exposure.rounding import round_parts
from geo.people.needs import list_needs
from maps.publish.guard.cells import spread_unit
from maps.publish.guard.figures import (
    LEAST,
    SEVERAL,
    Figure,
    is_small,
    round_people,
    tell_figure,
    tell_whole,
    tell_zones,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import duckdb

    from maps.publish.guard.figures import Told
    from maps.run import Record

_MEASURES = ("low", "best", "high", "static")
_WITHHELD: Record = dict.fromkeys(_MEASURES)


def read_figure(row: Mapping[str, Any], static: str = "static") -> Figure:
    """Return the people of a row, in whole persons."""
    return Figure(*(round(row[key]) for key in ("low", "best", "high", static)))


def write_figure(figure: Figure | None) -> Record:
    """Return the columns of a figure; all missing where it is withheld."""
    return dict(_WITHHELD) if figure is None else {key: getattr(figure, key) for key in _MEASURES}


def tell_units(con: duckdb.DuckDBPyConnection) -> tuple[list[Record], dict[str, Figure | None]]:
    """Return the rows of `unit_people`, and the figure told of each unit."""
    rows, told = [], {}
    for unit in fetch_records(con, "SELECT * FROM unit_people ORDER BY rowid"):
        figure = told[unit["pcode"]] = tell_figure(read_figure(unit))
        displaced = unit["displaced"]
        row = {key: unit[key] for key in ("pcode", "name", "land_km2", "basis")}
        row |= write_figure(figure) | {"factor": None, "on_land": None, "displaced": None}
        if figure is not None:
            row |= spread_unit(unit, figure.best, figure.static)
            if displaced is not None and not is_small(displaced):
                row["displaced"] = min(round_people(displaced), figure.best)
        rows.append(row)
    return rows, told


def tell_exposure(
    con: duckdb.DuckDBPyConnection,
    zones: Sequence[Record],
    units: Mapping[str, Figure | None],
) -> dict[str, Told]:
    """Return what is told of each zone, by its id in the run.

    A zone that is a unit has the unit's own figure, so that one area has one.
    """
    parts: dict[str, dict[str | None, Figure]] = defaultdict(dict)
    for row in fetch_records(con, "SELECT * FROM exposure_admin ORDER BY rowid"):
        parts[row["zone_id"]][row["pcode"]] = read_figure(row)
    totals = {
        row["zone_id"]: read_figure(row) for row in fetch_records(con, "SELECT * FROM exposure")
    }
    told = tell_zones(zones, parts, totals)
    for zone in zones:
        shown, pcode = told.get(zone["zone_id"]), zone["pcode"]
        if shown and zone["kind"] == "admin" and set(shown.parts) == {pcode} and pcode in units:
            shown.parts[pcode] = units[pcode]
            told[zone["zone_id"]] = type(shown)(shown.parts, None, units[pcode])
    return told


def list_exposure(
    con: duckdb.DuckDBPyConnection,
    zones: Mapping[str, Record],
    told: Mapping[str, Told],
    names: Mapping[str, str],
) -> list[Record]:
    """Return the rows of `exposure`; without figures where they are withheld.

    Parameters
    ----------
    zones
        As they are told, by the id in the run.
    names
        What each population source is called, by its label in the run.
    """
    rows = []
    for row in fetch_records(con, "SELECT * FROM exposure ORDER BY rowid"):
        zone = zones.get(row["zone_id"])
        if zone is None:
            continue
        figure = told[row["zone_id"]].total
        km2 = zone["area_km2"] * (row["coverage_fraction"] - row["nodata_fraction"])
        made = {key: row[key] for key in ("population_date", "coverage_fraction")}
        made |= write_figure(figure) | {
            "zone_id": zone["zone_id"],
            "nodata_fraction": row["nodata_fraction"],
            "population_source": names[row["population_source"]],
            "density_km2": figure.best / km2 if figure is not None and km2 > 0 else None,
            "parts": {} if figure is None else _tell_doubts(row["parts"], figure),
        }
        rows.append(made)
    return rows


def _tell_doubts(parts: Mapping[str, Record], figure: Figure) -> dict[str, Record]:
    """Return what each source of doubt adds to the range that is told."""
    tens = round((figure.high - figure.low) / LEAST)
    shares = [part["share"] for part in parts.values()]
    whole = sum(shares)
    widths = round_parts([tens * share / whole for share in shares], tens) if whole else []
    told = {}
    for (doubt, part), width in zip(parts.items(), widths or [0] * len(parts), strict=True):
        low = 0 if part["low"] < LEAST else round_people(part["low"])
        told[doubt] = {
            "low": min(max(low, figure.low), figure.best),
            "high": max(min(round_people(part["high"]), figure.high), figure.best),
            "width": width * LEAST,
            "share": round(part["share"], 2),
        }
    return told


def list_parts(
    con: duckdb.DuckDBPyConnection, zones: Mapping[str, Record], told: Mapping[str, Told]
) -> list[Record]:
    """Return the rows of `exposure_admin`; a zone's small parts together in a row of theirs."""
    rows: list[Record] = []
    by_zone: dict[str, list[Record]] = defaultdict(list)
    for row in fetch_records(con, "SELECT * FROM exposure_admin ORDER BY rowid"):
        by_zone[row["zone_id"]].append(row)
    for zone_id, parts in by_zone.items():
        if zone_id not in zones:
            continue
        shown, key = told[zone_id], {"zone_id": zones[zone_id]["zone_id"]}
        rows += [
            key
            | {"pcode": part["pcode"], "name": part["name"]}
            | write_figure(shown.parts[part["pcode"]])
            for part in parts
        ]
        if shown.several is not None:
            rows.append(key | {"pcode": None, "name": SEVERAL} | write_figure(shown.several))
    return rows


def list_groups(
    con: duckdb.DuckDBPyConnection,
    all_zones: Sequence[Record],
    zones: Mapping[str, Record],
    told: Mapping[str, Told],
    sources: Mapping[str, str],
) -> list[Record]:
    """Return the rows of `people_groups`; a share only where a group's people are told."""
    rows = fetch_records(con, "SELECT * FROM people_groups ORDER BY rowid")
    known: dict[str, dict[str, Figure]] = defaultdict(dict)
    for row in rows:
        if row["best"] is not None:
            known[row["grp"]][row["zone_id"]] = read_figure(row, "best")
    figures = {group: tell_whole(all_zones, totals) for group, totals in known.items()}
    made = []
    for row in rows:
        if row["zone_id"] not in zones:
            continue
        new = {key: row[key] for key in ("grp", "basis", "share_date")}
        new |= {
            "zone_id": zones[row["zone_id"]]["zone_id"],
            "source_id": sources.get(row["source_id"]),
        }
        shown = told.get(row["zone_id"])
        figure = figures.get(row["grp"], {}).get(row["zone_id"])
        if figure is None or shown is None or shown.total is None:
            is_known = row["best"] is not None
            new |= dict.fromkeys(("low", "best", "high", "share", "share_low", "share_high"))
            new |= {"basis": "withheld"} if is_known else {}
        else:
            new |= {key: getattr(figure, key) for key in ("low", "best", "high")}
            new |= {key: _shorten(row[key]) for key in ("share", "share_low", "share_high")}
        made.append(new)
    return made


def _shorten(share: float | None) -> float | None:
    return None if share is None else float(f"{share:.2g}")


def list_told_needs(zones: Mapping[str, Record], told: Mapping[str, Told]) -> list[Any]:
    """Return the rows of `needs`, from the figures that are told."""
    needs: list[Any] = []
    for zone_id, zone in zones.items():
        figure = told[zone_id].total if zone_id in told else None
        people = None if figure is None else (figure.low, figure.best, figure.high)
        needs += list_needs(zone["zone_id"], people)
    return needs


def list_series(
    con: duckdb.DuckDBPyConnection,
    all_zones: Sequence[Record],
    zones: Mapping[str, Record],
    told: Mapping[str, Told],
    as_of: str,
) -> list[Record]:
    """Return the rows of `series`; none of a zone with a day that would have to be withheld.

    The run's own day has the figure that is told of the zone elsewhere.
    """
    by_day: dict[Any, dict[str, Figure]] = defaultdict(dict)
    for row in fetch_records(con, "SELECT * FROM series ORDER BY as_of, zone_id"):
        by_day[row["as_of"]][row["zone_id"]] = read_figure(row)
    rows: dict[str, list[Record]] = defaultdict(list)
    hidden = set()
    for day, totals in by_day.items():
        shown = tell_whole(all_zones, totals)
        for zone_id, figure in shown.items():
            if str(day) == as_of and zone_id in told:
                figure = told[zone_id].total  # noqa: PLW2901 - one area, one day, one figure
            if figure is None or zone_id not in zones:
                hidden.add(zone_id)
            else:
                key = {"zone_id": zones[zone_id]["zone_id"], "as_of": day}
                rows[zone_id].append(key | write_figure(figure))
    return [row for zone_id, held in rows.items() if zone_id not in hidden for row in held]


def list_unit_series(
    con: duckdb.DuckDBPyConnection, units: Mapping[str, Figure | None], as_of: str
) -> list[Record]:
    """Return the rows of `series_units`, as `list_series`."""
    rows: dict[str, list[Record]] = defaultdict(list)
    hidden = set()
    for row in fetch_records(con, "SELECT * FROM series_units ORDER BY pcode, as_of"):
        pcode = row["pcode"]
        is_own = str(row["as_of"]) == as_of and pcode in units
        figure = units[pcode] if is_own else tell_figure(read_figure(row))
        if figure is None:
            hidden.add(pcode)
        else:
            rows[pcode].append({"pcode": pcode, "as_of": row["as_of"]} | write_figure(figure))
    return [row for pcode, held in rows.items() if pcode not in hidden for row in held]
