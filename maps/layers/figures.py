"""The small tables that popups show: people in a zone or unit, static beside the day's range."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maps.run import Record, RunData
    from maps.wording import Wording


def list_people(record: Record, run: RunData, words: Wording) -> list[tuple[str, str]]:
    """Return rows of a popup: static, low, best and high, in persons."""
    _ = words.translate
    if record["best"] is None:
        return [(_("People"), write_people(record, "best", words))]
    return [
        (_("Static"), words.people(record["static"])),
        (_("On"), words.day(run.facts.get("as_of"))),
        (_("Low"), words.people(record["low"])),
        (_("Best"), words.people(record["best"])),
        (_("High"), words.people(record["high"])),
    ]


def write_people(record: Record, key: str, words: Wording) -> str:
    """Return a figure of a record; of one that is kept back since it is small, that it is."""
    if record[key] is None and record.get("withheld"):
        return words.translate("withheld: fewer than 10")
    return words.people(record[key])


def list_zone(zone: Record, run: RunData, words: Wording) -> list[tuple[str, str]]:
    """Return rows of a zone's popup: its people, density, area and data coverage."""
    _ = words.translate
    rows = list_people(zone, run, words)
    rows.append((_("Area"), words.measure(zone["area_km2"], "km²")))
    if zone["best"] is not None:
        rows.append((_("Density"), words.measure(zone["density_km2"], _("people/km²"))))
        rows.append((_("Area with data"), words.percent(find_valid_fraction(zone))))
        rows.append((_("Population source"), name_population(zone, words)))
    return rows


def find_valid_fraction(zone: Record) -> float | None:
    """Return the fraction of a zone's area that the population source has data for."""
    if zone["coverage_fraction"] is None:
        return None
    return max(0.0, float(zone["coverage_fraction"]) - float(zone["nodata_fraction"] or 0.0))


def name_population(record: Record, words: Wording) -> str:
    """Return a zone's population source with its date."""
    source, date = record["population_source"], record["population_date"]
    if date is None or date in source or words.day(date) in source:
        return str(source)
    return f"{source} ({words.day(date)})"
