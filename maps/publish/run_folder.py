"""The files that `civmap map` leaves beside `run.duckdb`, all read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.page import RiskMap
from maps.publish.event_exposure import EVENT_EXPOSURE, write_event_exposure
from maps.publish.formats.geopackage import write_run_layers
from maps.publish.manifest import write_manifest
from maps.publish.report import write_report
from maps.publish.table import write_table
from maps.sheet.paper import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.run import Assessment
    from maps.sheet.paper import Paper


def write_run_folder(
    run: Assessment, folder: Path, papers: Sequence[Paper] = (), *, lang: str = "en"
) -> list[Path]:
    """Write map.html, report.json, exposure.csv, layers.gpkg and, last, manifest.json.

    Of a large run also the figures of its single events.

    Parameters
    ----------
    lang
        Language of the map, the page and the sheets; the files for machines are the same in every
        language.

    Returns
    -------
        The sheets that were written as well: a PDF and a PNG for each paper, each once.
    """
    with run.connect():  # held open: each of the others opens it again, which is then quick
        risk_map = RiskMap(run, lang=lang)
        risk_map.save(folder / "map.html")
        sheets = _write_sheets(risk_map, folder, papers)
        write_report(run, folder / "report.json")
        write_table(run, folder / "exposure.csv")
        write_run_layers(run, folder / "layers.gpkg")
        if "large" in run.facts:
            write_event_exposure(run, folder / EVENT_EXPOSURE)
        write_manifest(run, folder / "manifest.json")
    return sheets


def _write_sheets(risk_map: RiskMap, folder: Path, papers: Sequence[Paper]) -> list[Path]:
    written = []
    for paper in dict.fromkeys(papers):
        for kind, content in zip(FORMATS, risk_map.to_sheet(paper.name, *FORMATS), strict=True):
            path = folder / f"{paper.file_stem}.{kind}"
            path.write_bytes(content)
            written.append(path)
    return written
