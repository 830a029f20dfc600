"""The Humanitarian Data Exchange (HDX): a data set of its catalogue (CKAN) and its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.catalogue import need, read_catalogue, tidy
from geo.errors import UnavailableError
from geo.statuses import is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.wanted import Way

# its downloads redirect to signed addresses of its store
HOSTS = frozenset({"data.humdata.org", "s3.us-east-1.amazonaws.com/hdx-production-filestore/"})
_API = "https://data.humdata.org/api/3/action/package_show?id="
_DAYS = re.compile(r"\[(\d{4}-\d\d-\d\d|\*)[^ ]* TO (\d{4}-\d\d-\d\d|\*)[^ ]*\]")
_CENSUS = re.compile(
    r"\bcensus\b[^\d.]{0,30}((?:19|20)\d\d)\b|\b((?:19|20)\d\d)\b[^\d.]{0,30}\bcensus\b",
    re.IGNORECASE,
)
_NEEDED = ("name", "format", "url")
_LICENCES = {
    "cc-by-igo": "CC BY-IGO",
    "cc-by": "CC BY 4.0",
    "cc-by-sa": "CC BY-SA 4.0",
    "odc-odbl": "ODbL 1.0",
    "hdx-odc-odbl": "ODbL 1.0",
    "odc-pddl": "PDDL (public domain)",
}


@dataclass(frozen=True, slots=True)
class Package:
    """A data set of HDX.

    Attributes
    ----------
    first_day, last_day
        The time that its data is of, ISO 8601; None: not told, or until now.
    census
        The year of the last census that its notes speak of; None: of none.
    warnings
        What its publisher warns of, in words for the reader.
    resources
        Records with at least `name`, `format`, `url`.
    """

    title: str
    licence: str
    attribution: str
    first_day: str | None
    last_day: str | None
    census: int | None
    warnings: tuple[str, ...]
    released: int | None
    resources: list[dict[str, Any]]
    record: Mapping[str, Any]

    @property
    def vintage(self) -> str | None:
        """The time that its data is of, as text."""
        if self.first_day == self.last_day:
            return self.first_day
        return f"{self.first_day or '?'} to {self.last_day or 'now'}"


def read_package(name: str, source: str, way: Way) -> Package | None:
    """Return a data set by its name on HDX; None if there is none of that name.

    Raises
    ------
    UnavailableError
        If the catalogue can't be had or was changed.
    """
    try:
        return read_catalogue(
            f"{_API}{name}", source, HOSTS, way, lambda answer: _read_package(answer, source)
        )
    except UnavailableError as error:
        if is_missing(error):
            return None
        raise


def _read_package(answer: Any, source: str) -> Package:
    result = answer.get("result", answer) if isinstance(answer, dict) else answer
    record = need(result, ("title", "license_id", "dataset_date", "resources"), source)
    if not isinstance(record["resources"], list):
        raise UnavailableError(f"{source}: its catalogue was changed: resources are no list")
    match = _DAYS.fullmatch(str(record["dataset_date"]))
    first, last = match.groups() if match else (None, None)
    licence = str(record["license_id"])
    caveats = tidy(record.get("caveats"))
    modified = re.match(r"\d{4}", str(record.get("last_modified") or ""))
    return Package(
        title=tidy(record["title"], 150),
        licence=_LICENCES.get(licence, tidy(record.get("license_title") or licence, 100)),
        attribution=tidy(f"{record.get('dataset_source') or 'OCHA'}, by way of HDX", 300),
        first_day=None if first == "*" else first,
        last_day=None if last == "*" else last,
        census=_find_census(record),
        warnings=(f"its publisher says: {caveats}",) if caveats else (),
        released=int(modified[0]) if modified else None,
        resources=[need(each, _NEEDED, source) for each in record["resources"]],
        record=record,
    )


def _find_census(record: Mapping[str, Any]) -> int | None:
    told = " ".join(str(record.get(name) or "") for name in ("notes", "methodology_other"))
    years = [int(year) for match in _CENSUS.finditer(told) for year in match.groups() if year]
    return max(years, default=None)


def read_size(resource: Mapping[str, Any]) -> int | None:
    """Return the bytes of a file; None if they are not told."""
    size = resource.get("size")
    return size if isinstance(size, int) and size > 0 else None


def read_year(day: str | None) -> int | None:
    """Return the year of a day; None if there is none."""
    return int(day[:4]) if day else None
