from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Template, UndefinedError

from maps.escape import Html, clean_text, dump_json, embed_page, escape_text, make_environment

TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rafah, 1.4 (about) - a/b_c!?;:", "Rafah, 1.4 (about) - a/b_c!?;:"),
        ("<b>", "&#60;b&#62;"),
        ("{{7*7}}", "&#123;&#123;7&#42;7&#125;&#125;"),
        ("a\"b'c`d", "a&#34;b&#39;c&#96;d"),
        ("رفح", "رفح"),
        ("😀", "&#128512;"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("بی\u200cگل", "بی&#8204;گل"),
        ("👩\u200d⚕", "&#128105;&#8205;&#9877;"),
        ("line\r\nbreak\ttab", "line  break tab"),
        ("nul\x00bell\x07", "nulbell"),
        ("lone \ud800 surrogate", "lone  surrogate"),
    ],
    ids=[
        "plain",
        "tag",
        "template",
        "quotes",
        "arabic",
        "emoji",
        "bidi controls",
        "zwnj",
        "zwj",
        "line breaks",
        "controls",
        "surrogate",
    ],
)
def test_text_becomes_entities(text, expected):
    assert escape_text(text) == expected


@given(TEXT)
def test_escaped_text_holds_no_sign_that_html_jinja_or_script_reads(text):
    bare = re.sub(r"&#\d+;", "", str(escape_text(text)))
    assert not re.search(r"[<>&\"'`{}$%#\\=+*@\[\]|~^\x00-\x1f]", bare)


@given(TEXT)
def test_escaped_text_reads_as_it_was_written(text):
    import html

    assert html.unescape(str(escape_text(text))) == clean_text(text)


@given(TEXT)
def test_escaped_text_passes_a_second_template_unchanged(text):
    escaped = str(escape_text(text))
    assert Template(escaped).render() == escaped


@given(st.dictionaries(TEXT, st.lists(TEXT | st.floats(allow_nan=False, allow_infinity=False))))
def test_json_reads_back_as_clean_text(value):
    expected = {
        clean_text(key): [clean_text(v) if isinstance(v, str) else v for v in items]
        for key, items in value.items()
    }
    assert json.loads(dump_json(value)) == expected


@given(st.lists(TEXT))
def test_json_holds_no_end_of_script_and_no_template_marker(texts):
    dumped = str(dump_json(texts))
    assert not re.search(r"[<>&'`$]|\{\{|\{%|\{#", dumped)
    assert Template(dumped).render() == dumped


def test_json_refuses_what_json_cannot_say():
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump_json([float("nan")])


def test_templates_escape_every_value_that_is_not_ours():
    template = make_environment({}).from_string('<p title="{{ a }}">{{ b }} {{ c }} {{ d }}</p>')
    rendered = template.render(a='" onclick="x', b="<i>", c=Html("<b>x</b>"), d=None)
    assert rendered == ('<p title="&#34; onclick&#61;&#34;x">&#60;i&#62; <b>x</b> </p>')


def test_templates_refuse_a_name_that_is_not_there():
    with pytest.raises(UndefinedError, match="missing"):
        make_environment({}).from_string("{{ missing }}").render()


def test_embedded_page_comes_back_whole():
    import html

    page = '<!DOCTYPE html>\n<p title="a\'b">1 &lt; 2 & \n\t</p>'
    frame = str(embed_page(page, height_px=500))
    source = re.search(r'srcdoc="([^"]*)"', frame)
    assert source is not None
    assert html.unescape(source[1]) == page
    assert 'sandbox="allow-scripts"' in frame
