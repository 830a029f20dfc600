"""How sensitive each layer is: the classes that a response's information-sharing protocol sets.

The classes are those of OCHA's Data Responsibility Guidelines. `low` and `moderate` are published,
`high` as counts by administrative unit only, `severe` not at all; neither is what has no class.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

CLASSES = ("low", "moderate", "high", "severe")
LAYERS = ("zones", "units", "events", "facilities", "density", "groups", "needs", "series")
"""What a public bundle may hold; parts of zones by unit go with the zones."""

DEFAULT = Path(__file__).with_name("sensitivity.toml")
_KEYS = ("layers", "named_from", "named_from_people")


@dataclass(frozen=True, slots=True)
class Protocol:
    """The classes of the layers, and from when on a person's name is needed.

    Attributes
    ----------
    classes
        By layer; a layer that is not there has none.
    named_from
        The class from which on who releases a layer of it must be named.
    named_from_people
        The number of people in one figure from which on the same holds; None: no number.
    """

    classes: Mapping[str, str]
    named_from: str = "high"
    named_from_people: int | None = None

    def is_told(self, layer: str) -> bool:
        """Whether a layer is published, be it by unit only."""
        return self.classes.get(layer, "severe") != "severe"

    def is_whole(self, layer: str) -> bool:
        """Whether a layer is published as it is, not by unit only."""
        return self.classes.get(layer) in ("low", "moderate")

    def find_named(self) -> list[str]:
        """Return the layers that are published and need a name."""
        least = CLASSES.index(self.named_from)
        return [
            layer
            for layer in LAYERS
            if self.is_told(layer) and CLASSES.index(self.classes[layer]) >= least
        ]


def read_protocol(path: Path | None) -> Protocol:
    """Read a protocol; civmap's own where there is none.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    InputError
        If it is no such file; the message names the line.
    """
    path = path or DEFAULT
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnavailableError(f"--sensitivity {path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"--sensitivity {path.name}, line {line}: not UTF-8") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"--sensitivity {path.name} is no TOML: {error}") from error
    faults = _find_faults(table)
    if faults:
        listed = "\n".join(
            f"  line {_find_line(text, key)}: {fault}" for key, fault in faults.items()
        )
        raise InputError(f"--sensitivity {path.name}:\n{listed}")
    return Protocol(
        dict(table["layers"]), table.get("named_from", "high"), table.get("named_from_people")
    )


def _find_faults(table: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong, by the key that it is at."""
    expected = f"expected one of {', '.join(CLASSES)}"
    faults = {
        str(key): f"{key!r} is not known; expected {', '.join(_KEYS)}"
        for key in table
        if key not in _KEYS
    }
    layers = table.get("layers")
    if not isinstance(layers, dict):
        return faults | {"layers": "a table [layers] with a class for each layer is missing"}
    for layer, given in layers.items():
        if layer not in LAYERS:
            faults[layer] = f"no layer {layer!r}; expected {', '.join(LAYERS)}"
        elif given not in CLASSES:
            faults[layer] = f"{layer} = {given!r}: {expected}"
    if table.get("named_from", "high") not in CLASSES:
        faults["named_from"] = f"named_from = {table['named_from']!r}: {expected}"
    people = table.get("named_from_people", 1)
    if isinstance(people, bool) or not isinstance(people, int) or people < 1:
        faults["named_from_people"] = f"named_from_people = {people!r}: expected a whole number"
    return faults


def _find_line(text: str, key: str) -> int:
    """Return the line that sets a key; the first where none does."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.split("=")[0].strip().strip("\"'[]") == key:
            return number
    return 1
