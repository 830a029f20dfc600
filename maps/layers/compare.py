"""The static and the dated density side by side, with a divider that is moved over the map."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from folium.map import Layer as FoliumLayer
from folium.template import Template

from maps.escape import dump_json
from maps.layers.drawing import LayerDrawing

if TYPE_CHECKING:
    from maps.run import RunData
    from maps.wording import Wording

KEY = "density-compare"


def draw(
    static: LayerDrawing | None, dated: LayerDrawing | None, run: RunData, words: Wording
) -> LayerDrawing | None:
    """Draw two densities on one map, each on its side; None where there is only one."""
    if static is None or dated is None:
        return None
    _ = words.translate
    day = words.day(run.facts.get("as_of"))
    texts: dict[str, Any] = {
        "panes": [static.key, dated.key],
        "names": [_("static"), day],
        "divider": _("Divider: static on the left, {day} on the right").format(day=day),
    }
    longest = max(static.legend, dated.legend, key=len)
    return LayerDrawing(
        KEY,
        _("Static and on the day, side by side"),
        "people",
        Comparison(KEY, texts, (static, dated)),
        [dataclasses.replace(entry, note=None) for entry in longest],
        note=_(
            "Left of the divider: static. Right of it: {day}. Drag it, or use the arrow keys."
        ).format(day=day),
        exclusive=True,
        shown=False,
    )


class Comparison(FoliumLayer):
    """A folium layer of two others, which `maps/web/compare.js` clips at a divider."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <script type="application/json" id="data-{{ this.key }}">{{ this.block }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = civmap.compare({{ this.key|tojson }}, [
                {{ this.layers[0].get_name() }}, {{ this.layers[1].get_name() }}]);
        {% endmacro %}
        """
    )

    def __init__(
        self, key: str, texts: dict[str, Any], layers: tuple[LayerDrawing, LayerDrawing]
    ) -> None:
        super().__init__(name=key, overlay=True, control=False, show=False)
        self._name = "Comparison"
        self.key = key
        self.block = dump_json(texts)
        self.layers = [layer.element for layer in layers]
