"""report.json: everything that a run found, for machines. Its form is `report.schema.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geo.database.store import fetch_records, get_facts

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from geo.run import Assessment

_TABLES = {
    "mentions": (
        'SELECT span_start AS "start", span_end AS "end", text, class, kind, role, modality, '
        "place_id, tier, reason FROM mentions ORDER BY span_start, span_end"
    ),
    "events": (
        "SELECT event_id, kind, role, modality, date, place_id, evidence FROM events ORDER BY rowid"
    ),
    "places": (
        "SELECT place_id, name, country, kind, lon, lat, precision_km, geoname_id, pcode, source, "
        "confidence, alternatives, density_km2, population_source FROM places ORDER BY rowid"
    ),
    "zones": "SELECT zone_id, event_id, label, kind, area_km2, pcode, inner_km, radius_km "
    "FROM zones ORDER BY rowid",
    "exposure": (
        "SELECT zone_id, low, best, high, static, density_km2, population_source, "
        "population_date, coverage_fraction, nodata_fraction, parts FROM exposure ORDER BY rowid"
    ),
    "exposure_sources": (
        "SELECT s.zone_id, s.population_source, s.population_date, s.static, s.ratio, "
        "s.coverage_fraction, s.nodata_fraction FROM exposure_sources s "
        "JOIN zones z USING (zone_id) ORDER BY z.rowid, s.rowid"
    ),
    "exposure_admin": (
        "SELECT zone_id, pcode, name, low, best, high, static FROM exposure_admin ORDER BY rowid"
    ),
    "units": (
        "SELECT pcode, name, static, low, best, high, displaced, basis FROM unit_people "
        "ORDER BY pcode"
    ),
    "figures": (
        "SELECT pcodes, date, kind, low, best, high, agency, operation, round, verified, used, "
        "reason FROM figures ORDER BY date, figure_id"
    ),
    "series": (
        "SELECT zone_id, as_of, low, best, high, static FROM series "
        "ORDER BY (SELECT rowid FROM zones WHERE zones.zone_id = series.zone_id), as_of"
    ),
    "series_units": (
        "SELECT pcode, as_of, low, best, high, static FROM series_units ORDER BY pcode, as_of"
    ),
    "people_groups": (
        "SELECT zone_id, grp, low, best, high, share, share_low, share_high, share_date, basis, "
        "source_id FROM people_groups ORDER BY rowid"
    ),
    "needs": "SELECT zone_id, need, low, best, high, unit, standard FROM needs ORDER BY rowid",
    "zone_facilities": (
        "SELECT zone_id, kind, total, approximate FROM zone_facilities ORDER BY rowid"
    ),
    "warnings": "SELECT code, text FROM cautions ORDER BY rowid",
    "sources": (
        "SELECT source_id, name, licence, date, url, attribution FROM sources ORDER BY source_id"
    ),
}

_EVENTS = ("events", "places")


_SCENARIO = {
    "zones": "SELECT zone_id, low, best, high, static FROM scenario "
    "ORDER BY (SELECT rowid FROM zones WHERE zones.zone_id = scenario.zone_id)",
    "units": "SELECT pcode, name, low, best, high FROM scenario_units ORDER BY pcode",
}


def build_report(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the report of a run as plain values, dates as text.

    Of a large run it has no single events: `large` says how many there are and which file has them.
    """
    facts = get_facts(con)
    head = {
        "civmap": facts["civmap"],
        "as_of": facts["as_of"],
        "as_of_source": facts["as_of_source"],
        "title": facts["title"],
        "input": facts["input"],
        "headline": facts["headline"],
        "displacement": facts.get("displacement"),
        "facilities": facts.get("facilities"),
        "parameters": facts.get("parameters"),
    }
    if "large" in facts:
        head["large"] = facts["large"]
    left_out = _EVENTS if "large" in facts else ()
    tables = {
        name: [] if name in left_out else fetch_records(con, statement)
        for name, statement in _TABLES.items()
    }
    return head | tables | {"scenario": _build_scenario(con, facts)}


def _build_scenario(con: duckdb.DuckDBPyConnection, facts: dict[str, Any]) -> dict[str, Any] | None:
    """Return what is supposed and what follows from it; None where nothing is supposed."""
    moves = facts.get("moves")
    if not moves:
        return None
    found = {name: fetch_records(con, statement) for name, statement in _SCENARIO.items()}
    return {"moves": moves, **found}


def dump_report(report: dict[str, Any]) -> str:
    """Return the report as JSON text."""
    return json.dumps(report, ensure_ascii=False, indent=1, default=str) + "\n"


def write_report(run: Assessment, path: Path) -> None:
    """Write report.json."""
    with run.connect() as con:
        path.write_text(dump_report(build_report(con)), encoding="utf-8")
