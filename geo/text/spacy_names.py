"""spaCy as a recogniser: an optional extra, with a model that the user has installed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Protocol

from geo.errors import UnavailableError
from geo.text.spans import Span, read_spans

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.text.document import Document
    from geo.text.names import NameIndex
    from geo.text.recognise import Reading

DEFAULT_MODEL = "en_core_web_sm"

# The labels of spaCy's models: OntoNotes', WikiNER's, those of Nordic, Polish, Korean models.
_CLASSES = {
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "GPE_LOC": "place",
    "GPE_ORG": "place",
    "NORP": "demonym",
    "ORG": "organisation",
    "PERSON": "person",
    "PER": "person",
    "PRS": "person",
    "placeName": "place",
    "geogName": "place",
    "orgName": "organisation",
    "persName": "person",
    "LC": "place",
    "OG": "organisation",
    "PS": "person",
}
_FINDERS = frozenset({"ner", "entity_ruler", "span_ruler", "beam_ner"})


class Entity(Protocol):
    """A name as spaCy gives it (`spacy.tokens.Span`): code points, end exclusive."""

    start_char: int
    end_char: int
    label_: str


class Analysis(Protocol):
    """A text that spaCy has read (`spacy.tokens.Doc`)."""

    @property
    def ents(self) -> Iterable[Entity]:
        """The names in it, in order."""


class Pipeline(Protocol):
    """A model that was loaded (`spacy.language.Language`)."""

    @property
    def pipe_names(self) -> list[str]:
        """What its steps are called."""

    def __call__(self, text: str) -> Analysis:
        """Read a text."""


class SpacyRecogniser:
    """Names by a spaCy model; see `geo.text.recogniser.Recogniser`.

    Parameters
    ----------
    model
        What the reasons call it.
    """

    def __init__(self, pipeline: Pipeline, model: str) -> None:
        self._pipeline = pipeline
        self._label = f"spaCy {model}"

    def read(self, document: Document, names: NameIndex) -> Reading:
        """Return what the model finds; labels that are no name of a class are left out."""
        spans = [
            Span(entity.start_char, entity.end_char, _CLASSES[entity.label_], entity.label_)
            for entity in self._pipeline(document.text).ents
            if entity.label_ in _CLASSES
        ]
        return read_spans(document, names, spans, self._label)


def load_spacy(model: str) -> SpacyRecogniser:
    """Load a model that is installed, or the folder of one; nothing is downloaded.

    Raises
    ------
    UnavailableError
        If spaCy or the model is missing, or the model finds no names; says how to install it.
    """
    try:
        spacy: Any = importlib.import_module("spacy")
    except ImportError as error:
        raise UnavailableError(
            f"recogniser spacy: spaCy is not installed ({error}); install it with: "
            f"pip install 'civmap[spacy]' && python -m spacy download {model}"
        ) from error
    try:
        pipeline: Pipeline = spacy.load(model)
    except (OSError, ImportError, ValueError) as error:
        raise UnavailableError(
            f"recogniser spacy: model {model!r} can't be loaded "
            f"({str(error).splitlines()[0] if str(error) else type(error).__name__}); install it "
            f"with: python -m spacy download {model}"
        ) from error
    if _FINDERS.isdisjoint(pipeline.pipe_names):
        raise UnavailableError(
            f"recogniser spacy: model {model!r} finds no names; it has the steps "
            f"{', '.join(pipeline.pipe_names) or 'none'}, expected ner"
        )
    return SpacyRecogniser(pipeline, model)
