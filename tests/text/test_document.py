from datetime import date

import pytest

from geo.errors import TextError, UnavailableError
from geo.text import document_from_text, parse_document, read_document

LIMIT = 1_000_000
ARABIC = "قصفت طائرات حربية أحياء سكنية في مدينة رفح جنوب قطاع غزة صباح اليوم وسقط عدد من الضحايا. "
FRENCH = "Les combats ont repris près de la ville, où des milliers de déplacés se sont réfugiés. "


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param("Fighting in Goma \u2013 “now”.", "utf-8", id="utf-8"),
        pytest.param("Fighting in Goma \u2013 “now”.", "utf-8-sig", id="bom"),
        pytest.param("Fighting in Goma \u2013 “now”.", "utf-16", id="utf-16-bom"),
        pytest.param("Fighting broke out in Goma.", "utf-16-le", id="utf-16-le"),
        pytest.param(FRENCH * 4, "cp1252", id="cp1252"),
        pytest.param(ARABIC * 4, "cp1256", id="cp1256"),
    ],
)
def test_text_is_decoded_without_mojibake(text, encoding):
    document = parse_document(text.encode(encoding), "a.txt", limit_bytes=LIMIT)
    assert document.text == text


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        pytest.param(b"", "a.txt", "the file is empty", id="empty"),
        pytest.param(b" \n\t ", "a.txt", "the file is empty", id="blank"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", "a.txt", "a PNG picture", id="picture"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10", "-", "a JPEG picture", id="picture-stdin"),
        pytest.param(b"%PDF-1.7 ...", "a.txt", "a PDF document", id="pdf"),
        pytest.param(bytes(range(256)) * 9, "a.txt", "binary data", id="binary"),
        pytest.param(b"x" * (LIMIT + 1), "a.txt", "1,000,001 bytes", id="too-many-bytes"),
        pytest.param(b"word " * 50_000, "a.txt", "250,000 characters", id="too-long"),
        pytest.param(
            b"<html><body></body></html>", "a.html", "without article text", id="bare-page"
        ),
        pytest.param(b"text", "a.docx", "unknown type '.docx'", id="other-type"),
    ],
)
def test_what_is_no_article_is_refused_with_its_reason(data, name, message):
    with pytest.raises(TextError, match=message):
        parse_document(data, name, limit_bytes=LIMIT)


def test_a_missing_file_is_unavailable(tmp_path):
    with pytest.raises(UnavailableError, match=r"missing\.txt"):
        read_document(tmp_path / "missing.txt", limit_bytes=LIMIT)


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.txt"
    path.write_bytes(b"word " * 100)
    with pytest.raises(TextError, match="500 bytes"):
        read_document(path, limit_bytes=499)


def test_a_page_gives_its_text_title_date_and_site():
    paragraph = (
        "<p>Fighting in Goma went on for a third day and thousands fled to Sake on foot.</p>"
    )
    page = f"""<html lang="en"><head><title>Goma under fire</title>
      <meta property="og:title" content="Goma under fire">
      <meta property="og:site_name" content="The Lake Post">
      <meta property="article:published_time" content="2025-01-27T08:00:00Z"></head>
      <body><nav>Home Sport</nav><article><h1>Goma under fire</h1>{paragraph * 4}</article>"""
    document = parse_document(page.encode(), "a.html", limit_bytes=LIMIT)
    assert document.title == "Goma under fire"
    assert (document.date, document.date_source) == (date(2025, 1, 27), "metadata")
    assert document.publisher == "The Lake Post"
    assert document.text.startswith("Goma under fire\n\nFighting in Goma")
    assert "Sport" not in document.text


def test_title_date_and_agency_of_a_plain_article():
    document = document_from_text(
        "Rebels near the gates\n\nGOMA, Congo, 22 January 2025 (AP) - It was quiet.", "a.txt"
    )
    assert document.title == "Rebels near the gates"
    assert (document.date, document.date_source) == (date(2025, 1, 22), "dateline")
    assert document.publisher == "AP"


def test_a_given_date_wins():
    document = document_from_text("1 May 2020 - Text of it.", "a", date=date(2021, 1, 1))
    assert (document.date, document.date_source) == (date(2021, 1, 1), "given")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("The army said that it was in the town.", "en", id="english"),
        pytest.param("GOMA, 3 June 2025. Rwanda denied it.", "en", id="short-english"),
        pytest.param("Goma\nBukavu\nUvira", "en", id="names-only"),
        pytest.param(FRENCH, "fr", id="french"),
        pytest.param(ARABIC, "ar", id="arabic"),
        pytest.param("Російські війська обстріляли місто й сусідні села.", "uk", id="ukrainian"),
        pytest.param("12 34", "und", id="none"),
    ],
)
def test_the_language_is_guessed(text, language):
    assert document_from_text(text, "a").language == language
