"""Places that the text mentions and tells nothing of: what was found, not what is at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapely.geometry import Point

from maps.layers.drawing import Label, LayerDrawing, LegendEntry, Popup, Shapes, ShapeSet
from maps.style import MENTIONED_MARK

if TYPE_CHECKING:
    from maps.run import Record, RunData
    from maps.wording import Wording

KEY = "mentioned"
_LABEL_RANK = 1.0  # after the events' names


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw a hollow mark for each place; None where there are none.

    The layer is shown when the page opens only if no place is threatened or harmed.
    """
    if not run.mentioned:
        return None
    shapes = ShapeSet({"mentioned": MENTIONED_MARK}, decimals=5)
    for place in run.mentioned:
        shapes.add(
            Point(place["lon"], place["lat"]),
            "mentioned",
            popup=_make_popup(place, words),
            label=Label(place["name"], _LABEL_RANK, "mention", place["lon"], place["lat"]),
        )
    _ = words.translate
    count = words.translate_plural("{count} place", "{count} places", len(run.mentioned))
    shown = not run.is_of_concern
    return LayerDrawing(
        KEY,
        _("Places mentioned"),
        "events",
        Shapes(KEY, shapes, shown=shown),
        [
            LegendEntry(
                words.translate("Mentioned, nothing reported there"), MENTIONED_MARK, note=count
            )
        ],
        shown=shown,
    )


def name_tier(tier: str, words: Wording) -> str:
    """Return what the tier of a reading means to a reader."""
    _ = words.translate
    names = {"sure": _("sure"), "doubtful": _("doubtful: another place may be meant")}
    return names.get(tier, tier)


def _make_popup(place: Record, words: Wording) -> Popup:
    _ = words.translate
    title = words.join(part for part in (place["name"], place["country"]) if part)
    precision = words.measure(place["precision_km"], "km")
    rows = [
        (_("Reading"), name_tier(place["tier"], words)),
        (_("Position"), _("within {distance}").format(distance=precision)),
    ]
    return Popup(title, rows, [_("Mentioned only; nothing is reported there.")])
