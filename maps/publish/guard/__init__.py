"""What of a run may leave the house: the run database that a bundle is made from."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.database.store import open_run, set_facts
from geo.errors import InputError
from maps.distribution import INTERNAL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from maps.publish.guard.protocol import Protocol
    from maps.publish.guard.redaction import Redacted


@dataclass(frozen=True, slots=True)
class Terms:
    """What the public profile is held to.

    Attributes
    ----------
    protocol
        File with the sensitivity class of each layer; None: civmap's own.
    previous
        Folders of earlier releases.
    released_by
        Who answers for the release.
    ask
        How a name is asked for where one is needed, with a reason; None: nobody can be asked.
    """

    protocol: Path | None = None
    previous: tuple[Path, ...] = ()
    released_by: str | None = None
    ask: Callable[[str], str | None] | None = None


def guard_run(path: Path, target: Path, profile: str, terms: Terms) -> Path:
    """Write the run database that a bundle of a profile is made from, and return its path.

    The fact `profile` says which it is. An internal run is a copy. A public one holds nothing but
    what `maps.publish.guard.redaction` names, and the fact `released_by`.

    Raises
    ------
    InputError
        If the protocol is no such file, a name is needed and missing, or what is told would give
        people of an earlier release away.
    UnavailableError
        If a file can't be read.
    """
    if profile == INTERNAL:
        shutil.copyfile(path, target)
        facts = {"profile": INTERNAL, "released_by": terms.released_by}
        _state(target, facts)
        return target
    from maps.publish.guard.previous import check_previous
    from maps.publish.guard.protocol import read_protocol
    from maps.publish.guard.redaction import redact_run

    protocol = read_protocol(terms.protocol)
    with open_run(path) as source:
        found = redact_run(source, target, protocol)
    name = _find_name(protocol, found, terms)
    _state(target, {"released_by": name})
    check_previous(target, terms.previous)
    return target


def _state(path: Path, facts: dict[str, str | None]) -> None:
    import duckdb

    with duckdb.connect(str(path)) as con:
        set_facts(con, facts)


def _find_name(protocol: Protocol, found: Redacted, terms: Terms) -> str | None:
    """Return who answers for the release; asks where that is needed and nobody is named."""
    name = (terms.released_by or "").strip()
    reason = _find_reason(protocol, found)
    if not name and reason is not None and terms.ask is not None:
        name = (terms.ask(reason) or "").strip()
    if not name and reason is not None:
        raise InputError(
            f"this release needs the name of the person who answers for it: {reason}. Give it with "
            "--released-by NAME."
        )
    return name or None


def _find_reason(protocol: Protocol, found: Redacted) -> str | None:
    named = protocol.find_named()
    if named:
        return f"it holds layers of class {protocol.named_from} or above ({', '.join(named)})"
    least = protocol.named_from_people
    figures = [*found.units.values(), *(told.total for told in found.told.values())]
    if least is not None and any(each is not None and each.best >= least for each in figures):
        return f"it tells of {least:,} people or more"
    return None
