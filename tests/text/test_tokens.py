import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.text.tokens import fold, split_sentences, split_tokens


def words(text):
    return [token.text for token in split_tokens(text)]


def sentences(text):
    return [text[s.start : s.end] for s in split_sentences(text, split_tokens(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Israel's army", ["Israel", "army"], id="possessive"),
        pytest.param("Hamas\u2019 demand", ["Hamas", "\u2019", "demand"], id="bare-possessive"),
        pytest.param("Deir al-Balah", ["Deir", "al", "Balah"], id="hyphen-ties"),
        pytest.param("the U.S. said", ["the", "U.S.", "said"], id="acronym"),
        pytest.param("Sana'a and N'Djamena", ["Sana'a", "and", "N'Djamena"], id="inner-apostrophe"),
        pytest.param("the M23 rebels", ["the", "M23", "rebels"], id="digits-inside"),
        pytest.param("Cafe\u0301 A", ["Cafe\u0301", "A"], id="combining-mark"),
    ],
)
def test_words_are_cut_as_names_need_them(text, expected):
    assert words(text) == expected


def test_possessive_is_noted_and_left_out_of_the_span():
    token = split_tokens("Kyiv's streets")[0]
    assert (token.start, token.end, token.possessive) == (0, 4, True)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("He left. She stayed.", 2, id="full-stops"),
        pytest.param("Gen. Musa spoke. All left.", 2, id="title"),
        pytest.param("The U.S. army left.", 1, id="acronym-inside"),
        pytest.param("In the U.S. The army left.", 2, id="acronym-ends"),
        pytest.param("Headline without stop\n\nThe text.", 2, id="empty-line"),
        pytest.param("one line that\nis wrapped here.", 1, id="wrapped"),
        pytest.param("\u201cGo!\u201d he said.", 1, id="quote-goes-on"),
    ],
)
def test_sentences_end_where_they_should(text, count):
    assert len(sentences(text)) == count


@given(st.text(max_size=300))
def test_tokens_fit_the_text_and_never_overlap(text):
    end = 0
    for token in split_tokens(text):
        assert text[token.start : token.end] == token.text
        assert token.start >= end
        end = token.end


@given(st.text(alphabet="abé\u0301\u200b\u2019'", max_size=20))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
