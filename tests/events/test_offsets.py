"""`text[start:end]` is the mention, whatever the text: marks, joiners, half characters."""

import unicodedata
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.events import ArticleReader
from geo.text import document_from_text
from geo.text.tokens import split_sentences, split_tokens

NAMES = (
    "Goma", "GOMA", "Deir al-Balah", "Port-au-Prince", "Go\u0301ma", "N\u2019Djamena",
    "Rafah\u2019s", "Hamas", "Russian", "the Gaza Strip", "São Paulo", "Sa\u0303o Paulo",
    "Київ", "Харків", "غزة", "وغزة", "رَفَح", "ירושלים", "北京", "Go\u00adma", "Kha\u200brkiv",
    "U.S.", "Lashio, Shan State", "İstanbul", "Straße", "ǅakovo", "ﬁve Goma",
)  # fmt: skip
CUES = ("shelled", "in", "threatened to storm", "talks in", "said", "near", "and", "قصف", "près de")
GAPS = (
    *(" ", "  ", "\u00a0", "\u202f", "\u3000", "\n", "\r\n", "\r\n\r\n", "\n\n", "\t"),
    *("\u2028", "\x85", ". ", "? ", ", ", "\u2018", "\u2019", "\u201c", "(", "-", "\u2014", "'"),
    *("\u200b", "\u200d", "\u200e", "\u202e", "\u2067", "\ufeff", "\u0301", "\u20dd", "\u0651"),
    *("👩\u200d👩\u200d👧", "🇺🇦", "👍🏽", "💥", "\ud83d", "\udc00", "\udbff\udfff", "\U0010ffff"),
    *("\x00", "\ufffd", "\uffff", "1", "12 January 2024", "ﷺ", "Ǆ", "ß", "ŉ"),
)

pieces = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(CUES),
    st.sampled_from(GAPS),
    st.characters(exclude_categories=()),
)
texts = st.lists(pieces, min_size=1, max_size=60).map("".join)
often = settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@often
@given(texts)
def test_tokens_and_sentences_are_where_they_say(text):
    tokens = split_tokens(text)
    assert all(text[token.start : token.end] == token.text != "" for token in tokens)
    bounds = [(token.start, token.end) for token in tokens]
    assert bounds == sorted(bounds)
    assert all(left[1] <= right[0] for left, right in pairwise(bounds))
    sentences = split_sentences(text, tokens)
    assert [token for sentence in sentences for token in sentence.tokens] == tokens


@often
@given(texts)
def test_mentions_are_where_they_say(gazetteer, text):
    if not text.strip():
        return
    events = ArticleReader(gazetteer).read(document_from_text(text, "t"))
    reached = 0
    for mention in events.mentions:
        assert reached <= mention.span_start < mention.span_end <= len(text)
        assert text[mention.span_start : mention.span_end] == mention.text
        assert mention.sentence_start <= mention.span_start
        assert mention.span_end <= mention.sentence_end
        # no half letter: what a mark decorates, or a joiner ties, is not cut from it
        assert not unicodedata.combining(mention.text[0])
        reached = mention.span_end


noise = st.lists(st.sampled_from([gap for gap in GAPS if not any(map(str.isalpha, gap))])).map(
    "".join
)


@often
@given(noise, noise)
def test_a_name_is_found_where_it_stands_amid_noise(gazetteer, before, after):
    text = f"{before}\n\nRebels shelled Goma in North Kivu on Friday.\n\n{after}"
    events = ArticleReader(gazetteer).read(document_from_text(text, "t"))
    start = text.index("Goma")
    (goma,) = [mention for mention in events.mentions if mention.span_start == start]
    assert (goma.span_end, goma.text, goma.role) == (start + 4, "Goma", "site")
