"""The fixed texts of the page: found in the sources, and brought into the catalogues."""

from __future__ import annotations

import io
import string
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from maps.wording import LANGUAGES, find_catalogue

ROOT = Path(__file__).parents[2]
TRANSLATED = tuple(lang for lang in LANGUAGES if lang != "en")
KEYWORDS = {
    "_": None,
    "translate": None,
    "mark": None,
    "translate_plural": (1, 2),
    "mark_plural": (1, 2),
    "ngettext": (1, 2),
}
# As gettext and CLDR have them; Babel's own order of the Arabic forms is another.
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 "
    ": n%100>=11 ? 4 : 5);",
    "fr": "nplurals=2; plural=(n > 1);",
}
# Without dates, so that the same texts give the same bytes.
HEADER = """\
# {language} texts of the map page. `make catalogues` adds what is new and lists what is missing.
msgid ""
msgstr ""
"Language: {lang}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""


def find_texts() -> Catalog:
    """Return all texts that are marked in Python and in the page's templates, by file."""
    catalogue = Catalog(charset="utf-8")
    for method, paths in _list_sources().items():
        for path in paths:
            with path.open("rb") as file:
                for _, message, comments, context in extract(method, file, KEYWORDS):
                    name = path.relative_to(ROOT).as_posix()
                    catalogue.add(message, None, [(name, 1)], (), comments, context=context)
    return catalogue


def _list_sources() -> dict[str, list[Path]]:
    python = [path for room in ("geo", "maps") for path in sorted((ROOT / room).rglob("*.py"))]
    return {
        "python": [path for path in python if not {"_data", "_assets"} & set(path.parts)],
        "jinja2": sorted((ROOT / "maps" / "web").glob("*.html")),
    }


def read_catalogue(lang: str) -> Catalog:
    """Return a language's catalogue; an empty one where there is none."""
    path = find_catalogue(lang)
    if not path.exists():
        return Catalog(locale=lang)
    with path.open("rb") as file:
        return read_po(file, locale=lang)


def update_catalogue(lang: str, texts: Catalog) -> Catalog:
    """Bring new texts into a language's catalogue and drop those that are no longer used."""
    catalogue = read_catalogue(lang)
    catalogue.update(texts, no_fuzzy_matching=True)
    find_catalogue(lang).parent.mkdir(parents=True, exist_ok=True)
    find_catalogue(lang).write_bytes(dump_catalogue(catalogue))
    return catalogue


def dump_catalogue(catalogue: Catalog) -> bytes:
    """Return a catalogue as it stands in the repository."""
    head = HEADER.format(
        lang=catalogue.locale,
        language=catalogue.locale.get_display_name("en"),
        plurals=PLURALS[str(catalogue.locale)],
    )
    body = io.BytesIO()
    write_po(
        body, catalogue, width=100, omit_header=True, ignore_obsolete=True, include_lineno=False
    )
    return head.encode() + body.getvalue()


def list_faults(catalogue: Catalog) -> list[str]:
    """Return what is wrong with a catalogue's translations: missing, doubtful, other fields."""
    return [
        fault
        for message in catalogue
        if message.id
        for fault in _judge(message, catalogue.num_plurals)
    ]


def _judge(message, plurals: int) -> list[str]:
    name = message.id[0] if message.pluralizable else message.id
    forms = message.string if message.pluralizable else (message.string,)
    if not all(forms) or (message.pluralizable and len(forms) != plurals):
        return [f"not translated: {name!r}"]
    faults = [f"fuzzy: {name!r}"] if message.fuzzy else []
    wanted = find_fields(name) if not message.pluralizable else find_fields(message.id[1])
    for form in forms:
        # some languages have a form of its own for one or two, which needs no number
        missing = wanted - find_fields(form) - ({"count"} if message.pluralizable else set())
        if missing or find_fields(form) - wanted:
            faults.append(f"other fields in braces: {form!r} for {name!r}")
    if message.pluralizable and find_fields(forms[-1]) != wanted:
        faults.append(f"its last form needs its number: {name!r}")
    return faults


def find_fields(text: str) -> set[str]:
    """Return the names in braces."""
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
