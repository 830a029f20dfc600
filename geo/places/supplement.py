"""civmap's own rows: conflict geography that GeoNames' city files lack or spell otherwise."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import TableError
from geo.places.names import normalise_name
from geo.places.record import NAME, Record, distance_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

COLUMNS = (
    "name", "aliases", "country", "kind", "feature", "lon", "lat", "precision_km", "ref",
    "admin1", "parent", "members", "pcode", "population", "note", "source",
)  # fmt: skip
KINDS = frozenset({"point", "city", "admin1", "admin2", "country", "region"})

# Least prominence of a row, log10: what stands here is in the news more than its people suggest.
_WEIGHTS = {"region": 6.3, "admin1": 4.7, "admin2": 4.0, "city": 4.8, "point": 4.0, "country": 7.0}
_ADMIN1_REACH_KM = 40.0


@dataclass(frozen=True, slots=True)
class Addition:
    """A row of `supplement.csv`; `line` is its line in the file.

    With `ref` (`gn:281102`, `a1:PS.GZ`, `a2:...`) the row renames and respells that place of
    GeoNames, and if it has a position of its own, moves it, across a border too; without, it is
    a place of its own.
    """

    line: int
    name: str
    aliases: tuple[str, ...]
    country: str | None
    kind: str
    feature: str | None
    lon: float | None
    lat: float | None
    precision_km: float | None
    ref: str | None
    admin1: str | None
    parent: str | None
    members: tuple[str, ...]
    pcode: str | None
    population: int | None
    source: str

    @property
    def place_id(self) -> str:
        """Identifier of the place: of GeoNames where it has one, else made from the name."""
        slug = normalise_name(self.name).replace(" ", "-")
        return self.ref or f"cm:{(self.country or 'xx').lower()}-{self.kind}-{slug}"


def read_supplement(path: Path) -> list[Addition]:
    """Read and check the supplement.

    Raises
    ------
    TableError
        If a column is missing or a row has a bad kind, number, position or no source; the message
        lists every fault.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise TableError(f"{path}: columns {reader.fieldnames!r}; expected {COLUMNS!r}")
        additions, faults = [], []
        for row in reader:
            try:
                additions.append(_read_row(row, reader.line_num))
            except ValueError as error:
                faults.append(f"line {reader.line_num}, {row['name']!r}: {error}")
    first: dict[str, int] = {}
    faults += [
        f"line {addition.line}, {addition.name!r}: again the place of line "
        f"{first[addition.place_id]}"
        for addition in additions
        if first.setdefault(addition.place_id, addition.line) != addition.line
    ]
    if faults:
        raise TableError(f"{path}: " + "; ".join(faults))
    return additions


def _read_row(row: dict[str, str], line: int) -> Addition:
    text = {key: (value or "").strip() or None for key, value in row.items()}
    lon, lat, precision_km = (
        float(value) if (value := text[key]) else None for key in ("lon", "lat", "precision_km")
    )
    name, kind, source = text["name"], text["kind"], text["source"]
    if not name or not normalise_name(name):
        raise ValueError("expected a name")
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}; expected one of {sorted(KINDS)}")
    if not source:
        raise ValueError("expected a source")
    if lon is None or lat is None or not precision_km:
        if not text["ref"] or (lon, lat) != (None, None):
            raise ValueError("expected lon, lat and precision_km, or ref and neither lon nor lat")
    elif not (abs(lon) <= 180 and abs(lat) <= 90 and 0 < precision_km < math.inf):
        raise ValueError(f"position {lon, lat, precision_km}; expected degrees and kilometres")
    return Addition(
        line=line,
        name=name,
        aliases=_split(text["aliases"]),
        country=text["country"],
        kind=kind,
        feature=text["feature"],
        lon=lon,
        lat=lat,
        precision_km=precision_km,
        ref=text["ref"],
        admin1=text["admin1"],
        parent=text["parent"],
        members=_split(text["members"]),
        pcode=text["pcode"],
        population=int(value) if (value := text["population"]) else None,
        source=source,
    )


def _split(cell: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (cell or "").split("|") if part.strip())


def apply_supplement(additions: Sequence[Addition], records: Iterable[Record]) -> list[Record]:
    """Respell the records that a row refers to, and return the supplement's own places.

    Raises
    ------
    TableError
        If `ref` or `admin1` is not in GeoNames' files, or the country differs.
    """
    by_id = {record.place_id: record for record in records}
    own, faults = [], []
    for addition in additions:
        if addition.ref is None:
            record = _make_record(addition)
            own.append(record)
        elif (found := by_id.get(addition.ref)) is None or (
            found.country != addition.country and addition.lon is None
        ):
            faults.append(f"line {addition.line}: no {addition.ref!r} in {addition.country!r}")
            continue
        else:
            record = found
            _respell(record, addition)
        for spelling in (addition.name, *addition.aliases):
            record.add_name(spelling, NAME)
    moved = [by_id[row.ref] for row in additions if row.ref in by_id and row.admin1]
    faults += _place_in_admin1(additions, [*own, *moved], by_id)
    if faults:
        raise TableError("supplement: " + "; ".join(faults))
    return own


def _make_record(addition: Addition) -> Record:
    population = addition.population
    weight = _WEIGHTS[addition.kind]
    if population:
        weight = max(weight, math.log10(population))
    return Record(
        place_id=addition.place_id,
        name=addition.name,
        country=addition.country,
        kind=addition.kind,
        lon=addition.lon or 0.0,
        lat=addition.lat or 0.0,
        precision_km=addition.precision_km or 0.0,
        weight=weight,
        source=addition.source,
        feature=addition.feature,
        pcode=addition.pcode,
        parent=normalise_name(addition.parent or "") or None,
        members="|".join(addition.members) or None,
        population=population,
    )


def _respell(record: Record, addition: Addition) -> None:
    record.name = addition.name
    if addition.lon is not None and addition.lat is not None:
        record.lon, record.lat, record.source = addition.lon, addition.lat, addition.source
        if record.country != addition.country:
            record.country = addition.country
            record.admin1_code = record.admin2_code = record.admin1 = None
    record.feature = record.feature or addition.feature
    record.pcode = addition.pcode
    record.parent = normalise_name(addition.parent or "") or None
    record.members = "|".join(addition.members) or None
    record.kind = addition.kind
    record.weight = max(record.weight, _WEIGHTS[addition.kind])
    if addition.precision_km:
        record.precision_km = addition.precision_km
    if addition.population:
        record.population = addition.population
        record.weight = max(record.weight, math.log10(addition.population))


def _place_in_admin1(
    additions: Sequence[Addition], own: Sequence[Record], by_id: dict[str, Record]
) -> list[str]:
    """Fill in the first-level unit: as the row says, else that of the nearest GeoNames town."""
    units: dict[tuple[str | None, str], Record] = {}
    towns: dict[str | None, list[Record]] = {}
    for record in by_id.values():
        if record.place_id.startswith("a1:"):
            units.update({(record.country, name): record for name in record.names})
        elif record.place_id.startswith("gn:"):
            towns.setdefault(record.country, []).append(record)
    rows = {addition.place_id: addition for addition in additions}
    faults = []
    for record in own:
        stated = rows[record.place_id].admin1
        if stated:
            unit = units.get((record.country, normalise_name(stated)))
            if unit is None:
                faults.append(f"{record.name!r}: no admin1 {stated!r} in {record.country!r}")
                continue
            record.admin1_code, record.admin1 = unit.admin1_code, unit.name
        elif record.kind != "region" and (near := towns.get(record.country)):
            town = min(near, key=lambda t: distance_km(record.lon, record.lat, t.lon, t.lat))
            if distance_km(record.lon, record.lat, town.lon, town.lat) <= _ADMIN1_REACH_KM:
                record.admin1_code, record.admin1 = town.admin1_code, town.admin1
    return faults
