"""The files that `civmap map` leaves beside `run.duckdb`, all read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.page import RiskMap
from maps.publish.event_exposure import EVENT_EXPOSURE, write_event_exposure
from maps.publish.geopackage import write_geopackage
from maps.publish.manifest import write_manifest
from maps.publish.report import write_report
from maps.publish.table import write_table

if TYPE_CHECKING:
    from pathlib import Path

    from geo.assessment import Assessment


def write_run_folder(run: Assessment, folder: Path) -> None:
    """Write map.html, report.json, exposure.csv, layers.gpkg and, last, manifest.json.

    Of a large run also the figures of its single events.
    """
    with run.connect():  # held open: each of the others opens it again, which is then quick
        RiskMap(run).save(folder / "map.html")
        write_report(run, folder / "report.json")
        write_table(run, folder / "exposure.csv")
        write_geopackage(run, folder / "layers.gpkg")
        if "large" in run.facts:
            write_event_exposure(run, folder / EVENT_EXPOSURE)
        write_manifest(run, folder / "manifest.json")
