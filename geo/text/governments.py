"""A capital or a country as the subject of what governments do: `Paris has put forward a plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.scene import stands
from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.candidates import Candidate
    from geo.text.clauses import Unit
    from geo.text.scene import Part, Scene

_AHEAD = 6  # units of the predicate that are looked at
_BORNE = word_set(
    "be face suffer see host come fall remain become burn go lie stand wake witness endure stay "
    "have need grow lose brace starve"
)
_BORNE_PAST = word_set(
    "been become seen suffered fallen endured grown changed lost turned fared gone had come "
    "witnessed experienced remained lived absorbed swollen emptied filled shrunk burned burnt "
    "bled starved woken risen struggled lacked plunged slipped descended slid sunk boasted looked "
    "reeled trembled shook celebrated mourned buried wished voted braced awakened housed sheltered "
    "belonged used"
)
_BORNE_NOW = word_set(
    "bracing facing burning suffering falling becoming going being living running reeling mourning "
    "growing bleeding starving sinking bristling waking holding"
)
_IRREGULAR = word_set(
    "sent gave took put made kept drew held let told paid bought sold shut cut broke chose spoke "
    "wrote flew brought began wants speaks keeps pays sends holds needs knows thinks stays answers "
    "repeats moves reports shows asks leaves lets left built builds buys sells threw stood quit "
    "withdrew won fought saw thought felt meant led hid bid spent lent set"
)
_ADDRESSED = word_set("asked urged accused blamed invited informed criticised pressed told warned")
_DONE = word_set("flown drawn taken given put made let shown broken written spoken frozen begun")
_SKIPPED = word_set(
    "also again now then since meanwhile itself too not never soon later twice on yet for part "
    "still both all each just once"
)
_VERBS_IN_LY = word_set("reply supply apply rely comply fly multiply rally")
_WILLING = word_set("expected due set ready prepared willing reluctant unwilling determined")
_HAVE = frozenset({"has", "have", "had"})
_MODALS = word_set("will would could may might must should can did does do")
_BE = frozenset({"is", "was", "are", "were"})
_NO_VERB = word_set(
    "a an the no its many few some several two three little only more less to long enough"
)


def read_government(
    scene: Scene, name: Candidate, predicate: list[tuple[int, Unit]]
) -> Part | None:
    """Return the part of a government of which the predicate tells an act, None if of a town."""
    if not scene.is_government(name):
        return None
    units = [unit for _, unit in predicate[:_AHEAD]]
    if any(unit.cue == "centre" or unit.has_verb("hosting") for unit in units[:2]):
        return None
    words = _read_words(units)
    if not words:
        return None
    act = _find_act(scene, units, words)
    return stands(name, act) if act else None


def _read_words(units: list[Unit]) -> list[str]:
    """Words of the predicate up to a mark or a name, without adverbs and `on Tuesday`."""
    words: list[str] = []
    for unit in units:
        if unit.kind == "mark" or (unit.name and words):
            break
        if unit.name:
            return []
        for word in unit.lower.split():
            if word in _SKIPPED or (word.endswith(("ly", "day")) and word not in _VERBS_IN_LY):
                continue
            words.append(word)
    return words


def _find_act(scene: Scene, units: list[Unit], words: list[str]) -> str | None:
    """Return the words that tell an act."""
    second = words[1] if len(words) > 1 else ""
    if words[0] in _MODALS | _HAVE | _BE:
        done = _does_after_auxiliary(scene, words[0], second, words[2:4])
        return f"{words[0]} {second}" if done else None
    return words[0] if _does(scene, units[0], words[0], second) else None


def _does_after_auxiliary(scene: Scene, auxiliary: str, verb: str, after: list[str]) -> bool:
    """Tell an act: `will send`, `has drafted`, `has yet to`, `is paying`, `was asked`."""
    if auxiliary in _MODALS:
        return verb != "" and verb not in _BORNE | _NO_VERB
    if verb in _WILLING and after[:1] == ["to"]:  # is expected to respond
        return len(after) > 1 and after[1] not in _BORNE
    if auxiliary in _HAVE and verb == "been" and after:  # has been mediating
        auxiliary, verb = "was", after[0]
    if auxiliary in _BE:
        return (verb.endswith("ing") and verb not in _BORNE_NOW) or verb in _ADDRESSED
    if verb == "to" or (verb == "no" and after[:1] in (["intention"], ["plans"])):
        return True
    if verb in scene.lexicon.mind["verb"] - scene.lexicon.mind["weak"]:
        return True
    return (verb.endswith(("ed", "en")) or verb in _IRREGULAR | _DONE) and (
        verb not in _BORNE_PAST | _NO_VERB
    )


def _does(scene: Scene, unit: Unit, verb: str, after: str) -> bool:
    """Tell an act by a single verb: `drafted a text`, `sends`, `struck the port`."""
    mind = scene.lexicon.mind
    if after == "by" or verb in _BORNE_PAST or unit.cue == "state":
        return False
    if verb in mind["verb"] - mind["weak"] or unit.cue in {"urging", "design"}:
        return True
    if unit.has_verb("talks", "approach") or (unit.has_verb("assault", "siege", "harm") and after):
        return True
    if verb in {"back", "support"}:
        return after in {"the", "his", "its", "a", "both", "their"}
    if after and any(form == "third" for _, form in unit.verbs):
        return True
    return verb in _IRREGULAR or (verb.endswith("ed") and verb not in scene.lexicon.nouns)
