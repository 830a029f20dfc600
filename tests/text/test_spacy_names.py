"""spaCy as a recogniser: its interface played by a stand-in, as spaCy itself is an extra."""

import re
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from geo.errors import TextError, UnavailableError, UsageError
from geo.location import locate
from geo.text import RULES, document_from_text, find_mentions, open_recogniser
from geo.text.spacy_names import SpacyRecogniser
from geo.text.spans import Span, read_spans

TEXT = (
    "Rebels shelled Goma in the Democratic Republic of the Congo on Friday. "
    "Hamas said in Cairo that John Powell would visit Zzqarya. "
    "Shiite leaders of the Acme Relief Fund spoke in the Gaza Strip."
)
LABELS = {
    "Goma": "GPE",
    "the Democratic Republic of the Congo": "GPE",
    "Friday": "DATE",
    "Hamas": "ORG",
    "Cairo": "GPE",
    "John Powell": "PERSON",
    "Zzqarya": "GPE",
    "Shiite": "NORP",
    "the Acme Relief Fund": "ORG",
    "the Gaza Strip": "LOC",
}


@dataclass
class Ent:
    start_char: int
    end_char: int
    label_: str


@dataclass
class Doc:
    text: str
    ents: tuple


@dataclass
class Language:
    """What civmap asks of `spacy.language.Language`: names by a list, wherever they stand."""

    labels: dict
    pipe_names: list = field(default_factory=lambda: ["tok2vec", "ner"])

    def __call__(self, text):
        found = sorted(
            (match.start(), match.end(), label)
            for name, label in self.labels.items()
            for match in re.finditer(re.escape(name), text)
        )
        return Doc(text, tuple(Ent(*entity) for entity in found))


@pytest.fixture
def spacy(monkeypatch):
    """A module called spacy that has the model `en_core_web_sm` and a model without names."""
    models = {
        "en_core_web_sm": Language(LABELS),
        "blank": Language({}, pipe_names=[]),
    }

    def load(name):
        if name not in models:
            raise OSError(f"[E050] Can't find model '{name}'.\nMore lines.")
        return models[name]

    module = types.ModuleType("spacy")
    module.load = load
    monkeypatch.setitem(sys.modules, "spacy", module)
    return module


def read(text, labels, index):
    recogniser = SpacyRecogniser(Language(labels), "test")
    return find_mentions(document_from_text(text, "t"), index, recogniser)


def test_names_have_the_classes_of_their_labels_and_lexicons_outrank_them(index):
    found = {m.text: m.class_ for m in read(TEXT, LABELS, index)}
    assert found == {
        "Goma": "place",
        "Democratic Republic of the Congo": "place",
        "Hamas": "actor",  # spaCy: an organisation
        "Cairo": "place",
        "Zzqarya": "place",
        "Shiite": "demonym",
        "Gaza Strip": "place",
    }  # persons, and organisations of no country, are never reported


def test_roles_are_read_as_ever(index):
    (goma,) = [m for m in read(TEXT, LABELS, index) if m.text == "Goma"]
    (ruled,) = [m for m in find_mentions(document_from_text(TEXT, "t"), index) if m.text == "Goma"]
    assert (goma.role, goma.modality, goma.event_kind) == ("site", "actual", "violence")
    assert (goma.role, goma.container, goma.kind) == (ruled.role, ruled.container, ruled.kind)
    assert "spaCy test: GPE" in goma.reason


def test_what_spacy_does_not_find_is_not_there(index):
    assert [m.text for m in read(TEXT, {"Cairo": "GPE"}, index)] == ["Cairo"]
    assert read(TEXT, {}, index) == []


def test_unknown_place_is_kept_to_be_looked_up(index):
    (unknown,) = read(TEXT, {"Zzqarya": "GPE"}, index)
    assert (unknown.lookup, unknown.class_) == ("Zzqarya", "place")


@pytest.mark.parametrize(
    ("name", "mention"),
    [
        ("shelled Gom", "shelled Goma"),  # whole words
        ("the Gaza", "Gaza"),
        ("Goma in the", "Goma in the"),
        ("Friday. Hamas", "Friday"),  # within its sentence
        (". ", None),
        ("the", None),
        ("Strip.", "Strip"),
    ],
)
def test_odd_spans_are_whole_words_of_one_sentence(index, name, mention):
    start = TEXT.index(name)
    document = document_from_text(TEXT, "t")
    reading = read_spans(document, index, [Span(start, start + len(name), "place", "X")], "test")
    found = [TEXT[c.start : c.end] for candidates in reading.names for c in candidates]
    assert found == ([mention] if mention else [])


def test_spans_that_overlap_count_once(index):
    document = document_from_text(TEXT, "t")
    spans = [Span(15, 19, "place", "GPE"), Span(15, 22, "place", "GPE"), Span(17, 19, "place", "X")]
    reading = read_spans(document, index, spans, "test")
    assert [(c.start, c.end) for candidates in reading.names for c in candidates] == [(15, 22)]


@pytest.mark.parametrize("bounds", [(-1, 4), (4, 4), (5, 4), (0, 10_000)])
def test_span_outside_the_text_is_refused(index, bounds):
    document = document_from_text(TEXT, "t")
    with pytest.raises(TextError, match="found a name at"):
        read_spans(document, index, [Span(*bounds, "place", "X")], "test")


def test_offsets_fit_with_emoji_and_marks(index):
    text = "Re\u0301bels\u200b shelled \U0001f469\u200d\U0001f467 Goma\u0301 and Cairo\u2019s."
    found = read(text, {"Goma\u0301": "GPE", "Cairo\u2019s": "GPE"}, index)
    assert [text[m.span_start : m.span_end] for m in found] == [m.text for m in found]
    assert [m.text for m in found] == ["Goma\u0301", "Cairo"]


def test_spacy_is_chosen_by_name(spacy):  # noqa: ARG001 - stands in for the module
    found = locate(TEXT, recogniser="spacy")
    goma = next(m for m in found["mentions"] if m["text"] == "Goma")
    assert (goma["country"], goma["role"]) == ("CD", "site")
    assert "John Powell" not in {m["text"] for m in found["mentions"]}
    assert locate(TEXT, recogniser="spacy:en_core_web_sm") == found


def test_missing_spacy_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(UnavailableError) as missing:
        open_recogniser("spacy:xx_ent_wiki_sm")
    assert "pip install 'civmap[spacy]'" in str(missing.value)
    assert "python -m spacy download xx_ent_wiki_sm" in str(missing.value)


def test_missing_model_says_how_to_install_it(spacy):  # noqa: ARG001
    with pytest.raises(UnavailableError) as missing:
        open_recogniser("spacy:fr_core_news_sm")
    assert "python -m spacy download fr_core_news_sm" in str(missing.value)
    assert "\n" not in str(missing.value)


def test_model_that_finds_no_names_is_refused(spacy):  # noqa: ARG001
    with pytest.raises(UnavailableError, match="finds no names; it has the steps none"):
        open_recogniser("spacy:blank")


@pytest.mark.parametrize("choice", ["", "stanza", "rules:x", "SpaCy"])
def test_recogniser_that_is_none(choice):
    with pytest.raises(UsageError, match="expected rules, spacy or spacy:MODEL"):
        open_recogniser(choice)


def test_rules_are_the_default(index):
    document = document_from_text(TEXT, "t")
    assert open_recogniser("rules") is RULES
    assert find_mentions(document, index, RULES) == find_mentions(document, index)


def test_example_of_the_documentation_runs():
    page = (Path(__file__).parents[2] / "docs" / "backends.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(example, {})  # noqa: S102 - our own page
