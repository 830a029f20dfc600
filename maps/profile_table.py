"""The table of the headline's zone: who is there, what they need a day, which facilities are known.

It counts facilities so that they can be supported and spared; it ranks nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.people.facility_kinds import count_as
from maps.layers.figures import write_people
from maps.tables import Table

if TYPE_CHECKING:
    from maps.run import Record, RunData
    from maps.wording import Wording

_NONE = "\N{EN DASH}"
_HOUSEHOLDS = "households"


def tabulate_profile(run: RunData, words: Wording) -> Table:
    """Return groups, needs and facilities of the headline's zone; no rows where there is none."""
    _ = words.translate
    zone = run.headline_zone
    columns = (_("Who and what"), _("Low"), _("Best"), _("High"), _("From"))
    if zone is None:
        return Table("", columns, ())
    mine = [
        [record for record in records if record["zone_id"] == zone["zone_id"]]
        for records in (run.people_groups, run.needs, run.zone_facilities)
    ]
    groups, needs, facilities = mine
    rows = [
        *(_list_group(group, run, words) for group in groups),
        *(_list_need(need, words) for need in needs if not zone["withheld"]),
        *(_list_facilities(record, run, words) for record in facilities),
    ]
    caption = _("Who is there and what they need a day: {zone}").format(zone=zone["label"])
    note = _(
        "Groups are shares of the people in the zone: estimates, not counts. Needs are minimum "
        "standards for everyone there, not what is lacking. Facilities are those that are listed; "
        "others may exist. They are told so that they can be supported and spared."
    )
    return Table(caption, columns, rows, frozenset({1, 2, 3}), note)


def _list_group(group: Record, run: RunData, words: Wording) -> tuple[str, ...]:
    _ = words.translate
    names = {
        "under_5": _("Children under 5"),
        "under_18": _("Children under 18"),
        "women_15_49": _("Women of 15 to 49"),
        "over_64": _("People of 65 and over"),
        _HOUSEHOLDS: _("Households"),
    }
    is_withheld = group["basis"] == "withheld"
    shown = group | {"withheld": is_withheld}
    figures = (write_people(shown, key, words) for key in ("low", "best", "high"))
    name = names.get(group["grp"], str(group["grp"]))
    return (name, *figures, _describe_share(group, run, words))


def _describe_share(group: Record, run: RunData, words: Wording) -> str:
    """Return the share with its range, what it is of, and its source with its date."""
    _ = words.translate
    if group["basis"] == "withheld":
        return _("withheld")
    if group["share"] is None:
        return _("no share is known here")
    areas = {
        "zone": _("of the zone itself"),
        "unit": _("of the units here"),
        "parent": _("of the unit above"),
        "nation": _("of the whole nation"),
        "territory": _("of the whole territory, cited, to be verified"),
        "given": _("as given"),
    }
    low, best, high = (group[key] for key in ("share_low", "share", "share_high"))
    if group["grp"] == _HOUSEHOLDS:
        share = _("{best} persons each ({low} to {high})").format(
            best=words.write_number(f"{1 / best:.1f}"),
            low=words.write_number(f"{1 / high:.1f}"),
            high=words.write_number(f"{1 / low:.1f}"),
        )
    else:
        share = _("{best} of everyone ({low} to {high})").format(
            best=_percent(best, words), low=_percent(low, words), high=_percent(high, words)
        )
    source = next((s for s in run.sources if s["source_id"] == group["source_id"]), None)
    name = _NONE if source is None else str(source["name"])
    origin = words.join([share, areas.get(group["basis"], str(group["basis"]))])
    if group["share_date"] is not None:
        name = words.join([name, words.look_up(str(group["share_date"]))])
    return f"{origin}. {name}"


def _percent(share: float, words: Wording) -> str:
    return words.write_percent(f"{100 * share:.3g}")


def _list_need(need: Record, words: Wording) -> tuple[str, ...]:
    _ = words.translate
    names = {
        "water": _("Water, litres a day"),
        "food": _("Food, kcal a day"),
        "toilets_first_days": _("Toilets in the first days"),
        "toilets": _("Toilets"),
        "covered_space": _("Covered living space, m²"),
        "health_units": _("Basic health units"),
    }
    figures = (need[key] for key in ("low", "best", "high"))
    shown = (_write_amount(figure, need["need"], words) for figure in figures)
    return (names.get(need["need"], str(need["need"])), *shown, words.tell(str(need["standard"])))


def _write_amount(value: float | None, need: str, words: Wording) -> str:
    """Return an amount: what is counted in whole things exactly, the rest to three digits."""
    is_amount = need in ("water", "food", "covered_space")
    return words.about(value) if is_amount and value is not None else words.people(value)


def name_facilities(words: Wording) -> dict[str, str]:
    """Return what facilities of each kind are called."""
    _ = words.translate
    return {
        "health": _("Health facilities listed"),
        "school": _("Schools listed"),
        "water": _("Water points listed"),
        "crossing": _("Crossings listed"),
        "other": _("Other facilities listed"),
    }


def _list_facilities(record: Record, run: RunData, words: Wording) -> tuple[str, ...]:
    _ = words.translate
    names = name_facilities(words)
    number = record["approximate"]
    quality = (
        words.translate_plural(
            "{count} of them at an approximate position",
            "{count} of them at approximate positions",
            number,
        )
        if number
        else _("positions as their source gives them")
    )
    held = {
        facility["source_id"]
        for facility in run.facilities
        if count_as(facility["kind"]) == record["kind"]
    }
    sources = [str(source["name"]) for source in run.sources if source["source_id"] in held]
    kind = names.get(record["kind"], str(record["kind"]))
    come = _("; ").join([*sources, quality])
    return (kind, _NONE, words.count(record["total"]), _NONE, come)
