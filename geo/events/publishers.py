"""Publishers of event tables, known by the columns of their exports: licence and attribution."""

from __future__ import annotations

from dataclasses import dataclass


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
