"""Names found in a text, before and after it is decided what they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.text.lexicon import Entry
    from geo.text.names import NameFact
    from geo.text.tokens import Sentence

AREAS = frozenset({"country", "region", "admin1", "admin2"})


@dataclass(slots=True)
class Candidate:
    """A run of tokens in a sentence that may be a name.

    Attributes
    ----------
    first, last
        Tokens of the sentence, end exclusive; never changed, as `key` rests on them.
    class_
        `place`, `demonym`, `actor`, `organisation`; `person` and `street` are never reported.
    lookup
        The name to look for: without `province`, or a country's main name.
    entry
        The lexicon's entry, None: known from the name index or the context only.
    facts
        What the name index knows under this name, most prominent first.
    country
        ISO 3166-1 alpha-2 where the lexicon says it for sure.
    score
        Evidence that it is a place; above zero it is taken for one.
    reasons
        The evidence, strongest first.
    container
        The enclosing place that the text names.
    hint
        Kind of place that the words beside it say: `city of X`, `X province`.
    whole
        Whether it fills its capitalised run.
    home
        The place or people that an organisation is named after, as a demonym.
    key
        The folded words, to compare names by.
    """

    sentence: Sentence
    first: int
    last: int
    class_: str
    lookup: str
    entry: Entry | None = None
    facts: Sequence[NameFact] = ()
    country: str | None = None
    score: float = 0.0
    reasons: list[str] = field(default_factory=list)
    container: str | None = None
    whole: bool = True
    hint: str | None = None
    settled: bool = False
    home: Candidate | None = None
    key: str = field(init=False)

    def __post_init__(self) -> None:
        tokens = self.sentence.tokens[self.first : self.last]
        self.key = " ".join([token.lower for token in tokens])

    @property
    def start(self) -> int:
        """First code point in the text."""
        return self.sentence.tokens[self.first].start

    @property
    def end(self) -> int:
        """Code point after the last in the text."""
        return self.sentence.tokens[self.last - 1].end

    @property
    def kind(self) -> str | None:
        """The likely kind of place."""
        if self.entry is not None and self.entry.kind in AREAS:
            return self.entry.kind
        if self.hint is not None:
            return self.hint
        return self.facts[0].kind if self.facts else None

    @property
    def sole_country(self) -> str | None:
        """The country that it lies in for sure or most likely."""
        return self.country or (self.facts[0].country if self.facts else None)

    @property
    def countries(self) -> frozenset[str]:
        """Countries that it may lie in."""
        if self.country:
            return frozenset({self.country})
        return frozenset(fact.country for fact in self.facts if fact.country)
