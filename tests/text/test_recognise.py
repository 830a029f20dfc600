import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import TextError
from geo.text import document_from_text, find_mentions


def classes(text, index):
    return [(m.text, m.class_) for m in find_mentions(document_from_text(text, "a"), index)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Fighting in Khan Younis and Deir al-Balah.",
            [("Khan Younis", "place"), ("Deir al-Balah", "place")],
            id="longest-match",
        ),
        pytest.param("Egyptian mediators met.", [("Egyptian", "demonym")], id="demonym"),
        pytest.param(
            "Hamas\u2019 demand was met.", [("Hamas", "actor")], id="group-not-a-german-town"
        ),
        pytest.param(
            "The Palestinian Authority objected.",
            [("Palestinian Authority", "organisation")],
            id="authority",
        ),
        pytest.param(
            "Al Qahera TV News confirmed it.",
            [("Al Qahera TV News", "organisation")],
            id="broadcaster",
        ),
        pytest.param(
            "The Kenya Red Cross helped.",
            [("Kenya Red Cross", "organisation"), ("Kenya", "demonym")],
            id="organisation-by-its-ending-and-its-home",
        ),
        pytest.param(
            "He met the Bank of Commerce and the Central Bank of Myanmar.",
            [("Central Bank of Myanmar", "organisation"), ("Myanmar", "demonym")],
            id="organisation-without-a-home-is-left-out",
        ),
        pytest.param(
            "Talks in Gainesville, Va. and St. Louis.",
            [("Gainesville", "place"), ("Va.", "place"), ("St. Louis", "place")],
            id="short-forms",
        ),
        pytest.param(
            "He left Washington, D.C. for Texas.",
            [("Washington, D.C.", "place"), ("Texas", "place")],
            id="capital-district",
        ),
        pytest.param(
            "The Islamic Republic of Iran and the State of Israel spoke.",
            [("Islamic Republic of Iran", "place"), ("State of Israel", "place")],
            id="states-in-full",
        ),
        pytest.param(
            "A fire in Lebanon, Va., and in Lebanon.",
            [("Lebanon", "place"), ("Va.", "place"), ("Lebanon", "place")],
            id="a-town-of-a-country's-name",
        ),
        pytest.param("He came from Camp d'Arville.", [("Camp d'Arville", "place")], id="article"),
        pytest.param(
            "A drone hit the village of Goma Ahya.",
            [("Goma Ahya", "place")],
            id="an-unknown-village-with-a-known-beginning",
        ),
        pytest.param("Near Frenchmen Street he fell.", [], id="street"),
        pytest.param("They crossed the Zambra River.", [("Zambra River", "place")], id="river"),
        pytest.param("Kurdish fighters", [("Kurdish", "demonym")], id="a-people-without-a-state"),
        pytest.param("Intelligence head Abbas Kamel spoke. Kamel left.", [], id="person"),
        pytest.param("Sidney Powell sued. Later Powell lost.", [], id="person-of-town-names"),
        pytest.param(
            "Of the dead, Many were young. Reading aloud in March helps.", [], id="dictionary-words"
        ),
        pytest.param("He lives in Reading.", [("Reading", "place")], id="dictionary-word-after-in"),
        pytest.param("He told us that IS fled.", [("IS", "actor")], id="us-is-no-country"),
        pytest.param(
            "The US and the U.S. are one.",
            [("US", "place"), ("U.S.", "place")],
            id="country-acronyms",
        ),
        pytest.param("Egyptian-brokered talks", [("Egyptian", "demonym")], id="hyphenated"),
        pytest.param(
            "Sudan's army-held El Fasher fell.",
            [("Sudan", "place"), ("El Fasher", "place")],
            id="possessive-container",
        ),
        pytest.param(
            "Children fled the village of Kafr Zeta.",
            [("Kafr Zeta", "place")],
            id="unknown-but-called-a-village",
        ),
    ],
)
def test_names_get_their_class(text, expected, index):
    assert classes(text, index) == expected


@pytest.mark.parametrize(
    ("text", "name", "container"),
    [
        pytest.param("Tents in Rafah in Gaza.", "Rafah", "Gaza", id="in"),
        pytest.param("A blast in Lashio, Shan State.", "Lashio", "Shan State", id="comma"),
        pytest.param("Sudan's El Fasher fell.", "El Fasher", "Sudan", id="possessive"),
        pytest.param("The Ukrainian city of Kharkiv slept.", "Kharkiv", "Ukraine", id="demonym"),
        pytest.param("From Goma to Paris.", "Goma", None, id="none"),
    ],
)
def test_the_enclosing_place_is_noted(text, name, container, index):
    mentions = find_mentions(document_from_text(text, "a"), index)
    assert {m.text: m.container for m in mentions}[name] == container


def test_the_reason_is_kept(index):
    mention = find_mentions(document_from_text("Shells fell in Goma.", "a"), index)[0]
    assert "after 'in'" in mention.reason
    assert mention.tier == "sure"


def test_arabic_names_are_found_without_the_prefix():
    class ArabicIndex:
        def lookup(self, name):
            fact = type(
                "Fact",
                (),
                {
                    "name": "Rafah",
                    "kind": "city",
                    "country": "PS",
                    "population": 126_000,
                    "place_id": "rafah",
                },
            )
            return [fact] if name == "رفح" else []

    text = "قصفت الطائرات أحياء برفح مساء أمس وسقط عدد من الضحايا"
    mentions = find_mentions(document_from_text(text, "a"), ArabicIndex())
    assert [m.text for m in mentions] == ["رفح"]
    assert mentions[0].role == "mentioned"


def test_a_text_of_names_only_is_refused():
    class EmptyIndex:
        def lookup(self, _name):
            return []

    text = " ".join(f"Name{n:x}" for n in range(40_000))
    with pytest.raises(TextError, match="different names"):
        find_mentions(document_from_text(text[:199_000], "a"), EmptyIndex())


PIECES = st.sampled_from(
    [
        "Rafah",
        "Gaza",
        "in ",
        "attack on ",
        "\U0001f4a5",
        "e\u0301",
        "\u200b",
        "Deir al-Balah",
        "'s ",
        "Hamas\u2019 ",
        ". ",
        ", ",
        "\n\n",
        "Israel",
        " said ",
        "(",
        ")",
        "رفح ",
        "the city ",
        "Kyiv",
    ]
)


@given(pieces=st.lists(PIECES, max_size=40))
def test_offsets_always_fit(pieces, index):
    document = document_from_text("x" + "".join(pieces), "a")
    for mention in find_mentions(document, index):
        assert document.text[mention.span_start : mention.span_end] == mention.text
        assert mention.text
