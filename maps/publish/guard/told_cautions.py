"""Cautions of a public run: in general words only, and what was left out or made coarser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.database.store import fetch_records
from geo.types import Caution
from maps.cautions import GENERAL
from maps.publish.guard.protocol import LAYERS

if TYPE_CHECKING:
    import duckdb

    from maps.publish.guard.protocol import Protocol
    from maps.publish.guard.redaction import Redacted

_BY_UNIT = {
    "licence": Caution("rows-not-passed-on", GENERAL["rows-not-passed-on"]),
    "large": Caution("events-too-many", GENERAL["events-too-many"]),
    "protocol": Caution("zones-by-unit", GENERAL["zones-by-unit"]),
}
_FIGURES = Caution("public-figures", GENERAL["public-figures"])
_CELLS = Caution("public-cells", GENERAL["public-cells"])
_POSITIONS = Caution("public-positions", GENERAL["public-positions"])
_HELD_BACK = Caution("cautions-held-back", GENERAL["cautions-held-back"])
_SUPPOSED = Caution("scenario-left-out", GENERAL["scenario-left-out"])
_NOT_TOLD = ("sites",)


def tell_cautions(con: duckdb.DuckDBPyConnection, found: Redacted, protocol: Protocol) -> list[Any]:
    """Return the run's cautions without what they name, and those of the release itself."""
    codes = [row["code"] for row in fetch_records(con, "SELECT code FROM cautions ORDER BY rowid")]
    known = [code for code in dict.fromkeys(codes) if code in GENERAL and code not in _NOT_TOLD]
    own = [_FIGURES, _CELLS]
    if found.events and found.by_unit is None:
        own.append(_POSITIONS)
    if found.by_unit:
        own.append(_BY_UNIT[found.by_unit])
    if set(codes) - set(known) - set(_NOT_TOLD):
        own.append(_HELD_BACK)
    if found.facts.get("moves"):
        own.append(_SUPPOSED)
    general = [{"code": code, "text": GENERAL[code]} for code in known]
    return [*general, *own, *_tell_left_out(protocol)]


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
