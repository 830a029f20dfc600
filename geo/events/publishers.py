"""Publishers of event tables, known by the columns of their exports: licence and attribution."""

from __future__ import annotations

from dataclasses import dataclass

ROWS_STAY = "rows may not be passed on"
"""Stands in the licence of a source whose rows must never reach a public output."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes an export, and under which terms."""

    licence: str
    attribution: str


PUBLISHERS = {
    "acled": Publisher(
        "ACLED terms: rows may not be passed on",
        "Armed Conflict Location & Event Data Project (ACLED); www.acleddata.com",
    ),
    "ucdp": Publisher(
        "CC BY 4.0",
        "Uppsala Conflict Data Program (UCDP), Department of Peace and Conflict Research, "
        "Uppsala University",
    ),
    "gdelt": Publisher(
        "GDELT terms: free with citation; leads only",
        "The GDELT Project (www.gdeltproject.org)",
    ),
}
"""By scheme, see `geo.events.columns.Columns`."""


def forbids_rows(licence: str | None) -> bool:
    """Tell whether a licence keeps a source's rows out of every public output."""
    return ROWS_STAY in (licence or "")
