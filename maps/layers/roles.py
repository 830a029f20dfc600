"""What the part of a place in an event, and how the event is reported, are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maps.wording import Wording

OTHER = "other"
"""Any other role than those that have a mark of their own."""


def name_role(role: str, words: Wording) -> str:
    """Return what a role means to a reader."""
    _ = words.translate
    names = {
        "threatened": _("Threatened: an attack is announced or feared"),
        "site": _("Violence or harm is reported"),
        "venue": _("Venue of talks, visits or mediation"),
    }
    return names.get(role, _("Other place of an event"))


def name_modality(modality: str, words: Wording) -> str:
    """Return what a modality means to a reader."""
    _ = words.translate
    names = {
        "actual": _("happening"),
        "threatened": _("threatened"),
        "planned": _("planned"),
        "past": _("past"),
        "denied": _("denied"),
    }
    return names.get(modality, modality)
