"""Who bears arms and who does not: the nouns that tell an advance from a flight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.clauses import Unit

FORCES = word_set(
    "army armies militia militias gang gangs troops forces soldiers tanks fighters rebels rebel "
    "militants insurgents guerrillas jihadists extremists terrorists gunmen separatists "
    "paramilitaries paramilitary infantry columns column armour armor commandos paratroopers "
    "battalion battalions brigade brigades division divisions regiment regiments vanguard "
    "bulldozers howitzers artillery guns batteries launchers warships gunboats frigates gunships "
    "warplanes jets drones vehicles pick-ups pickups motorcycles motorbikes mercenaries junta "
    "attackers invaders front frontline offensive advance raiders bandits pirates weapons "
    "armoured armored coalition alliance faction factions militiamen combatants enemy"
)
WEAPONS = word_set(
    "rocket rockets missile missiles gun guns mortar mortars artillery howitzers shell shells "
    "bomb bombs drone drones mortars warplanes jets bombers aircraft fire firepower batteries "
    "grenade grenades explosives flames weapons"
)
_FIGHTING = frozenset({"armed group", "military", "party", "kind"})
_ARMED = word_set("armed masked their his uniformed its")
CROWDS = word_set(
    "refugees people families civilians residents displaced thousands hundreds trucks aid "
    "supplies children women migrants villagers inhabitants pilgrims farmers traders students "
    "drivers passers-by protesters demonstrators marchers pupils patients passengers lorries "
    "buses evacuees survivors wounded"
)


def is_armed(unit: Unit) -> bool:
    """Tell whether a unit names those who fight, by a common noun or by the name of a group."""
    if unit.name is not None:
        entry = unit.name.entry
        return unit.name.class_ == "actor" and (entry is None or entry.kind in _FIGHTING)
    return unit.lower in FORCES


def _is_armed_men(units: tuple[Unit, ...], index: int) -> bool:
    return units[index].lower == "men" and units[index - 1].lower in _ARMED


def leads_armed(units: tuple[Unit, ...], verb: int, reach: int = 18) -> bool:
    """Tell whether those who do what a verb tells bear arms: the nearest doer left of it."""
    for index in range(verb - 1, max(-1, verb - reach - 1), -1):
        unit = units[index]
        if unit.cue == "boundary" or unit.lower == ";":
            return False
        if unit.cue == "relative" and unit.clause == units[verb].clause:
            before = units[index - 1 - (units[index - 1].lower == ",")]
            return is_armed(before)  # of the village, which is near X
        if is_armed(unit) or _is_armed_men(units, index):
            return True
        if unit.lower in CROWDS:
            return False
    return False


def leads_crowd(units: tuple[Unit, ...], verb: int, reach: int = 8) -> bool:
    """Tell whether those who do what a verb tells are no force: `traders who drive to X`."""
    for unit in reversed(units[max(0, verb - reach) : verb]):
        if is_armed(unit):
            return False
        if unit.lower in CROWDS:
            return True
    return False
