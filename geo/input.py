"""What a run is made of: a file, or a source of events or a report by its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from geo.errors import UsageError
from geo.settings import SOURCE_NAMES

_REPORT = "reliefweb:"
_REPORTS = "https://reliefweb.int/"


@dataclass(frozen=True, slots=True)
class NamedEvents:
    """An input that is a source of events: a country and the days up to the run's day.

    Attributes
    ----------
    source
        Of `SOURCE_NAMES["events"]`.
    area
        ISO 3166-1 code.
    days
        None: as many as the source gives where nothing is said.
    """

    source: str
    area: str
    days: int | None = None

    @property
    def label(self) -> str:
        """What a run of it is called."""
        return f"{self.source} {self.area}"


@dataclass(frozen=True, slots=True)
class NamedReport:
    """An input that is a report of ReliefWeb: its number, or its address on reliefweb.int."""

    name: str

    @property
    def label(self) -> str:
        """What a run of it is called."""
        return f"reliefweb {self.name.rstrip('/').rsplit('/', maxsplit=1)[-1]}"


Named: TypeAlias = NamedEvents | NamedReport
"""An input that is fetched."""


def choose_input(
    given: str | Path | None, area: str | None = None, days: int | None = None
) -> Path | Named | None:
    """Return what an input is: a file, what is fetched (as text), or None for the example.

    Raises
    ------
    UsageError
        If a source is named without an area, or an area or days without a source.
    """
    if isinstance(given, str) and given in SOURCE_NAMES["events"]:
        if area is None:
            raise UsageError(
                f"{given} is a source of events: for which country? give --area ISO, such as "
                f"--area PSE; a file of that name is given as ./{given}"
            )
        return NamedEvents(given, area, days)
    if area is not None or days is not None:
        raise UsageError(
            "--area and --days go with a source of events as input: "
            f"{', '.join(SOURCE_NAMES['events'])}"
        )
    if isinstance(given, str) and given.startswith((_REPORT, _REPORTS)):
        return NamedReport(given.removeprefix(_REPORT).strip())
    return Path(given) if given else None
