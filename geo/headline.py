"""The headline and title of a run, in any language: each sentence stands here once.

Texts are marked for the catalogues of the page's languages (`maps/catalogues`); `ENGLISH` writes
them as they stand, for reports and the command.
"""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_MILLION = 1_000_000
_FIGURES = 3  # significant


def format_people(people: float) -> str:
    """Return a number of people with three significant figures.

    Examples
    --------
    >>> format_people(1_403_000), format_people(275_267), format_people(64)
    ('1.4 million', '275,000', '64')
    """
    number, in_millions = shorten_people(people)
    return f"{number} million" if in_millions else number


def shorten_people(people: float) -> tuple[str, bool]:
    """Return a number of people with three significant figures, and whether it is in millions."""
    if people >= _MILLION:
        return f"{people / _MILLION:.{_FIGURES - 1}f}".rstrip("0").rstrip("."), True
    step = 10 ** max(0, len(str(int(people))) - _FIGURES)
    return f"{round(people / step) * step:,}", False


class HeadlineWords(Protocol):
    """How a language writes what stands in a headline; `maps` has those of its pages."""

    def translate(self, message: str) -> str:
        """Return a fixed text."""
        ...

    def translate_plural(self, singular: str, plural: str, count: int) -> str:
        """Return a fixed text that depends on a number, which `{count}` stands for."""
        ...

    def join(self, parts: Sequence[str]) -> str:
        """Return a list in a sentence."""
        ...

    def day(self, value: date) -> str:
        """Return a day in words."""
        ...

    def write_date(self, value: str) -> str:
        """Return the date of a figure or population, as short as it is given."""
        ...

    def count(self, value: float) -> str:
        """Return a whole number."""
        ...

    def tell_people(self, people: float) -> str:
        """Return a number of people with three significant figures."""
        ...


class English:
    """The words of reports and of the command."""

    def translate(self, message: str) -> str:
        """Return a fixed text as it is."""
        return message

    def translate_plural(self, singular: str, plural: str, count: int) -> str:
        """Return the form for a number, with it."""
        return (singular if count == 1 else plural).format(count=self.count(count))

    def join(self, parts: Sequence[str]) -> str:
        """Return the parts with commas."""
        return ", ".join(parts)

    def day(self, value: date) -> str:
        """Return `24 February 2024`."""
        return f"{value.day} {calendar.month_name[value.month]} {value.year}"

    def write_date(self, value: str) -> str:
        """Return a date as it is given."""
        return value

    def count(self, value: float) -> str:
        """Return `1,400`."""
        return f"{value:,.0f}"

    def tell_people(self, people: float) -> str:
        """Return `1.4 million`, as `format_people` does."""
        return format_people(people)


ENGLISH = English()


def write_title(parts: dict[str, Any], words: HeadlineWords = ENGLISH) -> str:
    """Return the title of a run from the parts of its headline."""
    named = [part for part in (parts["place"], parts["country_name"]) if part]
    if not named:
        return words.translate("Places in the news")
    return words.translate("People at risk: {place}").format(place=words.join(named))


def write_headline(parts: dict[str, Any], as_of: date, words: HeadlineWords = ENGLISH) -> str:
    """Return the headline: one plain statement with a range, a day, the static figure beside.

    Never that nothing is threatened where that is not known.

    Parameters
    ----------
    parts
        `kind`, and what belongs to it: `label`, `low`, `best`, `high`, `static`, `modelled` of the
        `zone` that the run is about, `label` where the people of it are `unknown` or `withheld`,
        nothing where only `units` are told, the number of
        `events` of `many`, the `names` of places `named`; nothing for `unread` and `none`. `stale`
        holds clauses (`geo.people.stop_rules.Clause.to_parts`) on what is too old in what the
        figures rest on.
    words
        Of the language that it is written in.
    """
    _ = words.translate
    day, kind = words.day(as_of), parts["kind"]
    if kind == "zone":
        return _write_range(parts, day, words)
    told = {
        "unknown": _("As of {day}: {place}: the number of people there is unknown."),
        "withheld": _("As of {day}: {place}: fewer than 10 people; the number is withheld."),
        "units": _("As of {day}: people by administrative unit; single events are not given."),
        "unread": _(
            "As of {day}: what is threatened here is not known, since civmap does not read this "
            "language; the places that were found are shown."
        ),
    }
    if kind in told:
        return told[kind].format(day=day, place=parts.get("label"))
    if kind == "many":
        text = _(
            "As of {day}: {count} events. The people round each are in the table; they are not to "
            "be added, since zones overlap."
        ).format(day=day, count=words.count(parts["events"]))
        for clause in _write_clauses(parts, words):
            text += " " + _("Some numbers are {clause}.").format(clause=clause)
        return text
    if kind == "named":
        return _(
            "As of {day}: reported as threatened or under attack: {places}. The number of people "
            "there is unknown: it is a whole region, or its outline is not known."
        ).format(day=day, places=words.join(parts["names"]))
    text = _("As of {day}: no place here is reported as threatened or under attack.")
    return text.format(day=day)


def _write_range(parts: dict[str, Any], day: str, words: HeadlineWords) -> str:
    _ = words.translate
    told = {key: words.tell_people(parts[key]) for key in ("low", "best", "high", "static")}
    text = _("As of {day}: {place}: about {best} people ({low} to {high})").format(
        day=day, place=parts["label"], **told
    )
    clauses = [_("a coarse model")] if parts["modelled"] == "coarse" else []
    text = words.join([text, *clauses, *_write_clauses(parts, words)])
    text += (
        _("; a static population map says {static}.").format(**told)
        if told["static"] != told["best"]
        else "."
    )
    return text + " " + _("People living there, not people harmed.")


def _write_clauses(parts: dict[str, Any], words: HeadlineWords) -> list[str]:
    written = []
    for clause in parts["stale"]:
        form, plural, values = clause["form"], clause["plural"], clause["values"]
        if plural:
            written.append(words.translate_plural(form, plural, values["count"]))
            continue
        told = {
            key: words.write_date(value) if key == "date" else words.count(value)
            for key, value in values.items()
        }
        written.append(words.translate(form).format(**told))
    return written
