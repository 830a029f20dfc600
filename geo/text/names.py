"""What the text needs to know about names: any index that can answer is good enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class NameFact(Protocol):
    """A place that a name can mean, as far as recognising it needs."""

    @property
    def name(self) -> str:
        """The place's main name."""

    @property
    def kind(self) -> str:
        """One of point, city, admin1, admin2, country, region."""

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-2; None: in no one country."""

    @property
    def population(self) -> int | None:
        """Persons; None: not known."""

    @property
    def place_id(self) -> str:
        """The index's own key."""


class NameIndex(Protocol):
    """Something that knows place names, such as the gazetteer."""

    def lookup(self, name: str) -> Sequence[NameFact]:
        """Return all places of exactly this name, most prominent first; empty if unknown."""


class CachedNames:
    """A name index with a memory and a budget for one text.

    Parameters
    ----------
    index
        Where names are looked up.
    budget
        Most different names that may be asked for; None stands for no limit.
    """

    def __init__(self, index: NameIndex, budget: int) -> None:
        self._index = index
        self._budget = budget
        self._known: dict[str, Sequence[NameFact]] = {}

    def lookup(self, name: str) -> Sequence[NameFact]:
        """Return all places of this name; empty once the budget is spent (see `is_spent`)."""
        found = self._known.get(name)
        if found is None:
            if self.is_spent:
                return ()
            found = self._known[name] = self._index.lookup(name)
        return found

    @property
    def is_spent(self) -> bool:
        """Whether the budget is used up, so that answers are no longer complete."""
        return len(self._known) >= self._budget
