"""How an event table is to be read, where the table itself doesn't say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from geo.errors import UsageError
from geo.events.precision import PRECISION_KM
from geo.events.type_radii import check_radii, make_key

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEVELS = sorted(PRECISION_KM["ucdp"])
_MOST_KM = 20_000.0  # nothing on Earth is farther away


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How to read an event table.

    Attributes
    ----------
    by
        Column whose value is the event's group; None: no groups.
    encoding
        Of a CSV or GeoJSON file, such as `cp1256`; None: found out and told.
    date_format
        How dates are written, in the directives of `strptime`, such as `%d/%m/%Y`; None: numeric
        dates other than YYYY-MM-DD are ambiguous and their rows are rejected.
    precision_km
        Radius in kilometres that a precision level stands for, level by level, instead of
        `geo.events.precision.PRECISION_KM`.
    type_radii_km
        The whole table of radii in kilometres by event type, as `read_type_radii` gives it; None:
        the bundled one.

    Raises
    ------
    UsageError
        If one of them is wrong; the message names every fault.
    """

    by: str | None = None
    encoding: str | None = None
    date_format: str | None = None
    precision_km: Mapping[int, float] | None = None
    type_radii_km: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        faults = [*self._check_texts(), *check_radii(self.type_radii_km or {})]
        for level, radius in (self.precision_km or {}).items():
            if level not in _LEVELS:
                faults.append(f"precision level {level!r}: expected {_LEVELS[0]} to {_LEVELS[-1]}")
            if not 0 <= radius <= _MOST_KM:
                faults.append(f"radius {radius!r} of precision level {level!r}: expected km from 0")
        if faults:
            raise UsageError("; ".join(faults))
        if self.type_radii_km is not None:
            keys = {make_key(*key.split("|", 1)): km for key, km in self.type_radii_km.items()}
            object.__setattr__(self, "type_radii_km", keys)

    def _check_texts(self) -> list[str]:
        faults = []
        if self.encoding is not None:
            try:
                "".encode(self.encoding)  # also refuses what is no encoding of text
            except (LookupError, UnicodeError):
                faults.append(
                    f"encoding {self.encoding!r}: not known; expected one such as utf-8, utf-16, "
                    "cp1252 or cp1256"
                )
        if self.date_format is not None and not _tells_a_day(self.date_format):
            faults.append(
                f"date format {self.date_format!r}: expected one with day, month and year, such as "
                "%d/%m/%Y"
            )
        return faults


def _tells_a_day(date_format: str) -> bool:
    day = datetime(2011, 11, 23, tzinfo=UTC)
    try:
        return datetime.strptime(day.strftime(date_format), date_format).date() == day.date()  # noqa: DTZ007
    except ValueError:
        return False
