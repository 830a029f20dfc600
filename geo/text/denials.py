"""What a text tells only to deny it: plans disowned or dropped, tales called false."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.forces import WEAPONS, is_armed
from geo.text.surroundings import BE, markers_left
from geo.text.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.text.clauses import Unit

_NEAR = 4
_OBJECT = 8  # units between a plan dropped and what was planned
_BEHIND = 26  # units after what was to come
_BEFORE = 40  # and before it
_PLAIN_DENIALS = word_set("will would did does do has have had was were is are")
_NOBODY = frozenset({"nobody", "no one", "no-one", "none"})
_ELSE = word_set(
    "only just yet end let-up sign stop ending doubts doubt doubted disputes knows wants can dares"
)
_TALES = word_set(
    "rumours rumour rumors rumor reports report claims claim story stories talk message "
    "messages texts post posts suggestions suggestion allegations allegation letter "
    "letters whispers notion idea speculation warnings warning tale tales leaflet "
    "leaflets fears map charge charges accusation accusations video recording call threat "
    "threats"
)
_ACCOUNTS = word_set("claims claim reports report allegations allegation accusations charge")
_OMENS = word_set("would will could planned plans imminent coming impending looming about going to")
_FALSE = word_set(
    "false untrue baseless hoax nonsense fabricated invented unfounded groundless forgery "
    "forged fake fakes lies lie lying rubbish absurd debunked invention fiction fantasy "
    "fabrication falsehood prank foundation disproved mistake mistaken withdrawn "
    "retracted"
)
DENYING = word_set(
    "deny denies denied denying contradict contradicts contradicted disown disowns "
    "disowned rebut rebuts rebutted repudiated refute refutes refuted quashed scotched "
    "discredited discredits countered debunked"
)
_REJECTING = word_set("reject rejects rejected rejecting dismiss dismisses dismissed dismissing")
_DROPPING = (
    word_set(
        "jettisoned drop dropped abandon abandons abandoned abandoning scrap scraps "
        "scrapped shelve shelved cancel cancels cancelled canceled postpone postpones "
        "postponed halt suspends suspended"
    )
    | frozenset({"called off", "call off", "calls off", "calling off", "put off", "stood down"})
    | word_set(
        "halt stop halts halted stops stopped lifted lifts forbidden forbade forbids forbid banned "
        "withdrawn withdrew withdraws retracted"
    )
)
_LET_FALL = WEAPONS | {"leaflets"}
_UNDONE = word_set(
    "averted avoided prevented dropped shelved scrapped postponed cancelled canceled "
    "aborted abandoned suspended forestalled halted stopped stalled reversed thwarted "
    "foiled frozen"
) | frozenset({"called off", "put off"})
_HAPPENING = word_set("happen materialise materialize come take go occur follow came happened took")
_SWORN = word_set("vowed warned threatened swore pledged vows threatens warns")
_LED = frozenset({"having", "had", "never", "not"})
_ASIDE = word_set("after before at as by over amid following until pending in , .") | {""}
_ASKING = word_set("call calls called calling wants want pressed pressure should must efforts bid")
_ASIDES = frozenset({"which", "who", "whom", "whose"})
_COMPLEMENTS = frozenset(
    {"that", "alleging", "claiming", "saying", "having", "any", "a", "the", "which", "who"}
)
_PRONOUNS = frozenset({"it", "they", "this", "them"})


def read_denial(units: tuple[Unit, ...], anchor: int, left: list[tuple[int, Unit]]) -> str | None:
    """Return `denied` if the words before deny it, `threatened` if they deny that; else None."""
    urged = any(
        unit.cue in {"urging", "avert", "against"} or unit.lower.startswith("warn")
        for _, unit in left
    )
    for index, unit in left:
        if unit.cue == "denial" and not _is_asked(units, index):
            negated = any(units[step].cue == "negation" for step in range(max(0, index - 2), index))
            return "threatened" if negated else "denied"
        if unit.lower == "no" and is_armed(units[index + 1]):
            return "denied"  # no troops are on their way to X
        before = units[index - 1].lower if index else ""
        stated = before in _PLAIN_DENIALS or unit.lower in _NOBODY  # will not, did not
        if unit.cue == "negation" and anchor - index <= _NEAR and (stated or not urged):
            following = units[index + 1].lower if index + 1 < len(units) else ""
            if following not in _ELSE:
                return "denied"
    return None


def is_denied(units: tuple[Unit, ...], anchor: int, place: int) -> bool:
    """Tell whether what is said of a place is denied, before it or behind it."""
    denial = read_denial(units, anchor, list(markers_left(units, anchor)))
    return denial == "denied" or is_withdrawn(units, anchor, place)


def is_withdrawn(units: tuple[Unit, ...], anchor: int, place: int) -> bool:
    """Tell what was planned and dropped, or told and called false, wherever that is said."""
    return (
        _is_dropped(units, anchor)
        or _is_rejected(units, anchor)
        or _is_undone(units, anchor, max(anchor, place))
        or _is_false(units, anchor, max(anchor, place))
    )


def is_hearsay(units: tuple[Unit, ...], anchor: int) -> bool:
    """Tell whether a rumour, a message or the like says it."""
    return any(unit.lower in _TALES for _, unit in _walk_left(units, anchor))


def is_foretold(units: tuple[Unit, ...], anchor: int) -> bool:
    """Tell whether what is denied was to come: `rumours of a raid`, not `claims of a raid`."""
    near = {unit.lower for unit in units[max(0, anchor - _OBJECT) : anchor]}
    return not near & _ACCOUNTS or bool(near & _OMENS)


def _is_dropped(units: tuple[Unit, ...], anchor: int) -> bool:
    """Read `abandoned its march on X`, `agreed to call off the battle for X`."""
    for index in range(anchor - 1, max(-1, anchor - _OBJECT), -1):
        unit = units[index]
        if unit.is_place or unit.kind == "mark" or unit.cue in {"boundary", "relative"}:
            return False
        if unit.lower in _DROPPING and not _is_asked(units, index):
            let_fall = unit.lower.startswith("drop") and units[anchor].lower in _LET_FALL
            lasting = units[anchor].cue == "state" or units[anchor].has_verb("siege")
            return not (let_fall or lasting or _is_negated(units, index))
    return False


def _is_rejected(units: tuple[Unit, ...], anchor: int) -> bool:
    """Read `contradicted a report that X ...`, `dismissed as a hoax the message which ...`."""
    between: set[str] = set()
    for index, unit in _walk_left(units, anchor):
        if unit.cue == "relative" and "that" not in between:
            return False  # denied that it had helped the rebels who advance on X
        aside = unit.lower in _ASIDES and index and units[index - 1].lower in {",", "of"}
        if aside or (unit.lower in _SWORN and (not index or units[index - 1].lower not in _LED)):
            return False
        denies = unit.lower in DENYING and bool(between & _COMPLEMENTS)
        claims = between & (_TALES | _FALSE) or "that" in between
        if denies or ((unit.lower in _REJECTING or unit.cue == "denial") and claims):
            return not _is_negated(units, index)
        between.add(unit.lower)
    return False


def _is_undone(units: tuple[Unit, ...], anchor: int, start: int) -> bool:
    """Read `the raid on X was called off`, `an attack on X that never came`."""
    if units[anchor].verbs and not units[anchor].cue:
        tale = any(unit.lower in {"plan", "plans"} for unit in units[max(0, anchor - 3) : anchor])
        if not tale:
            return False
    for index, unit in _walk_right(units, start):
        if unit.lower == "but" or (unit.verbs and unit.lower not in BE | _UNDONE | _HAPPENING):
            return False
        before = [step.lower for step in units[max(0, index - 3) : index]]
        if unit.lower in _UNDONE:
            after = units[index + 1].lower if index + 1 < len(units) else ""
            scrapped = not unit.verbs and after in _ASIDE  # as headings have it
            return (bool(set(before) & BE) or scrapped) and "not" not in before
        if unit.lower in _HAPPENING and set(before) & {"not", "never"}:
            return True
        if unit.cue == "denial" and set(before) & BE and unit.lower not in DENYING:
            return not _is_negated(units, index)
    return False


def _is_false(units: tuple[Unit, ...], anchor: int, start: int) -> bool:
    """Read `rumours that X would be raided were false`, `it is not true that ...`."""
    tale = False
    for index, unit in _walk_left(units, anchor):
        near = {step.lower for step in units[max(0, index - 3) : index]}
        if unit.lower == "true" and "not" in near:
            return True
        if unit.lower == "truth" and near & {"no", "not"}:
            return True
        if tale and unit.lower in _FALSE:
            return "not" not in near
        tale = tale or unit.lower in _TALES or unit.lower == "says"
    if not tale:
        return False
    but = False
    for index, unit in _walk_right(units, start):
        but = but or unit.lower in {"but", "and"}
        near = {step.lower for step in units[max(0, index - _NEAR) : index]}
        denied = unit.cue == "denial" and (unit.lower not in DENYING or bool(near & BE))
        if unit.lower in _FALSE or denied:
            return "not" not in near and (not but or bool(near & _PRONOUNS))
    return False


def _is_asked(units: tuple[Unit, ...], index: int) -> bool:
    """Tell `urged them to call off the raid` from `agreed to call off the raid`."""
    if units[index - 1].lower not in {"to", "should", "must"}:
        return False
    return any(
        unit.cue == "urging" or unit.lower in _ASKING
        for unit in units[max(0, index - _OBJECT) : index]
    )


def _is_negated(units: tuple[Unit, ...], index: int) -> bool:
    return any(unit.cue == "negation" for unit in units[max(0, index - 2) : index])


def _walk_left(units: tuple[Unit, ...], anchor: int) -> Iterator[tuple[int, Unit]]:
    for index in range(anchor - 1, max(-1, anchor - _BEFORE), -1):
        if units[index].lower in {";", "but"}:
            return
        yield index, units[index]


def _walk_right(units: tuple[Unit, ...], start: int) -> Iterator[tuple[int, Unit]]:
    for index in range(start + 1, min(len(units), start + _BEHIND)):
        if units[index].lower == ";":
            return
        yield index, units[index]
