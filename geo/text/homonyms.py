"""Words of violence in another sense: heart attacks, drivers' strikes, storms, elections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.text.words import word_set

if TYPE_CHECKING:
    from geo.text.tokens import Token

_NEAR = 8  # tokens
_DOER = 4  # tokens between what does harm and its verb
_AFTER = {  # the words before each that make it one of sport, labour, law or health
    "attack": word_set("heart panic asthma verbal anxiety"),
    "attacks": word_set("heart panic asthma verbal anxiety"),
    "battle": word_set("court legal election political electoral uphill"),
    "offensive": word_set("charm diplomatic media"),
    "war": word_set("trade cold price currency tariff"),
    "strike": word_set("hunger general on labour labor rail rent sit-down"),
    "strikes": word_set("hunger general labour labor rail"),
    "fall": word_set("price snow"),
}
_LABOUR = word_set(
    "workers miners teachers drivers doctors nurses union unions pilots dockers lawyers judges "
    "staff employees"
)
_NATURE = word_set(
    "earthquake earthquakes quake locusts cyclone hurricane typhoon tornado storm storms flood "
    "floods floodwaters drought wildfire wildfires avalanche landslide tsunami volcano virus "
    "elephants hippos sharks inflation recession famine cholera disease rain rains frost"
)
_CONTESTED = ("captur", "seiz", "win", "won", "tak", "took", "battle", "target", "conquer", "march")
_CONTESTS = word_set(
    "election elections vote votes ballot poll polls seat seats title trophy championship league "
    "students protesters demonstrators parliament photo picture match game"
)


def is_harmless(tokens: tuple[Token, ...], position: int) -> bool:
    """Tell whether a word of violence has another sense by the words near it."""
    word = tokens[position].lower
    if position and tokens[position - 1].lower in _AFTER.get(word, ()):
        return True
    for token in tokens[max(0, position - _DOER) : position]:
        if token.lower in _NATURE:
            return True
    others = _CONTESTS if word.startswith(_CONTESTED) else frozenset[str]()
    if word.startswith("strike"):
        others = _LABOUR
    return bool(others) and any(
        token.lower in others for token in tokens[max(0, position - _NEAR) : position + _NEAR]
    )
