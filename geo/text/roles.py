"""The part that each place plays in its clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.governors import LOCATIVE, find_governor
from geo.text.modality import is_past
from geo.text.scene import MENTIONED, Part, Scene
from geo.text.subjects import read_relative, read_subject

if TYPE_CHECKING:
    from geo.text.candidates import Candidate
    from geo.text.clauses import Unit
    from geo.text.governors import Governor

_BLOCKED = -1
_PARTY_PREPOSITIONS = frozenset({"from", "by", "with", "between", "to", "of"})
_REACH = 24  # units in which a head is looked for
_VIOLENT = frozenset({"violence", "state"})
_MOVING = frozenset({"drive", "advance", "approach"})
_TARGETS = frozenset({"assault", "siege"})
_MEETINGS = frozenset({"talks", "centre"})
_PEOPLE_OF_TALKS = frozenset({"delegation", "delegations", "envoys", "mediators", "negotiators"})
_SUBJECTS_OF_TALKS = frozenset(
    "ceasefire cease-fire truce deal strategy policy reconstruction elections election".split()
)
_TROOPS = frozenset(
    "army militia gangs troops forces soldiers tanks army fighters rebels militants gunmen columns armour".split()
)
_AWAITED = frozenset({"expected", "due"})
_LEAVING = frozenset(
    "withdrew withdraw withdrawn withdrawing pulled pull expelled flee fled".split()
)
_CROWDS = frozenset(
    "refugees people families civilians residents displaced thousands hundreds convoy trucks aid "
    "supplies children women migrants".split()
)


def read_part(scene: Scene, place: int) -> Part:
    """Return the part that the place in unit `place` plays, `MENTIONED` where unsure."""
    name = scene.units[place].name
    if name is None:
        return MENTIONED
    governor = find_governor(scene.units, place, scene.lexicon)
    return (
        _read_holder(scene, place)
        or _read_possessive(scene, place, name)
        or _read_compound(scene, place, name)
        or _read_evacuation(scene, place)
        or _read_governor(scene, place, name, governor)
        or read_subject(scene, place, name, governor)
        or read_relative(scene, place)
        or _read_loose(scene, place, governor)
        or _read_only_place(scene, place, name, governor)
        or MENTIONED
    )


def _read_holder(scene: Scene, place: int) -> Part | None:
    """An area that only says where another place is."""
    name = scene.units[place].name
    for index in range(max(0, place - 7), min(len(scene.units), place + 8)):
        other = scene.units[index].name
        if index != place and other is not None and other.container and name is not None:
            near = abs(index - place)
            between = scene.units[min(index, place) + 1 : max(index, place)]
            if (
                other.container == name.lookup
                and near <= 7
                and not any(  # noqa: PLR2004
                    unit.is_place for unit in between
                )
            ):
                if index > place and not scene.units[place].possessive and name.class_ != "demonym":
                    continue
                return Part("mentioned", "actual", None, f"says where {other.key!r} lies")
    return None


def _read_possessive(scene: Scene, place: int, name: Candidate) -> Part | None:
    if not scene.is_government(name):
        return None
    units, mind = scene.units, scene.lexicon.mind
    words = units[place + 1 : place + 5]
    for step, unit in enumerate(words):
        if unit.kind == "mark" or unit.is_place:
            return None
        if unit.name is not None and unit.name.class_ in {"actor", "organisation"}:
            return _stands(name, unit.lower) if units[place].possessive else None
        people = unit.lower in mind["people"] or (unit.lower,) in scene.lexicon.titles
        if units[place].possessive and (unit.lower in mind["noun"] or people):
            return _stands(name, unit.lower)
        if step == 0 and people and not unit.has_verb("assault"):
            return _stands(name, unit.lower)
        if unit.verbs and not units[place].possessive:
            return None
    return None


def _stands(name: Candidate, word: str) -> Part:
    return Part("actor", "actual", None, f"{name.key!r} stands for its government: {word!r}")


def _read_compound(scene: Scene, place: int, name: Candidate) -> Part | None:
    """`the Paris talks`, `the Rafah offensive`, `Goma airport attack`."""
    units = scene.units
    for index in range(place + 1, min(len(units), place + 4)):
        unit = units[index]
        if unit.lower in _SUBJECTS_OF_TALKS:
            return Part("mentioned", "actual", None, f"what {unit.lower!r} is about")
        if unit.kind == "mark" or unit.is_place or unit.cue in {"neutral", "boundary", "relative"}:
            return None
        if unit.cue == "talks" and unit.kind == "word":
            if unit.lower in _PEOPLE_OF_TALKS:
                return _stands(name, unit.lower) if scene.is_government(name) else None
            return scene.talks(index, place) if name.kind in {"city", "point", "admin2"} else None
        if (
            unit.cue in _VIOLENT
            and not units[place].possessive
            or (
                unit.cue == "violence" and units[place].possessive and not scene.is_government(name)
            )
        ):
            after = units[index + 1] if index + 1 < len(units) else None
            verb = (
                unit.verbs
                and after is not None
                and (after.name is not None or after.lower in {"the", "a", "its", "his", "their"})
            )
            return None if verb else scene.violence(index, place)
        if unit.cue == "evacuation":
            return Part("threatened", "threatened", "attack", f"told to leave: {unit.lower!r}")
        noun = scene.lexicon.nouns.get(unit.lower)
        if noun == "settlement" and name.kind == "country":
            return Part("mentioned", "actual", None, f"whose {unit.lower!r} is meant")
        if name.kind == "country" and _is_plain(unit):
            continue
        if noun not in {"site", "area", "settlement"} and unit.lower not in {"ground", "military"}:
            return None
    return None


def _is_plain(unit: Unit) -> bool:
    return unit.kind == "word" and unit.name is None and unit.cue is None and not unit.verbs


def _read_evacuation(scene: Scene, place: int) -> Part | None:
    """`ordered the people of X to leave`, `told residents to flee X`, `evacuation orders for X`."""
    units = scene.units
    clause = units[place].clause
    name = units[place].name
    if name is not None and name.kind == "country":
        return None
    told = leave = None
    for index in range(max(0, place - _REACH), min(len(units), place + 10)):
        unit = units[index]
        if unit.clause != clause:
            continue
        if unit.cue == "evacuation" and (index < place or index - place <= 8):  # noqa: PLR2004
            told = leave = index
            break
        if unit.lower in {"told", "ordered", "urged", "warned", "asked", "instructed", "orders"}:
            told = index
        if unit.cue == "leaving" and told is not None and index and units[index - 1].lower == "to":
            leave = index
            break
    if told is None or leave is None or (told > place and units[leave].cue != "evacuation"):
        return None
    governor = find_governor(units, place, scene.lexicon)
    if (
        governor.lower in {"to", "toward", "towards", "with", "by", "into", "on"}
        and units[leave].cue == "leaving"
    ):
        return None
    if (
        leave == place - 1
        or governor.lower
        in {
            "of",
            "in",
            "for",
            "from",
            "leave",
            "evacuate",
            "flee",
            "around",
            "near",
            "to evacuate",
            "over",
            "on",
            "across",
        }
        or governor.via
    ):
        return Part("threatened", "threatened", "attack", f"told to leave: {units[leave].lower!r}")
    return None


def _read_governor(scene: Scene, place: int, name: Candidate, governor: Governor) -> Part | None:
    if governor.kind == "none":
        return _read_object_of_mind(scene, name, governor)
    if governor.kind == "word":
        return _read_direct(scene, place, name, governor)
    if governor.lower in LOCATIVE or governor.via & {"part", "population"}:
        return _read_location(scene, place, governor)
    return _read_target(scene, place, governor) or _read_party(scene, name, governor)


def _read_object_of_mind(scene: Scene, name: Candidate, governor: Governor) -> Part | None:
    """`urged Israel`, `accused Rwanda`."""
    if governor.index < 0 or not scene.is_government(name):
        return None
    word = scene.units[governor.index].lower
    mind = scene.lexicon.mind
    return _stands(name, word) if word in mind["verb"] - mind["weak"] else None


def _read_direct(scene: Scene, place: int, name: Candidate, governor: Governor) -> Part | None:
    """A verb or a noun that takes the place without a preposition: `shelled X`, `visit X`."""
    unit, index = scene.units[governor.index], governor.index
    if unit.has_verb("encircle"):
        return scene.violence(index, place, threat=True)
    if unit.has_verb("protecting"):
        return _read_shielded(scene, place)
    if unit.has_verb("approach") and governor.via & {"part"}:
        return scene.violence(index, place, threat=True)
    if unit.has_verb("nearing") or unit.cue == "approach":
        return scene.violence(index, place, threat=True)
    if unit.has_verb(*_TARGETS):
        return scene.violence(index, place)
    if unit.has_verb("seizing"):
        return scene.violence(index, place)
    if unit.has_verb("visiting"):
        return scene.talks(index, place)
    if unit.has_verb("flight"):
        former = is_past(scene.units, index, place, scene.year)
        modality = "past" if former else "actual"
        return Part("site", modality, "displacement", f"people {unit.lower!r} it")
    if unit.lower.startswith("threaten"):
        return Part("threatened", "threatened", "attack", "threatened")
    mind = scene.lexicon.mind
    if scene.is_government(name) and unit.lower in mind["verb"] - mind["weak"]:
        return _stands(name, unit.lower)
    if unit.cue == "urging" and scene.is_government(name):
        return _stands(name, unit.lower)
    return None


def _read_shielded(scene: Scene, place: int) -> Part | None:
    """`protect X from an attack`."""
    units = scene.units
    for index in range(place + 1, min(len(units), place + 8)):
        if units[index].cue == "violence" and units[place + 1].lower in {"from", "against"}:
            return scene.violence(index, place, threat=True)
    return None


def _read_location(scene: Scene, place: int, governor: Governor) -> Part | None:
    """`clashes in X`, `talks in X`; at the head of a clause what follows is looked at."""
    head = _find_head(scene, governor.index, place)
    if head is not None and scene.units[head].lower in _AWAITED:
        return Part("venue", "planned", "talks", "someone is expected there")
    if head == _BLOCKED:
        return None
    if head is None:
        head = _find_after(scene, place, governor.index)
    if head is None:
        return None
    unit = scene.units[head]
    if unit.has_verb("gathering"):
        return scene.violence(head, place, threat=True)
    if unit.cue in _MOVING or unit.has_verb("approach") and unit.cue not in _VIOLENT:
        threat = unit.cue != "drive" and governor.lower != "in"
        return scene.violence(head, place, threat=threat)
    if unit.cue == "evacuation":
        name = scene.units[place].name
        wide = name is not None and name.kind in {"country", "region", "admin1"}
        told = Part("threatened", "threatened", "attack", f"told to leave: {unit.lower!r}")
        return None if wide else told
    if unit.cue in _VIOLENT or unit.has_verb("assault", "harm", "siege"):
        return scene.violence(head, place)
    if unit.has_verb("travel"):
        return scene.talks(head, place) if _is_official(scene, head) else None
    if unit.has_verb("flight"):
        return None
    return scene.talks(head, place)


def _is_awaited(scene: Scene, index: int, start: int) -> bool:
    """`the envoy is expected in X`."""
    return (
        scene.units[index].lower in _AWAITED and index == start - 1 and _is_official(scene, index)
    )


def _find_head(scene: Scene, start: int, place: int) -> int | None:
    """The nearest telling word left of a preposition, in the clause, not across another scene.

    `_BLOCKED` if a word comes first that says something else of the place.
    """
    units = scene.units
    commas = closing = int(start > 0 and units[start - 1].lower == ",")
    for index in range(start - 1, max(-1, start - _REACH), -1):
        unit = units[index]
        if unit.clause != units[start].clause:
            return None
        if unit.lower == "," and index != start - 1 and not units[index - 1].is_place:
            commas += 1
        if _is_awaited(scene, index, start):
            return index
        if unit.is_place and index != place:
            before = find_governor(units, index, scene.lexicon)
            apposed = commas > closing and before.kind == "word"
            if apposed and not _only_joins(units, index, start):
                return _BLOCKED
            if before.lower in LOCATIVE | {"on", "to", "into"} and not _only_joins(
                units, index, start
            ):
                return None
            continue
        if unit.cue in {"neutral", "against"} or _reports(scene, index):
            return _BLOCKED
        if _gathers(scene, index):
            return index
        if _tells(scene, index):
            if {step.cue for step in units[max(0, index - 2) : index]} & {"against"}:
                return _BLOCKED
            return index if commas % 2 == 0 or commas == closing else None
    return None


def _reports(scene: Scene, index: int) -> bool:
    """A verb of speaking; not `clashes were reported in X`."""
    word = scene.units[index].lower
    if word not in scene.lexicon.reporting:
        return False
    before = {unit.lower for unit in scene.units[max(0, index - 2) : index]}
    return not (word == "reported" and before & {"was", "were", "been", "are", "is"})


def _gathers(scene: Scene, index: int, category: str = "gathering") -> bool:
    """Troops that gather are no meeting, troops that travel no delegation."""
    before = {unit.lower for unit in scene.units[max(0, index - 6) : index]}
    return scene.units[index].has_verb(category) and bool(before & _TROOPS)


def _only_joins(units: tuple[Unit, ...], place: int, start: int) -> bool:
    return all(unit.lower in {",", "and", "or", "then"} for unit in units[place + 1 : start])


def _tells(scene: Scene, index: int) -> bool:
    unit = scene.units[index]
    if unit.name is not None:
        return False
    if unit.cue in _VIOLENT | _MOVING | {"talks", "evacuation"}:
        return True
    return unit.has_verb(
        "assault", "harm", "siege", "talks", "travel", "visiting", "hosting", "flight", "approach"
    ) and unit.cue in {None, "spread"}


def _find_after(scene: Scene, place: int, governor: int) -> int | None:
    """At the head of a clause: the first telling word behind that has no place of its own."""
    units = scene.units
    before = units[governor - 1] if governor else None
    fronted = before is None or before.kind == "mark" or before.clause != units[governor].clause
    if before is not None and scene.lexicon.nouns.get(before.lower) == "settlement":
        return None  # the town in the north of X
    for index in range(place + 1, min(len(units), place + _REACH)):
        unit = units[index]
        if unit.lower == "," and not fronted:
            return None
        if unit.cue in {"boundary", "relative"} or unit.lower in {";", ":"}:
            return None
        if unit.lower in scene.lexicon.reporting and governor > 0:
            return None
        if _tells(scene, index) and not _has_own_place(units, index):
            return index
    return None


def _has_own_place(units: tuple[Unit, ...], anchor: int) -> bool:
    for unit in units[anchor + 1 : anchor + 8]:
        if unit.is_place:
            return True
        if unit.kind == "mark" or unit.cue in {"boundary", "relative"}:
            return False
    return False


def _is_official(scene: Scene, verb: int) -> bool:
    """Someone who negotiates travels: a person, an actor, an office, not a crowd or a convoy."""
    units, lexicon = scene.units, scene.lexicon
    official = False
    for unit in units[max(0, verb - 14) : verb]:
        if unit.lower in _CROWDS:
            return False
        if unit.name is not None and unit.name.class_ in {"person", "actor", "organisation"}:
            official = True
        if (
            unit.cue == "talks"
            or unit.lower in lexicon.mind["people"]
            or (unit.lower,) in lexicon.titles
        ):
            official = True
    return official


def _read_target(scene: Scene, place: int, governor: Governor) -> Part | None:
    """`offensive on X`, `capture of X`, `advance towards X`, `fears for X`, `travel to X`."""
    units, preposition = scene.units, governor.lower
    steps = 0
    for index in range(governor.index - 1, max(-1, governor.index - 9), -1):
        unit = units[index]
        if unit.clause != units[governor.index].clause:
            return None
        if unit.cue in {"neutral", "talks"} and preposition not in {"to"}:
            return None
        steps += 1
        part = _read_head(scene, index, place, preposition, steps)
        if part is not None:
            return part
    return None


def _read_head(scene: Scene, index: int, place: int, preposition: str, steps: int) -> Part | None:
    unit = scene.units[index]
    violent = unit.cue in _VIOLENT or unit.has_verb("assault")
    moving = unit.cue in _MOVING or unit.has_verb("approach")
    if preposition in {"on", "upon", "onto", "against"}:
        if moving:
            return scene.violence(index, place, threat=True)
        if violent or unit.has_verb("harm"):
            return scene.violence(index, place)
    if preposition == "of" and (violent or unit.has_verb("falling") or moving) and steps <= 2:  # noqa: PLR2004
        return scene.violence(index, place)
    if preposition == "of" and unit.lower in {"control", "hold"} and steps == 1:
        part = scene.violence(index, place)
        return part if part.role == "threatened" else None
    if preposition in {"toward", "towards", "to"} and moving:
        return scene.violence(index, place, threat=True)
    if preposition in {"toward", "towards"} and unit.has_verb("pressing"):
        crowd = any(other.lower in _CROWDS for other in scene.units[max(0, index - 6) : index])
        return None if crowd else scene.violence(index, place, threat=True)
    if preposition in {"into", "to", "through"}:
        if unit.lower in _TROOPS and preposition == "into":
            return scene.violence(index, place)
        if violent and preposition != "through" and unit.cue != "state":
            return scene.violence(index, place) if preposition == "into" else None
        if unit.cue == "drive" or unit.has_verb("approach") or unit.cue in {"spread", "extend"}:
            return scene.violence(index, place)
        if unit.lower == "threat" and preposition == "to":
            return Part("threatened", "threatened", "attack", "a threat to it")
        if unit.has_verb("travel") and _gathers(scene, index, "travel"):
            part = scene.violence(index, place)
            return part if part.role == "threatened" else None
        if unit.has_verb("travel", "talks") or unit.cue == "talks":
            return scene.talks(index, place) if _is_official(scene, index + 1) else None
    if preposition == "for":
        if unit.cue == "evacuation":
            return Part("threatened", "threatened", "attack", f"told to leave: {unit.lower!r}")
        if unit.lower in {"battle", "battles", "fight", "fighting", "offensive"}:
            return scene.violence(index, place)
        if unit.lower in {"fears", "fear", "alarm", "feared"} and steps <= 3:  # noqa: PLR2004
            return Part("threatened", "threatened", "attack", f"{unit.lower!r} for it")
    if preposition in {"toward", "towards"} and unit.lower in {"fired", "launched", "fire"}:
        return scene.violence(index, place)
    if preposition == "from" and unit.cue in _VIOLENT and steps <= 4:  # noqa: PLR2004
        between = {step.lower for step in scene.units[index:place]}
        return scene.violence(index, place) if "reported" in between else None
    if preposition == "from" and unit.has_verb("flight", "harm") and unit.lower != "fire":
        crowd = any(u.lower in _CROWDS or u.kind == "number" for u in scene.units[: index + 3])
        return (
            Part("site", "actual", "displacement", f"people {unit.lower!r} it") if crowd else None
        )
    return None


def _read_party(scene: Scene, name: Candidate, governor: Governor) -> Part | None:
    """`representatives from Qatar`, `accepted by Israel`, `talks with Iran`, `appealed to Kyiv`."""
    if not scene.is_government(name) or governor.lower not in _PARTY_PREPOSITIONS:
        return None
    units, mind = scene.units, scene.lexicon.mind
    reach = {"from": 4, "of": 2}.get(governor.lower, 6)
    for index in range(governor.index - 1, max(-1, governor.index - reach), -1):
        unit = units[index]
        if unit.clause != units[governor.index].clause or unit.lower == "border":
            return None
        word = unit.lower
        if governor.lower == "of" and (word in mind["people"] or (word,) in scene.lexicon.titles):
            return _stands(name, f"{word} of")
        if governor.lower == "from" and word in _LEAVING:
            return None
        if governor.lower == "from" and (word in mind["people"] or word in mind["noun"]):
            left = {other.lower for other in units[max(0, index - 4) : index]}
            return None if left & _LEAVING else _stands(name, word)
        strong = word in mind["verb"] - mind["weak"]
        if governor.lower == "by" and (strong or unit.cue or unit.verbs or word.endswith("ed")):
            return _stands(name, f"{word} by")
        if governor.lower in {"with", "between"} and (
            unit.cue == "talks" or unit.has_verb("talks")
        ):
            return _stands(name, word)
        if governor.lower == "to" and (strong or unit.cue == "urging"):
            return _stands(name, f"{word} to")
    return None


def _read_loose(scene: Scene, place: int, governor: Governor) -> Part | None:
    """The people of a place, or what is feared for it, with the attack told elsewhere in the clause."""
    units = scene.units
    after = units[place + 1].lower if place + 1 < len(units) else ""
    people = governor.via & {"population"} or scene.lexicon.nouns.get(after) == "population"
    if not (people or (governor.lower == "for" and governor.index <= 1)):
        return None
    for index in range(max(0, place - _REACH), min(len(units), place + _REACH)):
        unit = units[index]
        if (
            unit.clause == units[place].clause
            and unit.cue in _VIOLENT
            and unit.name is None
            and not _has_own_place(units, index)
        ):
            return scene.violence(index, place)
    return None


def _read_only_place(
    scene: Scene, place: int, name: Candidate, governor: Governor
) -> Part | None:
    """`Shopkeepers in X have shut their doors, expecting an attack`: the sentence's one town."""
    units = scene.units
    if name.kind not in {"city", "point", "admin2"} or scene.is_government(name):
        return None
    if governor.lower not in LOCATIVE | {"of"} or not name.sentence.tokens:
        return None
    for unit in units:
        other = unit.name
        if other is not None and other is not name and unit.is_place and other.kind in {"city", "point"}:
            return None
    if _find_head(scene, governor.index, place) is not None:
        return None
    for index in range(place + 1, min(len(units), place + 2 * _REACH)):
        if units[index].cue == "violence" and not _has_own_place(units, index):
            part = scene.violence(index, place)
            return part if part.modality in {"threatened", "planned"} else None
    return None
