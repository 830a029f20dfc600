"""Text of strangers on paper: nothing is parsed, no sheet fails, it reads as it was written."""

from __future__ import annotations

import io
import itertools
import unicodedata

import pypdf
import pytest
from matplotlib.font_manager import get_font

from maps.escape import clean_text
from maps.run import read_run
from maps.sheet import lettering
from maps.sheet.canvas import Canvas
from maps.sheet.lettering import break_lines, is_rtl, lacks_letters, measure_width
from maps.sheet.output import render_sheet
from maps.sheet.paper import find_paper
from maps.wording import Wording
from tests.maps.test_hostile_text import PAYLOADS

ON_PAPER = PAYLOADS | {
    "mathtext": "$x^2$ and $\\frac{1}{2}$",
    "mathtext, broken": "$\\frac{$",
    "mathtext, unknown": "$\\nosuch{x}$",
    "mathtext, empty": "$$",
    "one dollar": "aid of $ 5",
    "escaped dollar": "\\$5 and \\$6",
    "tex": "\\input{/etc/passwd} \\write18{id}",
    "tex comment": "100 % of ~them_are^here & # {there}",
    "pdf string end": ") Tj ET Q",
    "pdf string open": "(unbalanced ((",
    "pdf escapes": "\\) \\( \\n \\101",
    "pdf dictionary": "<< /Type /Catalog /OpenAction << /S /JavaScript >> >>",
    "pdf stream": "endstream endobj 1 0 obj",
    "pdf end": "%%EOF",
    "pdf hex": "<feff0041>",
    "svg": "]]></text><script>1</script>",
    "lines": "one\ntwo\r\nthree\tfour",
    "only spaces": "   \u00a0 ",
    "nothing": "",
    "only controls": "\x00\x01\u202e\u200b",
    "lone surrogate": "half \ud83d a pair",
    "private use": "\ue000\uf8ff\U0010ffff",
    "beyond the fonts": "中文 မြန်မာ ไทย हिन्दी",
    "hebrew": "רפיח, 1.4",
    "persian": "می\u200cخواهم ۱۲۳",  # noqa: RUF001
    "mixed": "Rafah رفح Gaza غزة",
    "widest": "\ufdfd" * 40,
    "tall": "a" + "\u0300" * 60,
}
CASES = pytest.mark.parametrize("payload", ON_PAPER.values(), ids=ON_PAPER)


def read_lines(pdf):
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return page.extract_text().splitlines()


def squeeze(text):
    """Return text without spaces and marks of direction, which readers of PDFs set by guess."""
    kept = (char for char in clean_text(text) if not char.isspace() and char not in "\u200c\u200d")
    return unicodedata.normalize("NFC", "".join(kept))


def is_one_way(text):
    return not any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text)


def write_pdf(text):
    canvas = Canvas(find_paper("a3"))
    canvas.write(5, 50, text, 6)
    out = io.BytesIO()
    canvas.figure.savefig(out, format="pdf", metadata={"CreationDate": None})
    return out.getvalue()


def test_there_are_payloads_enough():
    assert len(set(ON_PAPER.values())) >= 60


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
@CASES
def test_a_line_reads_as_it_was_written(payload):
    text = payload[:200]
    shown = squeeze("".join(read_lines(write_pdf(text))))
    expected = squeeze(text)
    if lacks_letters(set(expected)) or any(map(unicodedata.combining, expected)):
        assert set(expected) <= set(shown)  # one box or mark may be told of twice
    elif is_one_way(text):
        assert shown == expected
    else:
        assert sorted(shown) == sorted(expected)


STORED = [text for name, text in ON_PAPER.items() if name != "lone surrogate"]  # as a run can


@pytest.mark.parametrize("start", range(0, len(STORED), 12))
def test_no_sheet_fails_whatever_its_texts_are(make_run, start):
    payloads = itertools.cycle(STORED[start : start + 12])
    run = read_run(make_run(mark=lambda _text: next(payloads), compared=True))
    pdf, png = render_sheet(run, Wording(), find_paper("a4"))
    shown = squeeze("".join(read_lines(pdf)))
    for text in ("1,400,000", "Not for targeting.", "Legend", "Sources"):
        assert squeeze(text) in shown
    title = squeeze(str(run.facts["title"]))
    if len(title) < 60 and is_one_way(title) and not lacks_letters(set(title)):
        assert title in shown
    assert png.startswith(b"\x89PNG")


def test_missing_letters_are_told_of(make_run):
    def read(mark):
        run = read_run(make_run(mark=mark))
        return " ".join(read_lines(render_sheet(run, Wording(), find_paper("a4"), ("pdf",))[0]))

    assert "Boxes stand for characters" in read(lambda text: f"{text} 中")
    assert "Boxes stand for characters" not in read(lambda text: f"{text} غزة é")


@pytest.mark.parametrize(
    ("word", "forms"),
    [("\u063a\u0632\u0629", "\ufecf\ufeb0\ufe93"), ("\u0631\u0641\u062d", "\ufead\ufed3\ufea2")],
    ids=["Gaza", "Rafah"],
)  # fmt: skip
def test_arabic_letters_are_joined(word, forms):
    """A word is as wide as its letters' initial, middle and final forms, from Unicode's tables."""
    assert unicodedata.normalize("NFKC", forms) == word
    shaped = sum(measure_width(form, 100) for form in forms)
    assert measure_width(word, 100) == pytest.approx(shaped, rel=0.02)
    assert measure_width(word, 100) != pytest.approx(
        sum(measure_width(letter, 100) for letter in word), rel=0.002
    )
    assert get_font(lettering._find_file(bold=False)).family_name == "DejaVu Sans"


def test_width_is_that_of_the_outlines():
    from matplotlib.textpath import TextPath

    for text in ("Rafah, within 10 km", "1,400,000", "رفح خان يونس"):
        path = TextPath((0, 0), text, size=100, prop=lettering.find_font(bold=True))
        inches = path.get_extents().width / 72
        assert measure_width(text, 100, bold=True) == pytest.approx(25.4 * inches, rel=0.04)


def test_lines_are_no_wider_than_they_may_be():
    text = "Part of the area has no population data, and anyone there is not counted. " + "w" * 90
    lines = break_lines(text, 40, 6)
    assert max(measure_width(line, 6) for line in lines) <= 40 + 1e-6
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for width in (20.0, 33.3, 60.0):
        assert max(measure_width(each, 6) for each in break_lines(text, width, 6)) <= width + 1e-6


def test_what_is_left_out_is_marked():
    lines = break_lines("one two three four five six seven eight", 12, 6, max_lines=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert measure_width(lines[1], 6) <= 12
    assert break_lines("one", 12, 6, max_lines=1) == ["one"]
    assert break_lines("", 12, 6) == [""]


def test_lines_run_as_their_text_does():
    rtl = break_lines("رفح Rafah Rafah Rafah رفح", 14, 6)
    assert is_rtl("رفح Rafah")
    assert not is_rtl("Rafah رفح")
    assert not is_rtl("123")
    assert any(line.startswith("\u200fRafah") for line in rtl)
    assert all(line.startswith("\u200f") or is_rtl(line) for line in rtl)
    ltr = break_lines("Rafah رفح رفح رفح رفح رفح", 14, 6)
    assert ltr[0].startswith("Rafah")
    assert all(line.startswith(("\u200e", "Rafah")) for line in ltr)
