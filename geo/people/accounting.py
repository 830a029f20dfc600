"""The accounting of a displacement table: what became of every row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

FATES = ("used", "superseded", "later", "beside", "set aside")
"""What can become of a row: it is in a figure; an earlier round; later than the day; the same
people counted otherwise; not usable."""

_LISTED = 5


@dataclass(frozen=True, slots=True)
class RowFate:
    """What became of one row.

    Attributes
    ----------
    number
        Of the row in its file.
    fate
        One of `FATES`.
    reason
        Why, in words that rows of one reason share.
    detail
        What this row has of its own to say, such as its P-code.
    table
        Of several tables that are settled together, the one that it is in, from 0.
    """

    number: int
    fate: str
    reason: str
    detail: str | None = None
    table: int = 0


@dataclass(frozen=True, slots=True)
class Accounting:
    """All rows of a table of displacement, each with its fate, in their order.

    Attributes
    ----------
    name, form
        Of the file, without its folder, and the form that its content has.
    figures
        How many figures came of it.
    checks
        Sums that differ from the totals published beside them, in words.
    """

    name: str
    form: str
    figures: int
    rows: tuple[RowFate, ...]
    checks: tuple[str, ...]

    @property
    def needs_telling(self) -> bool:
        """Whether any row is not in a figure of its own."""
        return bool(self.checks) or self.figures != len(self.rows)

    def count(self, fate: str) -> int:
        """Return how many rows had a fate."""
        return sum(row.fate == fate for row in self.rows)

    def reasons(self, fate: str) -> dict[str, int]:
        """Return how many rows had a fate for each reason, the commonest first."""
        found = Counter(row.reason for row in self.rows if row.fate == fate)
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def to_record(self) -> dict[str, Any]:
        """Return the accounting as a fact of the run."""
        return {
            "name": self.name,
            "form": self.form,
            "rows": len(self.rows),
            "figures": self.figures,
            "fates": {
                fate: {"rows": self.count(fate), "reasons": self.reasons(fate)} for fate in FATES
            },
            "checks": list(self.checks),
        }

    def describe(self) -> str:
        """Return a few sentences: how many rows were read, and what became of them."""
        used = self.reasons("used")
        parts = [
            f"{self.count('used'):,} used in {count_of(self.figures, 'figure')}"
            + (f" ({_list_reasons(used)})" if len(used) > 1 else "")
        ]
        parts += [
            f"{self.count(fate):,} {fate} ({_list_reasons(self.reasons(fate))})"
            for fate in FATES[1:]
            if self.count(fate)
        ]
        return f"{self.name} ({self.form}), {count_of(len(self.rows), 'row')}: {'; '.join(parts)}."

    def list_unusable(self) -> str:
        """Return lines that name the reasons for which rows are not used, with the first rows."""
        lines = []
        for fate in FATES[1:]:
            for reason, number in self.reasons(fate).items():
                rows = [row for row in self.rows if (row.fate, row.reason) == (fate, reason)]
                lines.append(f"  {count_of(number, 'row')} {fate}, {reason}: {_list_rows(rows)}")
        return "\n".join(lines) or "  no records in it"


def join_accountings(accountings: Sequence[Accounting]) -> dict[str, Any] | None:
    """Return the accountings of all tables as one fact of the run; None: there are none.

    Of several tables the rows are added up, and each table's own stands in `files`.
    """
    records = [accounting.to_record() for accounting in accountings]
    if len(records) < 2:
        return records[0] if records else None
    return {
        "name": ", ".join(record["name"] for record in records),
        "form": ", ".join(dict.fromkeys(record["form"] for record in records)),
        "rows": sum(record["rows"] for record in records),
        "figures": sum(record["figures"] for record in records),
        "fates": {
            fate: _join_fates([record["fates"][fate] for record in records]) for fate in FATES
        },
        "checks": [check for record in records for check in record["checks"]],
        "files": records,
    }


def _join_fates(fates: Sequence[dict[str, Any]]) -> dict[str, Any]:
    reasons: Counter[str] = Counter()
    for fate in fates:
        reasons.update(fate["reasons"])
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return {"rows": sum(fate["rows"] for fate in fates), "reasons": dict(ordered)}


def count_of(number: int, noun: str) -> str:
    """Return a number and its noun, in the plural where it must be."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _list_reasons(reasons: dict[str, int]) -> str:
    if len(reasons) == 1:
        return next(iter(reasons))
    return ", ".join(f"{number:,} {reason}" for reason, number in reasons.items())


def _list_rows(rows: Sequence[RowFate]) -> str:
    listed = [f"{row.number}" + (f" ({row.detail})" if row.detail else "") for row in rows]
    return ", ".join(listed[:_LISTED]) + (", ..." if len(listed) > _LISTED else "")
