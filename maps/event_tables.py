"""The tables of very many events: the first rows, and where the others are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.tables import Table

if TYPE_CHECKING:
    from maps.run import RunData
    from maps.wording import Wording


def tabulate_exposed(run: RunData, words: Wording) -> Table:
    """Return the people within reach of the first events; no rows where each event has zones."""
    _ = words.translate
    columns = (_("Place"), _("Event"), _("Within"), _("People, static"), _("Area with data"))
    if run.large is None:
        return Table("", columns, ())
    rows = [
        (
            row["place"],
            row["event_id"],
            words.measure(row["radius_km"], "km"),
            words.people(row["people"]),
            words.percent(max(0.0, row["coverage_fraction"] - row["nodata_fraction"])),
        )
        for row in run.large.exposed
    ]
    note = _(
        "The first {rows} rows in the order of the input; event_exposure.parquet holds those of "
        "all {count} events round which people are counted. Not to be added: discs overlap."
    ).format(rows=words.count(len(rows)), count=words.count(run.large.counted))
    caption = _("People round single events: static figures, without a range")
    return Table(caption, columns, rows, frozenset({2, 3, 4}), note)


def tell_rest(run: RunData, words: Wording) -> str | None:
    """Return where the events are that the page's table leaves out; None where it holds all."""
    if run.large is None:
        return None
    return words.translate(
        "The first {rows} of {count} events, in the order of the input; layers.gpkg holds all."
    ).format(rows=words.count(len(run.events)), count=words.count(run.large.events))
