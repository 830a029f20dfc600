"""Cautions in the page's language: what each is about in general, beside its English detail.

`geo` writes cautions in English, with names and figures in them. On a page in another language the
general words of the caution's code come first and the detail follows, marked as English; a code
without general words has its detail only, marked too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.types import mark
from maps.wording import English

if TYPE_CHECKING:
    from collections.abc import Iterable

    from maps.run import Record
    from maps.wording import Wording

GENERAL = {
    "ages-out-of-reach": mark("The age data don't reach all zones; there they are not used."),
    "beyond-raster": mark(
        "Some places lie beyond the population data: people there are not counted."
    ),
    "cautions-held-back": mark("A caution of the analysts' own run is not given here."),
    "data-of-one-country": mark(
        "Some data were fetched for some countries only; places in others are counted without them."
    ),
    "dates-zoned": mark("Some events carry a time zone: the day as written counts."),
    "decimal-comma": mark("Some positions were written with a decimal comma and read as such."),
    "delimiter": mark("How the table's cells are parted was found out from the table itself."),
    "demography-rows": mark("Some rows of the age data were left out."),
    "density-coarse": mark(
        "The density of population is drawn in wider cells than people are counted on."
    ),
    "density-not-drawn": mark(
        "The population data are too large here for their density to be drawn."
    ),
    "displaced-old": mark("Some figures of displaced people are too old to be used."),
    "displaced-part": mark(
        "Displaced people are counted as a part of the people there; where they came from is "
        "partly an assumption, which widens the range."
    ),
    "displacement-rows": mark("How the rows of the displacement data were used."),
    "displacement-total": mark("Totals of the displacement data do not agree with their parts."),
    "encoding": mark("The file's character encoding was not declared as it is, and was found out."),
    "events-too-many": mark(
        "There are too many events to give each: only people by administrative unit are given."
    ),
    "events-repeated": mark("Some events stand in the table more than once; each counts once."),
    "extent-unknown": mark(
        "The outline of an area is not known, so its people are not counted: their number is "
        "unknown, not zero."
    ),
    "facility-rows": mark(
        "How the rows of the facility file were used; facilities that it lacks may exist."
    ),
    "figure-old": mark("A dated figure is from before the day; people may have moved since."),
    "figure-set-aside": mark("A dated figure is not used."),
    "figure-stale": mark("A dated figure in use is old for the day; people may have moved since."),
    "future-dates": mark("Some events are dated after today: check the dates."),
    "geocoder-unavailable": mark("The online place search gave no answer for some names."),
    "groups-unknown": mark(
        "For some groups of people the number is unknown, not zero: no age structure or household "
        "size is known there."
    ),
    "hindsight": mark("Later figures than the day were allowed (hindsight)."),
    "hxl-tags": mark("A row of HXL tags was set aside."),
    "large-run": mark(
        "There are too many events to estimate each by itself: figures with a range are those of "
        "everyone within reach of any of them, counted once; figures of single events have no "
        "range."
    ),
    "layers-left-out": mark(
        "Some layers are left out, as the information-sharing protocol of the response has it."
    ),
    "leads-only": mark(
        "The events are leads that a machine read out of news, none of them checked; they say "
        "nothing of casualties."
    ),
    "no-date": mark("The input has no date; the figures are for today."),
    "no-place": mark("The article names no place that could be located."),
    "no-population-data": mark(
        "There is no population data for a zone, or too little: the number of people is unknown, "
        "not zero."
    ),
    "no-threat": mark("The article names no place that is under threat."),
    "no-zone": mark("A place is reported in a way for which nobody is counted as exposed."),
    "outlines-drawn": mark(
        "Outlines are simplified for drawing; people are counted within exact discs."
    ),
    "outlines-mended": mark("Some outlines were not valid and were mended."),
    "population-coarse": mark(
        "People are modelled from the populations of settlements and may be off by a factor of "
        "two each way."
    ),
    "population-differs": mark(
        "The population data and published statistics of the same units are far apart; either may "
        "be off."
    ),
    "population-far": mark(
        "The population data are far from published totals: check that they cover the area and "
        "hold counts, not densities."
    ),
    "population-gap": mark(
        "Part of the area has no population data; people there are not counted, which does not "
        "mean that there are none."
    ),
    "population-old": mark("The population data are old; the population has changed since."),
    "population-polygons": mark(
        "People are known for polygons and are spread evenly over each; outside of them there is "
        "no data, which does not mean that nobody is there."
    ),
    "population-undated": mark("The population data have no date and may be out of date."),
    "positions-central": mark(
        "Some events lie at the centre of their country, which stands for the country and not for "
        "a place."
    ),
    "positions-coarse": mark(
        "Some events are at coarse positions and counted within a larger radius."
    ),
    "positions-doubtful": mark("The positions of some events are doubtful."),
    "public-cells": mark(
        "The cells of the population grid are a model's shares of the units' people, not counts; "
        "cells of units whose people are withheld have no data."
    ),
    "public-figures": mark(
        "For publication, figures are rounded, those under 10 people are withheld, and totals are "
        "the sums of what is given: they are less than the whole where parts are withheld."
    ),
    "public-positions": mark(
        "For publication, positions are as coarse as they are known and zones are drawn round "
        "them; people were counted round the positions themselves."
    ),
    "radii-own": mark("Some events have a radius of their own and keep it."),
    "roles-not-read": mark(
        "civmap reads what is threatened and where violence is in English only: here every place "
        "is merely mentioned, and no zone is drawn."
    ),
    "rows-mixed": mark("Some rows hold lines or points too; only their areas count."),
    "rows-not-passed-on": mark(
        "The events are from data whose licence forbids to pass rows on: only people by "
        "administrative unit are given."
    ),
    "rows-rejected": mark("Some rows of the table were set aside."),
    "rows-without-area": mark("Some rows have no area and were left out."),
    "scenario-left-out": mark("What the analysts supposed (moves of people) is left out here."),
    "sites": mark("How the file of known sites was used."),
    "source-copy-old": mark("A data source could not be reached; an older copy is used."),
    "source-gap": mark(
        "A population source has no data for some zones; there it has no figure, and nothing is "
        "compared."
    ),
    "source-out-of-reach": mark(
        "A population source does not reach every zone; there it has no figure, and nothing is "
        "compared."
    ),
    "source-traps": mark("What is known to mislead in the data that were fetched."),
    "sources-disagree": mark("Population sources differ much."),
    "spread-inside-unit": mark(
        "The number of people in some units has changed much, and where in the unit they stay is "
        "not known: a unit's total is surer than the figures of discs and drawn areas."
    ),
    "static-known-wrong": mark(
        "A static figure is used although a dated one says that many more or fewer people are "
        "there."
    ),
    "threatened-not-located": mark(
        "Places under threat by the text could not be located and are not counted."
    ),
    "total-from-figures": mark(
        "Dated figures add up to another total than the population source; the figures are used."
    ),
    "types-unknown": mark(
        "Some events have no known type and are counted within a default radius."
    ),
    "unit-empty": mark(
        "People are reported in a unit in which the population source has nobody; they are placed "
        "evenly over its land."
    ),
    "zones-by-unit": mark(
        "As the information-sharing protocol of the response has it, only people by administrative "
        "unit are given."
    ),
    "units-gaps": mark("There are gaps between units; people there count as outside the units."),
    "units-overlap": mark("Units overlap; people there count for the first P-code."),
    "units-same-name": mark("Several units bear one name; P-codes tell them apart."),
    "unresolved-names": mark(
        "Some names could not be located; what the text tells of them is not on the map."
    ),
}
"""By the caution's code."""


@dataclass(frozen=True, slots=True)
class ShownCaution:
    """A caution on the page: its text, and general words before it where it is English."""

    text: str
    general: str | None = None


def tell_cautions(cautions: Iterable[Record], words: Wording) -> list[ShownCaution]:
    """Return a run's cautions for the page; on a page in English their texts only."""
    if words.lang == "en":
        return [ShownCaution(str(caution["text"])) for caution in cautions]
    told = []
    for caution in cautions:
        general = GENERAL.get(caution["code"])
        if general is not None and caution["text"] == general:
            told.append(ShownCaution(words.translate(general)))
            continue
        text = English(caution["text"])
        told.append(ShownCaution(text, words.translate(general) if general else None))
    return told
