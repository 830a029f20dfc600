"""Rafah on the days that were told of: civmap's ranges beside what was published.

`python -m tests.evaluation.rafah` writes the tables anew into `docs/ranges.md`.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

import geo
from geo.boundaries import read_embedded_units
from geo.people import bundled_figures

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

PAGE = Path(__file__).parents[2] / "docs" / "ranges.md"
START, END = "<!-- rafah: begin -->\n", "<!-- rafah: end -->\n"
RAFAH = "PS0275"
DAYS = {
    "2023-10-06": (275_267, 275_267),
    "2023-12-21": (680_000, 1_000_000),
    "2024-02-24": (1_300_000, 1_500_000),
    "2024-05-06": (1_100_000, 1_400_000),
    "2024-06-20": (50_000, 120_000),
}
"""Days, and where the best figure of Rafah governorate has to lie."""
ORDER_DAY = "2024-05-06"
MERIDIANS = (34.27, 34.275, 34.28)
"""Eastern Rafah is drawn as the governorate's part east of these. The blocks of the order are not
at hand; they were the village of Shokat as-Sufi (21 square kilometres) and the town's quarters
nearest to it."""
PUBLISHED = (100_000, 250_000)
"""In eastern Rafah: the order's own figure, and that of the Palestine Red Crescent Society."""


def draw_series() -> geo.Assessment:
    """Return the bundled example as a series over the days."""
    return geo.assess(as_of=list(DAYS))


def find_published(day: str) -> Any:
    """Return the newest figure of people present in Rafah up to a day; None: the projection."""
    told = [
        figure
        for figure in bundled_figures()
        if figure.pcodes == (RAFAH,)
        and figure.kind == "present"
        and figure.date <= dt.date.fromisoformat(day)
    ]
    return max(told, key=lambda figure: figure.date) if told else None


def east_of(meridian: float) -> BaseGeometry:
    """Return the part of the embedded outline of Rafah governorate east of a meridian."""
    units = read_embedded_units().set_index("pcode")
    return units.geometry[RAFAH].intersection(shapely.box(meridian, 31.0, 35.0, 32.0))


def assess_east(meridian: float) -> tuple[float, dict[str, Any]]:
    """Return square kilometres and the exposure of eastern Rafah on the day of the order."""
    feature = {
        "type": "Feature",
        "properties": {"name": "Eastern Rafah"},
        "geometry": shapely.geometry.mapping(east_of(meridian)),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "east.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        run = geo.assess(zone=path, as_of=ORDER_DAY)
    zone = run.zones.set_index("zone_id").loc["drawn-1"]
    return float(zone["area_km2"]), run.exposure.set_index("zone_id").loc["drawn-1"].to_dict()


def write_days() -> str:
    """Return the table of days as Markdown."""
    lines = [
        "| day | published | by | static | civmap: best (low to high) |",
        "|---|--:|---|--:|--:|",
    ]
    rows = draw_series().series_units
    rows = rows[rows["pcode"] == RAFAH]
    for row in rows.to_dict("records"):
        day = str(row["as_of"])[:10]
        figure = find_published(day)
        told = f"{figure.best:,.0f}" if figure else "-"
        if figure and figure.low is not None and figure.high is not None:
            told += f" ({figure.low:,.0f} to {figure.high:,.0f})"
        by = f"{figure.agency}, {figure.date}" if figure else "-"
        lines.append(
            f"| {day} | {told} | {by} | {row['static']:,.0f} | "
            f"{row['best']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f}) |"
        )
    return "\n".join(lines) + "\n"


def write_east() -> str:
    """Return the table of eastern Rafah as Markdown."""
    lines = [
        "| drawn as | km2 | static | civmap: best (low to high) | 100,000 | 250,000 |",
        "|---|--:|--:|--:|---|---|",
    ]
    for meridian in MERIDIANS:
        area, row = assess_east(meridian)
        ticks = " | ".join(
            "held" if row["low"] <= people <= row["high"] else "below" for people in PUBLISHED
        )
        lines.append(
            f"| east of {meridian} E | {area:.1f} | {row['static']:,} | "
            f"{row['best']:,} ({row['low']:,} to {row['high']:,}) | {ticks} |"
        )
    return "\n".join(lines) + "\n"


def write_block() -> str:
    """Return what stands on the page between its two marks."""
    return f"\n{write_days()}\n{write_east()}\n"


def main() -> None:
    """Write the page's tables."""
    before, rest = PAGE.read_text("utf-8").split(START)
    after = rest.split(END)[1]
    PAGE.write_text(before + START + write_block() + END + after, "utf-8")


if __name__ == "__main__":
    main()
