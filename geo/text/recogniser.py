"""Recognisers: who finds the names of a text and tells their classes, chosen by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from geo.errors import UsageError
from geo.text.recognise import Reading, recognise

if TYPE_CHECKING:
    from geo.text.document import Document
    from geo.text.names import NameIndex

BUILT_IN = "rules"
_SPACY = "spacy"
_EXPECTED = f"expected {BUILT_IN}, {_SPACY} or {_SPACY}:MODEL"


class Recogniser(Protocol):
    """Something that finds names. What comes after is the same whoever found them."""

    def read(self, document: Document, names: NameIndex) -> Reading:
        """Return the sentences of a document and the candidates in each.

        A candidate is a run of whole tokens of its sentence, with a class: `place`, `demonym`,
        `actor`, `organisation` or `person`. A tool that knows spans of characters and labels
        only is made one by `geo.text.spans.read_spans`.

        Raises
        ------
        TextError
            If the document can't be read.
        """


class Rules:
    """The built-in rules: lexicons, the name index, and weighed evidence."""

    def read(self, document: Document, names: NameIndex) -> Reading:
        """See `Recogniser`."""
        return recognise(document, names)


RULES = Rules()


def open_recogniser(choice: str) -> Recogniser:
    """Return the recogniser of that name.

    Parameters
    ----------
    choice
        `rules`, the built-in; `spacy`, spaCy with its small English model; or `spacy:MODEL`,
        another model that is installed, or the folder of one.

    Raises
    ------
    UsageError
        If there is no such recogniser.
    UnavailableError
        If spaCy or the model is not installed; nothing is ever downloaded.
    """
    kind, _, model = choice.partition(":")
    if kind == BUILT_IN and not model:
        return RULES
    if kind != _SPACY:
        raise UsageError(f"recogniser {choice!r}: {_EXPECTED}")
    from geo.text.spacy_names import DEFAULT_MODEL, load_spacy

    return load_spacy(model or DEFAULT_MODEL)
