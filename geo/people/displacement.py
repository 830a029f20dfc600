"""Tables of displacement in any of the forms that are read: their figures, every row accounted for.

Several tables are read as one body of evidence:

1. Rows of one publisher (IOM DTM, or IOM DTM through HDX HAPI) are settled together, in whichever
   files they are: pages of one answer, its levels of units, countries (`rounds.py`).
2. Figures of different tables are weighed as those of one table are (`selection.py`,
   `displaced.py`); where nothing else decides, the earlier table is trusted more.
3. A `figure_id` stands once in all tables together, the bundled one too.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import TableError, UnavailableError
from geo.people.accounting import Accounting, RowFate
from geo.people.figures import parse_figures, read_whole
from geo.people.forms import PublishedRows, read_published
from geo.people.rounds import Rounds

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from geo.people.figures import Figure
    from geo.people.selection import Whole

_MAX_BYTES = 50_000_000
_BUNDLED = "the figures that come with civmap (auto)"


@dataclass(frozen=True, slots=True)
class DisplacementTable:
    """Dated figures, and what became of every row that they were read from."""

    figures: tuple[Figure, ...]
    accounting: Accounting


@dataclass(frozen=True, slots=True)
class DisplacementTables:
    """Dated figures of several tables in their order, and the accounting of each table."""

    figures: tuple[Figure, ...]
    accountings: tuple[Accounting, ...]


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How tables of displacement are read.

    Attributes
    ----------
    units
        Units in use, and the P-code of the unit above each; None: any.
    as_of
        The day that rounds are chosen for; None: the newest. Figures of civmap's own form are all
        returned, whatever their day.
    wholes
        Units with a published total: more people in some of them is a fault.
    hindsight
        Whether the first round after the day gives figures too.
    """

    units: Mapping[str, str | None] | None = None
    as_of: dt.date | None = None
    wholes: Sequence[Whole] = ()
    hindsight: bool = False


def read_displacement(
    path: Path,
    *,
    units: Mapping[str, str | None] | None = None,
    as_of: dt.date | None = None,
    wholes: Sequence[Whole] = (),
) -> DisplacementTable:
    """Read a table of displacement: civmap's own, IOM DTM's or HDX HAPI's.

    Parameters
    ----------
    path
        CSV or JSON in UTF-8, at most 50 MB; its form is told from its content.
    units, as_of, wholes
        As in `ReadingOptions`.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    TableError
        If it has none of the forms, or civmap's own with faults (every one is named), or no row
        of IOM's or HAPI's is for a unit in use.
    """
    data = read_whole(path, _MAX_BYTES)
    return parse_displacement(data, str(path), units=units, as_of=as_of, wholes=wholes)


def parse_displacement(
    data: bytes,
    name: str,
    *,
    units: Mapping[str, str | None] | None = None,
    as_of: dt.date | None = None,
    wholes: Sequence[Whole] = (),
) -> DisplacementTable:
    """Parse a table of displacement; as `read_displacement`, `name` for messages."""
    tables = parse_displacements([(name, data)], ReadingOptions(units, as_of, wholes))
    return DisplacementTable(tables.figures, tables.accountings[0])


def read_displacements(
    paths: Sequence[Path], options: ReadingOptions, bundled: Sequence[Figure] = ()
) -> DisplacementTables:
    """Read several tables of displacement as one body of evidence.

    Parameters
    ----------
    bundled
        Figures that are used beside them; they are not returned.

    Raises
    ------
    UnavailableError
        If files can't be read; all of them are named.
    TableError
        If tables are bad, as in `read_displacement`; the faults of all of them are named.
    """
    sources: list[tuple[str, bytes]] = []
    missing: list[str] = []
    faults: list[str] = []
    for path in paths:
        try:
            sources.append((str(path), read_whole(path, _MAX_BYTES)))
        except UnavailableError as error:
            missing.append(str(error))
        except TableError as error:
            faults.append(str(error))
    if missing:
        raise UnavailableError("\n".join(missing))
    return parse_displacements(sources, options, bundled, faults)


def parse_displacements(
    sources: Sequence[tuple[str, bytes]],
    options: ReadingOptions,
    bundled: Sequence[Figure] = (),
    earlier_faults: Sequence[str] = (),
) -> DisplacementTables:
    """Parse tables of displacement; as `read_displacements`, with a name for messages and bytes."""
    faults = [*earlier_faults]
    own: dict[int, list[Figure]] = {}
    published: dict[int, PublishedRows] = {}
    for at, (name, data) in enumerate(sources):
        try:
            rows = read_published(data, name)
            if rows is not None:
                published[at] = rows
            else:
                own[at] = parse_figures(
                    data, name, known_pcodes=options.units, wholes=options.wholes
                )
        except TableError as error:
            faults.append(str(error))
    settled = _Settled(published, options)
    faults += settled.faults
    figures = {at: own.get(at, settled.figures.get(at, [])) for at in range(len(sources))}
    names = [_BUNDLED, *(name for name, _ in sources)]
    faults += _check_ids(names, [list(bundled), *(figures[at] for at in sorted(figures))])
    if faults:
        raise TableError("\n".join(faults))
    accountings = [
        settled.accountings[at] if at in published else _account(name, own[at])
        for at, (name, _) in enumerate(sources)
    ]
    return DisplacementTables(
        tuple(figure for at in sorted(figures) for figure in figures[at]), tuple(accountings)
    )


class _Settled:
    """Rows of IOM's and HAPI's tables, settled for each publisher.

    Attributes
    ----------
    figures, accountings
        By the number of the table.
    faults
        Publishers of whose tables no row can be used.
    """

    def __init__(self, published: Mapping[int, PublishedRows], options: ReadingOptions) -> None:
        self.figures: dict[int, list[Figure]] = {at: [] for at in published}
        self.accountings: dict[int, Accounting] = {}
        self.faults: list[str] = []
        ids: Counter[str] = Counter()
        for agency in dict.fromkeys(table.agency for table in published.values()):
            tables = {at: table for at, table in published.items() if table.agency == agency}
            self._settle(agency, tables, options, ids)

    def _settle(
        self,
        agency: str,
        tables: Mapping[int, PublishedRows],
        options: ReadingOptions,
        ids: Counter[str],
    ) -> None:
        rows = [
            dataclasses.replace(row, table=at) if at else row
            for at, table in tables.items()
            for row in table.rows
        ]
        rounds = Rounds(
            rows,
            agency,
            units=options.units,
            as_of=options.as_of,
            hindsight=options.hindsight,
            ids=ids,
        )
        for at, figure in zip(rounds.tables, rounds.figures, strict=True):
            self.figures[at].append(figure)
        first = min(tables)
        for at, table in tables.items():
            fates = [*table.unread, *(fate for fate in rounds.fates if fate.table == at)]
            self.accountings[at] = Accounting(
                Path(table.name).name,
                table.form,
                len(self.figures[at]),
                tuple(sorted(fates, key=lambda fate: fate.number)),
                rounds.checks if at == first else (),
            )
        if not any(self._counts(at) for at in tables):
            self.faults += [
                f"{table.name} ({table.form}): no row can be used; expected displaced people in "
                f"units of the boundaries in use:\n{self.accountings[at].list_unusable()}"
                for at, table in tables.items()
            ]

    def _counts(self, at: int) -> bool:
        """Return whether any row of a table is for a unit in use."""
        return bool(self.accountings[at].count("used") or self.accountings[at].count("later"))


def _account(name: str, figures: Sequence[Figure]) -> Accounting:
    """Return the accounting of a table of civmap's own form: each row is a figure."""
    fates = tuple(
        RowFate(number, "used", "a figure of its own") for number in range(1, len(figures) + 1)
    )
    return Accounting(Path(name).name, "civmap figures", len(figures), fates, ())


def _check_ids(names: Sequence[str], tables: Sequence[Sequence[Figure]]) -> list[str]:
    """Return ids that stand in two tables; those that one table has twice are told there."""
    faults: list[str] = []
    first: dict[str, str] = {}
    for name, figures in zip(names, tables, strict=True):
        mine = dict.fromkeys(figure.figure_id for figure in figures)
        faults += [
            f"figure_id {each!r} stands in {first[each]} and in {name}; rename or leave out one"
            for each in mine
            if each in first
        ]
        for each in mine:
            first.setdefault(each, name)
    return faults
