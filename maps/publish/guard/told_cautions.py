"""Cautions of a public run: in general words only, and what was left out or made coarser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.database.store import fetch_records
from geo.types import Caution
from maps.cautions import GENERAL
from maps.publish.guard.protocol import LAYERS

if TYPE_CHECKING:
    import duckdb

    from maps.publish.guard.protocol import Protocol
    from maps.publish.guard.redaction import Redacted

_BY_UNIT = {
    "licence": "rows-not-passed-on",
    "large": "events-too-many",
    "protocol": "zones-by-unit",
}
_NOT_TOLD = ("sites",)


def tell_cautions(
    con: duckdb.DuckDBPyConnection, found: Redacted, protocol: Protocol
) -> list[Caution]:
    """Return the run's cautions without what they name, and those of the release itself."""
    codes = [row["code"] for row in fetch_records(con, "SELECT code FROM cautions ORDER BY rowid")]
    known = [code for code in dict.fromkeys(codes) if code in GENERAL and code not in _NOT_TOLD]
    own = ["public-figures", "public-cells"]
    if found.events and found.by_unit is None:
        own.append("public-positions")
    if found.by_unit:
        own.append(_BY_UNIT[found.by_unit])
    if set(codes) - set(known) - set(_NOT_TOLD):
        own.append("cautions-held-back")
    if found.facts.get("moves"):
        own.append("scenario-left-out")
    cautions = [Caution(code, GENERAL[code]) for code in (*known, *own)]
    return [*cautions, *_tell_left_out(protocol)]


def _tell_left_out(protocol: Protocol) -> list[Caution]:
    """Say which layers the protocol keeps back, and why."""
    why = []
    for layer in LAYERS:
        given = protocol.classes.get(layer)
        if given is None:
            why.append(f"{layer}: no class is set for it")
        elif given == "severe":
            why.append(f"{layer}: severe")
        elif given == "high":
            why.append(f"{layer}: high, by administrative unit only")
    if not why:
        return []
    return [Caution("layers-left-out", f"{GENERAL['layers-left-out']} {'; '.join(why)}.")]
