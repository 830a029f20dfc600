"""Every fixed text is found and translated: a text that is not fails here."""

from __future__ import annotations

import ast

import pytest
from babel import Locale
from babel.messages import Catalog
from jinja2 import Environment, nodes

from geo.people import embedded, needs, settlements
from maps.cautions import GENERAL
from maps.known_texts import KNOWN_TEXTS
from maps.wording import find_catalogue, load_wording
from tests.catalogues.texts import (
    KEYWORDS,
    ROOT,
    TRANSLATED,
    dump_catalogue,
    find_texts,
    list_faults,
    read_catalogue,
)

LANGUAGES = pytest.mark.parametrize("lang", TRANSLATED)
SOURCES = [
    path
    for room in ("geo", "maps")
    for path in sorted((ROOT / room).rglob("*.py"))
    if not {"_data", "_assets"} & set(path.parts)
]
PASSING_ON = {"wording.py", "headline.py", "cautions.py"}  # they look up texts marked elsewhere


@pytest.fixture(scope="module")
def texts():
    return find_texts()


def read_ids(catalogue):
    return {message.id for message in catalogue if message.id}


def name_call(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def find_calls(path, names):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, ast.Call) and name_call(n) in names]


@LANGUAGES
def test_catalogue_holds_every_text_translated_and_no_other(lang, texts):
    catalogue = read_catalogue(lang)
    assert read_ids(catalogue) == read_ids(texts)
    assert list_faults(catalogue) == []


@LANGUAGES
def test_catalogue_stands_as_the_command_writes_it(lang, texts):
    catalogue = read_catalogue(lang)
    catalogue.update(texts, no_fuzzy_matching=True)
    assert find_catalogue(lang).read_bytes() == dump_catalogue(catalogue)


def test_extraction_finds_every_call_in_python(texts):
    """Another reader of the sources, by their syntax trees, finds the same texts."""
    found = set()
    for path in SOURCES:
        for call in find_calls(path, KEYWORDS):
            given = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            given = [text for text in given if isinstance(text, str)]
            if name_call(call) in ("translate_plural", "mark_plural", "ngettext") and given:
                found.add(tuple(given[:2]))
            else:
                found |= set(given[:1])
    plain = {text for text in read_ids(texts) if isinstance(text, str)}
    of_templates = {text for path in find_templates() for text in find_template_texts(path)}
    assert found | of_templates == plain | {i for i in read_ids(texts) if isinstance(i, tuple)}
    assert len(found) > 250


def find_templates():
    return sorted((ROOT / "maps" / "web").glob("*.html"))


def find_template_texts(path):
    tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    calls = [call for call in tree.find_all(nodes.Call) if getattr(call.node, "name", "") == "_"]
    assert all(isinstance(call.args[0], nodes.Const) for call in calls)
    return {call.args[0].value for call in calls}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_are_marked_as_they_stand(path):
    """What is put together before it is looked up is in no catalogue."""
    if path.name in PASSING_ON:
        return
    for call in find_calls(path, {"_", "mark", "mark_plural", "translate_plural"}):
        first = call.args[0] if call.args else None
        assert isinstance(first, ast.Constant), f"{path.name}:{call.lineno}"


@pytest.mark.parametrize("path", find_templates(), ids=lambda path: path.name)
def test_templates_hold_no_text_of_their_own(path):
    tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    bare = " ".join(data.data for data in tree.find_all(nodes.TemplateData))
    outside = "".join(part.partition(">")[2] or "" for part in bare.split("<"))
    words = [word for word in outside.split() if word.isalpha() and len(word) > 2]
    # the name of the program, and what a template's tags were cut out of
    assert set(words) <= {"civmap"}, words


@pytest.mark.parametrize(
    ("message", "string", "fault"),
    [
        ("no data", "", "not translated"),
        ("{low} to {high}", "de {low} à {hight}", "other fields"),
        ("{low} to {high}", "de {low}", "other fields"),
        (("{count} cell", "{count} cells"), ("{count} cellule", ""), "not translated"),
        (("{count} cell", "{count} cells"), ("une cellule", "des cellules"), "its last form"),
    ],
)
def test_faults_are_seen(message, string, fault):
    catalogue = Catalog(locale="fr")
    catalogue.add(message, string)
    (found,) = list_faults(catalogue)
    assert found.startswith(fault)


def test_doubtful_translation_is_a_fault():
    catalogue = Catalog(locale="fr")
    catalogue.add("no data", "pas de données", flags=["fuzzy"])
    assert list_faults(catalogue) == ["fuzzy: 'no data'"]


# forms as CLDR names them, by the order in the Arabic catalogue
CLDR = ("zero", "one", "two", "few", "many", "other")


@pytest.mark.parametrize("number", [0, 1, 2, 3, 10, 11, 26, 99, 100, 101, 102, 103, 111, 1000])
def test_arabic_has_six_forms_in_cldr_s_order(number):
    message = ("{count} place", "{count} places")
    string = read_catalogue("ar").get(message[0]).string
    wanted = string[CLDR.index(Locale("ar").plural_form(number))]
    words = load_wording("ar")
    assert words.translate_plural(*message, number) == wanted.format(count=words.count(number))


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0\u00a0lieu"), (1, "1\u00a0lieu"), (2, "2\u00a0lieux"), (1500, "1\u202f500\u00a0lieux")],
)
def test_french_has_two_forms(number, expected):
    words = load_wording("fr")
    assert words.translate_plural("{count} place", "{count} places", number) == expected


def find_caution_codes():
    """Return the codes that `geo` gives to cautions, constants of modules included."""
    codes = set()
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in find_calls(path, {"Caution", "Stale"}):
            code = call.args[0]
            if isinstance(code, ast.Constant):
                codes.add(code.value)
            elif isinstance(code, ast.Name):
                codes.add(constants[code.id])
            else:  # made from another caution, or from what is stale
                assert ast.unparse(code) == "each.code", f"{path.name}:{call.lineno}"
    return codes


def test_every_caution_has_general_words():
    codes = find_caution_codes()
    assert {"population-gap", "static-known-wrong", "hxl-tags"} <= codes
    assert set(GENERAL) == codes


def test_known_texts_are_those_that_runs_carry():
    standards = {f"Sphere Handbook 2018: {standard.text}" for standard in needs.STANDARDS}
    labels = {embedded.LABEL, settlements.COARSE_LABEL}
    assert standards | labels <= set(KNOWN_TEXTS)
    written = {
        node.value
        for path in SOURCES
        if path.name != "known_texts.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(KNOWN_TEXTS) - standards <= written
