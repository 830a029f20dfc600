"""The page in Arabic and French: words, numbers, dates, names, and nothing left in English."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import duckdb
import pytest
import shapely
from babel.dates import format_date, get_month_names
from babel.numbers import format_decimal

from geo.database.store import fetch_records, get_facts, open_run
from geo.errors import UsageError
from geo.headline import ENGLISH, format_people, write_headline, write_title
from geo.people.stop_rules import judge_population, pick_clauses
from geo.settings import Settings
from maps import RiskMap
from maps.cautions import tell_cautions
from maps.furniture import list_sources
from maps.local_names import localise_names
from maps.run import read_run
from maps.wording import English, load_wording
from tests.catalogues.texts import TRANSLATED, read_catalogue
from tests.day_runs import write_days

LANGUAGES = pytest.mark.parametrize("lang", TRANSLATED)
AR, FR = load_wording("ar"), load_wording("fr")
DAY = date(2024, 2, 24)
NBSP, THIN = "\u00a0", "\u202f"


@pytest.fixture(scope="module")
def real_run(tmp_path_factory):
    """Return the path of the bundled example's run, with three days and a supposed move."""
    days = ["2023-10-07", "2024-02-24", "2024-06-20"]
    settings = Settings(moves=("Rafah=Khan Younis:0.5",))
    return write_days(days, "2024-02-24", tmp_path_factory.mktemp("languages"), settings).path


@pytest.fixture(scope="module")
def pages(real_run):
    return {lang: RiskMap(real_run, lang=lang).to_html() for lang in ("en", *TRANSLATED)}


@pytest.fixture(scope="module")
def paths(pages, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for lang, page in pages.items():
        (folder / f"{lang}.html").write_text(page, encoding="utf-8")
    return {lang: folder / f"{lang}.html" for lang in pages}


class TextReader(HTMLParser):
    """What a reader sees or hears: text nodes, names for screen readers, data; less what is marked.

    `texts` holds them in order; `marked` those inside an element with `lang="en"`.
    """

    SPOKEN = frozenset({"aria-label", "title", "alt", "content"})
    VOID = frozenset({"meta", "input", "link", "br"})

    def __init__(self, page):
        super().__init__()
        self.texts, self.marked, self._open = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in self.VOID:
            is_code = tag == "style" or (tag == "script" and "type" not in given)
            is_english = tag != "html" and given.get("lang") == "en"
            self._open.append((tag, is_code, is_english, "type" in given and tag == "script"))
        if tag != "meta":
            self.texts += [given[name] for name in self.SPOKEN & set(given) if given[name]]

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self._open.pop()[0] == tag

    def handle_data(self, data):
        text = " ".join(data.split())
        if not text or any(is_code for _, is_code, _, _ in self._open):
            return
        if self._open and self._open[-1][3]:
            self.texts += find_strings(json.loads(data))
        elif any(is_english for _, _, is_english, _ in self._open):
            self.marked.append(text)
        else:
            self.texts.append(text)


def find_strings(value):
    """Return the texts that the page's script shows of a data block."""
    if isinstance(value, dict):
        hidden = {"styles", "type", "style", "kind", "geometry", "english", "panes"}
        return [text for key in value if key not in hidden for text in find_strings(value[key])]
    if isinstance(value, list):
        return [text for item in value for text in find_strings(item)]
    return [value] if isinstance(value, str) else []


def split_english(lang):
    """Return stretches of the English texts that no page in another language may hold."""
    whole, pieces = set(), set()
    for message in read_catalogue(lang):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in ids:
            if not text or text in strings:
                continue
            if "{" not in text:
                whole.add(text)
            for piece in re.split(r"\{\w+\}", text):
                if len(piece.split()) > 2:
                    pieces.add(" ".join(piece.split()))
    return whole, pieces


@LANGUAGES
def test_nothing_is_left_in_english(pages, real_run, lang):
    """No whole text, and no stretch of three words, of those that are to be translated."""
    whole, pieces = split_english(lang)
    con = open_run(real_run)
    evidence = " ".join(row["evidence"] for row in fetch_records(con, "SELECT * FROM events"))
    con.close()
    shown = [text for text in TextReader(pages[lang]).texts if text not in evidence]
    assert len(shown) > 400
    assert [text for text in shown if text in whole] == []
    names = [row["name"] for row in read_run(real_run).sources]  # are given as they are
    assert [t for t in shown for piece in pieces if piece in t and t not in names] == []


def test_check_for_english_finds_it(pages):
    whole, pieces = split_english("fr")
    shown = TextReader(pages["en"]).texts
    assert {"Zone of concern", "Legend and layers", "Whole world", "Zoom in"} <= set(shown) & whole
    assert any("a static population map says" in text for text in shown)
    assert "; a static population map says" in pieces


def test_latin_words_of_an_arabic_page_are_names_and_codes(pages, real_run):
    """Whatever stands in Latin letters outside English passages is in the run's own names."""
    run = read_run(real_run)
    allowed = {"P", "code", "civmap", "folium", "Leaflet", "GeoNames", "https", "PNG"}
    named = [run.facts["map_number"], *(str(value) for value in run.facts["input"].values())]
    for records in (
        list_sources(run),
        run.places,
        run.events,
        run.units,
        run.facilities,
        run.figures,
    ):
        keys = ("name", "admin1", "evidence", "url", "agency", "pcode")
        named += [str(record[key]) for record in records for key in keys if record.get(key)]
    named += [town["name"] for town in run.facts["towns"]]
    allowed |= set(re.findall("[A-Za-zÀ-ÿ]+", " ".join(named)))
    shown = re.sub(r"\{\w+\}", "", " ".join(TextReader(pages["ar"]).texts))
    assert set(re.findall("[A-Za-zÀ-ÿ]+", shown)) - allowed == set()


@LANGUAGES
def test_page_says_its_language_and_direction(pages, lang):
    direction = {"ar": "rtl", "fr": "ltr"}[lang]
    assert f'<html lang="{lang}" dir="{direction}">' in pages[lang]


@LANGUAGES
def test_page_has_the_same_bytes_twice(pages, real_run, lang):
    assert RiskMap(real_run, lang=lang).to_html() == pages[lang]


def test_not_for_targeting_stands_at_the_top_and_the_bottom(pages):
    said = {
        "ar": "ويُحظر استخدامها لتحديد أهداف للهجوم.",
        "fr": "À ne jamais utiliser pour désigner des cibles.",
    }
    for lang, text in said.items():
        assert sum(text in shown for shown in TextReader(pages[lang]).texts) == 2


def test_unknown_language_is_refused(real_run):
    with pytest.raises(UsageError, match="language 'xx'"):
        RiskMap(real_run, lang="xx")


@pytest.mark.parametrize(
    ("value", "arabic", "french"),
    [
        (1_403_000, "1,403,000", f"1{THIN}403{THIN}000"),
        (770, "770", "770"),
        (None, "لا توجد بيانات", "pas de données"),
    ],
)
def test_counts(value, arabic, french):
    assert (AR.count(value), FR.count(value)) == (arabic, french)


@pytest.mark.parametrize("value", [0, 12, 999, 1000, 27_500, 1_234_567])
def test_counts_are_written_as_babel_writes_them(value):
    assert FR.count(value) == format_decimal(value, locale="fr")
    assert AR.count(value) == format_decimal(value, locale="ar", numbering_system="latn")


@pytest.mark.parametrize(
    ("value", "arabic", "french"),
    [
        (1_400_000, "1.4 مليون", f"1,4{NBSP}million"),
        (2_000_000, "2 مليون", f"2{NBSP}millions"),
        (3_500_000, "3.5 ملايين", f"3,5{NBSP}millions"),
        (12_345_678, "12.3 مليون", f"12,3{NBSP}millions"),
        (1_234_567_890, "1,230 مليون", f"1{THIN}230{NBSP}millions"),
        (275_267, "275,000", f"275{THIN}000"),
    ],
)
def test_headline_figures(value, arabic, french):
    assert (AR.about(value), FR.about(value)) == (arabic, french)


@pytest.mark.parametrize("value", [64, 999_900, 1_403_000, 12_345_678, 275_267])
def test_told_figures_have_the_digits_of_the_english_headline(value):
    digits = re.sub(r"\D", "", format_people(value))
    assert re.sub(r"\D", "", AR.tell_people(value)) == digits
    assert re.sub(r"\D", "", FR.tell_people(value)) == digits


def test_measures_and_percentages():
    assert (AR.measure(2.5, "km"), FR.measure(2.5, "km")) == ("2.5 كم", "2,5 km")
    assert (AR.measure(1234, "km²"), FR.measure(1234, "km²")) == ("1,234 كم²", f"1{THIN}234 km²")
    assert (AR.percent(0.974), FR.percent(0.974)) == ("97%", f"97{NBSP}%")


def test_dates_in_french_are_babel_s_but_for_the_first_of_a_month():
    for month in range(1, 13):
        day = date(2024, month, 24)
        assert FR.day(day) == format_date(day, "d MMMM y", locale="fr")
        assert FR.short_month(month) == get_month_names("abbreviated", locale="fr")[month]
    assert FR.day("2024-02-01") == "1er février 2024"
    assert FR.day("mid-2023") == "mi-2023"


def test_months_in_arabic_have_both_names_as_the_united_nations_write_them():
    for month in range(1, 13):
        east = get_month_names("wide", locale="ar_LB")[month]
        west = get_month_names("wide", locale="ar")[month]
        told = AR.day(date(2024, month, 24)).replace(NBSP, " ")
        assert told == f"24 {east}/{west} 2024"
        assert AR.short_month(month) == west
    assert AR.day("mid-2023") == "منتصف عام 2023"


ZONE = {
    "kind": "zone",
    "label": "Rafah",
    "low": 1_300_000,
    "best": 1_400_000,
    "high": 1_500_000,
    "static": 275_267,
    "modelled": None,
    "stale": [],
}
COARSE = ZONE | {"modelled": "coarse", "static": 1_400_000}
HEADLINES = [
    (
        ZONE,
        (
            "As of 24 February 2024: Rafah: about 1.4 million people (1.3 million "
            "to 1.5 million); a "
            "static population map says 275,000. People living there, not people harmed."
        ),
        (
            "Au 24 février 2024 : Rafah : nombre de personnes exposées : environ "
            "1,4 million (de 1,3 "
            "million à 1,5 million) ; une carte de population statique indique "
            "275 000. Il s’agit "
            "de personnes qui vivent sur place, et non de victimes."
        ),
    ),
    (
        COARSE,
        (
            "As of 24 February 2024: Rafah: about 1.4 million people (1.3 million "
            "to 1.5 million), a "
            "coarse model. People living there, not people harmed."
        ),
        (
            "Au 24 février 2024 : Rafah : nombre de personnes exposées : environ "
            "1,4 million (de 1,3 "
            "million à 1,5 million), modèle approximatif. Il s’agit de personnes "
            "qui vivent sur place, et non de victimes."
        ),
    ),
    (
        {"kind": "unknown", "label": "Goma", "stale": []},
        "As of 24 February 2024: Goma: the number of people there is unknown.",
        "Au 24 février 2024 : Goma : le nombre de personnes présentes est inconnu.",
    ),
    (
        {"kind": "many", "events": 1200, "stale": []},
        (
            "As of 24 February 2024: 1,200 events. The people round each are in "
            "the table; they are "
            "not to be added, since zones overlap."
        ),
        (
            "Au 24 février 2024, nombre d’événements : 1 200. Les personnes "
            "autour de chacun figurent "
            "dans le tableau ; il ne faut pas les additionner, car les zones se chevauchent."
        ),
    ),
    (
        {"kind": "named", "names": ["Darfur", "Kordofan"]},
        (
            "As of 24 February 2024: reported as threatened or under attack: Darfur, Kordofan. The "
            "number of people there is unknown: it is a whole region, or its outline is not known."
        ),
        (
            "Au 24 février 2024 : signalé comme menacé ou attaqué : Darfur, Kordofan. Le nombre de "
            "personnes présentes est inconnu : il s’agit d’une région entière, ou "
            "son contour n’est "
            "pas connu."
        ),
    ),
    (
        {"kind": "none"},
        "As of 24 February 2024: no place here is reported as threatened or under attack.",
        "Au 24 février 2024 : aucun lieu n’est signalé ici comme menacé ou attaqué.",
    ),
    (
        {"kind": "unread"},
        (
            "As of 24 February 2024: what is threatened here is not known, since "
            "civmap does not read "
            "this language; the places that were found are shown."
        ),
        (
            "Au 24 février 2024 : on ne sait pas ce qui est menacé ici, car "
            "civmap ne lit pas cette "
            "langue ; les lieux trouvés sont indiqués."
        ),
    ),
]


@pytest.mark.parametrize(("parts", "english", "french"), HEADLINES)
def test_headline_in_each_language(parts, english, french):
    assert write_headline(parts, DAY) == english
    told = write_headline(parts, DAY, FR)
    assert re.sub(f"[{NBSP}{THIN}]", " ", told) == french


def test_headline_in_arabic():
    assert write_headline(ZONE | {"label": "رفح"}, DAY, AR) == (
        "في 24 شباط/فبراير 2024: رفح: عدد الأشخاص المعرّضين للخطر نحو 1.4 مليون (من 1.3 مليون "
        "إلى 1.5 مليون)؛ وتشير خريطة سكانية ثابتة إلى 275,000. هؤلاء أشخاص يعيشون هناك، وليسوا "
        "أشخاصًا أصابهم أذى."
    )


def test_what_is_too_old_is_said_in_the_headline_of_each_language():
    stale = judge_population("old.tif", "2010", DAY)
    parts = ZONE | {"stale": [clause.to_parts() for clause in pick_clauses(stale)]}
    assert ", based on a population of 2010, 14 years old; a static" in write_headline(parts, DAY)
    french = write_headline(parts, DAY, FR)
    assert f", d’après des données de population de 2010, vieilles de 14{NBSP}ans" in french
    assert "، استنادًا إلى بيانات سكانية تعود إلى 2010، وعمرها بالسنوات 14؛" in write_headline(
        parts, DAY, AR
    )


@pytest.mark.parametrize(
    ("days", "english", "arabic"),
    [(1, "1 day old", "عمرها يوم واحد"), (120, "120 days old", "عمرها 120 يومًا")],
)
def test_age_of_figures_has_the_form_of_its_number(days, english, arabic):
    clause = {
        "form": "based on figures {count} day old",
        "plural": "based on figures {count} days old",
        "values": {"count": days},
    }
    parts = ZONE | {"stale": [clause]}
    assert f", based on figures {english}; a" in write_headline(parts, DAY)
    assert f"، استنادًا إلى أرقام {arabic}؛" in write_headline(parts, DAY, AR)


def test_people_known_to_be_there_are_counted_in_each_language():
    clause = {
        "form": "static although a figure of {date} counts {people} people there",
        "plural": None,
        "values": {"date": "2024-02-13", "people": 1_400_000.0},
    }
    parts = ZONE | {"stale": [clause]}
    assert "static although a figure of 2024-02-13 counts 1,400,000 people there" in (
        write_headline(parts, DAY)
    )
    french = re.sub(f"[{NBSP}{THIN}]", " ", write_headline(parts, DAY, FR))
    assert "un chiffre daté (13 février 2024) y compte 1 400 000 personnes" in french


def test_run_keeps_the_parts_of_its_headline(real_run):
    with duckdb.connect(str(real_run), read_only=True) as con:
        facts = get_facts(con)
    parts = facts["headline_parts"]
    assert write_headline(parts, DAY, ENGLISH) == facts["headline"]["text"]
    assert write_title(parts) == facts["title"] == "People at risk: Rafah, Palestine"


def test_run_without_parts_shows_its_english_headline_marked(make_run):
    shown = TextReader(RiskMap(make_run(), lang="fr").to_html())
    assert "People at risk in Rafah, Gaza Strip" in shown.marked
    assert any(text.startswith("About 1.4 million people") for text in shown.marked)
    assert not any(text.startswith("About 1.4 million people") for text in shown.texts)


def test_cautions_have_general_words_and_their_detail_marked(pages, real_run):
    detail = next(c["text"] for c in read_run(real_run).cautions if c["code"] == "population-gap")
    shown = TextReader(pages["fr"])
    assert detail in shown.marked
    assert any("n’a pas de données de population" in text for text in shown.texts)


def test_caution_without_general_words_is_marked_as_english():
    (told,) = tell_cautions([{"code": "new-one", "text": "Something new."}], FR)
    assert told.general is None
    assert isinstance(told.text, English)


def test_texts_of_sources_that_are_not_translated_are_marked(pages):
    shown = TextReader(pages["ar"])
    assert "Generalised to about 250 m; not an official boundary." in shown.marked
    assert "published figures, cited" not in {*shown.texts, *shown.marked}


@pytest.fixture
def arabic_run(real_run):
    return localise_names(read_run(real_run), AR)


def test_units_zones_and_countries_have_their_arabic_names(arabic_run):
    names = {unit["pcode"]: unit["name"] for unit in arabic_run.units}
    assert names == {
        "PS0255": "شمال غزة",
        "PS0260": "غزة",
        "PS0265": "دير البلح",
        "PS0270": "خان يونس",
        "PS0275": "رفح",
    }
    labels = [zone["label"] for zone in arabic_run.zones]
    assert labels[:2] == ["رفح (الوحدة الإدارية PS0275)", "ضمن 2 كم من رفح"]
    assert "من 2 كم إلى 5 كم من رفح" in labels
    assert {(place["name"], place["country"]) for place in arabic_run.places} >= {
        ("رفح", "فلسطين"),
        ("القاهرة", "مصر"),
        ("باريس", "فرنسا"),
    }
    assert {part["name"] for part in arabic_run.parts} == {"رفح", "خان يونس"}
    (move,) = arabic_run.facts["moves"]
    assert (move["from"], move["to"]) == ("رفح", ["خان يونس"])
    assert {row["name"] for row in arabic_run.scenario_units} == set(names.values())


def test_zones_without_a_place_are_told_in_the_language_too(real_run):
    run = read_run(real_run)
    union = {"kind": "union", "radius_km": 5.0, "label": "Within 5 km of any of 600 events"}
    drawn = {"kind": "drawn", "label": "Drawn zone 12"}
    named = {"kind": "drawn", "label": "Sector 4"}
    zones = [
        run.zones[0] | changes | {"zone_id": f"z{number}"}
        for number, changes in enumerate((union, drawn, named))
    ]
    run = replace(run, zones=zones, facts=run.facts | {"headline_parts": {"place": union["label"]}})
    labels = {}
    for words in (AR, FR):
        told = localise_names(run, words)
        # the title of a page names the zone where it has no place
        assert told.facts["headline_parts"]["place"] == told.zones[0]["label"]
        labels[words.lang] = [zone["label"].replace(NBSP, " ") for zone in told.zones]
    assert labels["ar"] == ["ضمن 5 كم من أي حدث", "المنطقة المرسومة 12", "Sector 4"]
    assert labels["fr"] == [
        "À moins de 5 km d'un événement quelconque", "Zone dessinée 12", "Sector 4",
    ]  # fmt: skip


def test_town_takes_the_name_of_a_unit_only_where_it_lies_in_it(real_run):
    run = read_run(real_run)
    rafah = next(unit for unit in run.units if unit["name"] == "Rafah")
    inside = shapely.point_on_surface(rafah["geometry"])
    towns = [
        {"name": "Rafah", "lon": inside.x, "lat": inside.y, "population": 1},
        {"name": "Rafah", "lon": 33.0, "lat": 31.0, "population": 1},
        {"name": "Shokat as-Sufi", "lon": inside.x, "lat": inside.y, "population": 1},
    ]
    run.facts["towns"] = towns
    named = [town["name"] for town in localise_names(run, AR).facts["towns"]]
    assert named == ["رفح", "Rafah", "Shokat as-Sufi"]


def test_names_in_french_are_those_of_countries(real_run):
    run = localise_names(read_run(real_run), FR)
    assert {place["country"] for place in run.places} >= {"Palestine", "Égypte", "France"}
    assert {unit["name"] for unit in run.units} >= {"Rafah", "Gaza"}


def test_country_that_cldr_does_not_have_keeps_its_name():
    assert FR.country("QQ", "Nowhere") == "Nowhere"
    assert FR.country(None, "Nowhere") == "Nowhere"


@pytest.mark.parametrize(
    "payload",
    ["<script>window.ran=1</script>", "{{ 7*7 }}{% raw %}", "{0} {name} {count}", "no data", "%s"],
)
@LANGUAGES
def test_strangers_text_is_shown_as_written_in_each_language(make_run, lang, payload):
    page = RiskMap(make_run(mark=lambda _text: payload, compared=True), lang=lang).to_html()
    assert "<script>window" not in page
    assert payload in [*TextReader(page).texts, *TextReader(page).marked]


@pytest.mark.browser
@LANGUAGES
@pytest.mark.parametrize("width", [390, 1280])
def test_page_fits_its_window_and_logs_nothing(open_page, paths, lang, width):
    opened = open_page(paths[lang], width=width)
    assert opened.errors == []
    assert opened.requests == []
    opened.page.evaluate("for (const panel of document.querySelectorAll('details')) panel.open = 1")
    wide = opened.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def find_box(page, selector):
    return page.locator(selector).first.bounding_box()


@pytest.mark.browser
def test_arabic_page_is_laid_out_from_the_right(open_page, paths):
    page = open_page(paths["ar"], width=1280).page
    sheet, panel = find_box(page, ".sheet"), find_box(page, ".panel")
    assert panel["x"] + panel["width"] <= sheet["x"] + 1
    middle = sheet["x"] + sheet["width"] / 2
    assert find_box(page, ".leaflet-control-zoom")["x"] > middle
    assert find_box(page, ".leaflet-control-scale")["x"] > middle
    assert find_box(page, ".civmap-views")["x"] < middle
    credit, scale = find_box(page, ".credits"), find_box(page, ".leaflet-control-scale")
    assert credit["x"] + credit["width"] < scale["x"]
    heads = page.locator("#figures thead").nth(1).locator("th")
    first, last = heads.first.bounding_box(), heads.last.bounding_box()
    assert first["x"] > last["x"]
    box = page.locator("input[data-layer]").first.bounding_box()
    label = page.locator(".layer label span").first.bounding_box()
    assert box["x"] > label["x"]


@pytest.mark.browser
def test_columns_of_an_arabic_table_keep_their_side(open_page, paths):
    """Whatever script a cell is in: figures are flush left, all else flush right."""
    page = open_page(paths["ar"], width=1280).page
    sides = page.evaluate(
        """() => [...document.querySelectorAll("#figures td, #figures th")].map((cell) =>
            [cell.classList.contains("figure"), getComputedStyle(cell).textAlign])"""
    )
    assert {tuple(side) for side in sides} == {(True, "left"), (False, "right")}


# Where the words of cells end, to the right and to the left.
EDGES = """(selector) => [...document.querySelectorAll(selector)].map((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    const box = range.getBoundingClientRect();
    return [box.left, box.right];
})"""


@pytest.mark.browser
def test_cells_stand_under_their_heads_whatever_script_they_are_in(open_page, paths):
    page = open_page(paths["ar"], width=1280).page
    index = page.locator("#figures table").evaluate_all(
        "(all) => all.findIndex((t) => [...t.tHead.rows[0].cells].some((c) => "
        "c.textContent.includes('P-code')))"
    )
    assert index >= 0
    column = (
        page.locator("#figures table")
        .nth(index)
        .evaluate(
            "(t) => [...t.tHead.rows[0].cells].findIndex((c) => c.textContent.includes('P-code'))"
        )
    )
    page.locator("#figures table").nth(index).evaluate("(t) => t.classList.add('tried')")
    cells = page.evaluate(EDGES, f".tried tr > :nth-child({column + 1})")
    assert len(cells) > 5
    assert max(right for _, right in cells) - min(right for _, right in cells) < 1
    figures = page.evaluate(EDGES, ".tried tr > .figure:last-child")
    assert max(left for left, _ in figures) - min(left for left, _ in figures) < 1


@pytest.mark.browser
def test_sign_of_an_arabic_difference_stands_before_its_digits(open_page, paths):
    page = open_page(paths["ar"], width=1280).page
    cell = page.locator(".supposed td.figure", has_text="\N{MINUS SIGN}700,000").first
    sign, digits = cell.evaluate(
        """(cell) => [[0, 1], [1, 8]].map(([start, end]) => {
            const range = document.createRange();
            range.setStart(cell.firstChild, start);
            range.setEnd(cell.firstChild, end);
            return range.getBoundingClientRect().left;
        })"""
    )
    assert sign < digits


@pytest.mark.browser
def test_chart_of_an_arabic_page_runs_from_the_left(open_page, paths):
    page = open_page(paths["ar"], width=1280).page
    chart = find_box(page, ".chart.wide")
    places = page.evaluate(
        """() => {
            const texts = [...document.querySelectorAll(".chart.wide .scale")];
            const at = (word) => texts.find((t) => t.textContent.includes(word));
            return [at("2023"), at("يونيو")].map((t) => t.getBoundingClientRect().x);
        }"""
    )
    assert places[0] < places[1]
    ends = page.locator(".chart.wide text.end").all()
    assert all(end.bounding_box()["x"] > chart["x"] + chart["width"] / 2 for end in ends)
    for end in ends:
        box = end.bounding_box()
        assert box["x"] + box["width"] <= 1280


@pytest.mark.browser
@pytest.mark.parametrize(
    ("lang", "zoom", "close", "unit"),
    [("ar", "تكبير", "إغلاق", "كم"), ("fr", "Zoom avant", "Fermer", "km")],
)
def test_controls_of_the_map_speak_the_language(open_page, paths, lang, zoom, close, unit):
    page = open_page(paths[lang], width=1280).page
    button = page.locator(".leaflet-control-zoom-in")
    assert (button.get_attribute("title"), button.get_attribute("aria-label")) == (zoom, zoom)
    assert unit in page.locator(".leaflet-control-scale").inner_text()
    rafah = {"ar": "رفح، فلسطين", "fr": "Rafah, Palestine"}[lang]
    page.locator(f'.civmap-mark[title="{rafah}"]').click()
    closing = page.locator(".leaflet-popup-close-button")
    assert closing.get_attribute("aria-label") == close
    closing.click()
    page.mouse.move(500, 500)
    assert re.search(r"\d[.,]\d{4}°", page.locator(".civmap-position").inner_text())


@pytest.mark.browser
def test_figure_in_arabic_is_read_in_order(open_page, paths):
    """On paper the low figure is on the right of the word for `to`, the high one on its left."""
    page = open_page(paths["ar"], width=1280).page
    places = page.evaluate(
        """() => {
            const node = document.querySelector(".statement").firstChild;
            const at = (text) => {
                const range = document.createRange();
                const start = node.textContent.indexOf(text);
                range.setStart(node, start);
                range.setEnd(node, start + text.length);
                const box = range.getBoundingClientRect();
                return [Math.round(box.top), box.left];
            };
            return [at("1.3"), at("1.5")];
        }"""
    )
    (low_line, low), (high_line, high) = places
    assert low > high or low_line < high_line
