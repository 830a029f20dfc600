"""What several commands take: inputs, recognisers, geocoders, radii."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from geo.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from geo.input import Named


def add_recogniser(command: argparse.ArgumentParser) -> None:
    """Add the option that chooses who finds names in text."""
    command.add_argument(
        "--recogniser",
        default="rules",
        metavar="NAME",
        help="who finds the names: rules (default), or spacy[:MODEL], which you have installed",
    )


def add_geocoder(command: argparse.ArgumentParser) -> None:
    """Add the option that chooses who is asked for names that are not on file."""
    command.add_argument(
        "--geocoder",
        default="gazetteer",
        metavar="NAME",
        help="who is asked for names that the gazetteer doesn't know: nobody (gazetteer, the "
        "default), or nominatim[:URL], to whom these names are sent",
    )


def read_input(
    name: str | None, area: str | None = None, days: int | None = None
) -> Path | tuple[bytes, str] | Named | None:
    """Return what is named as input: a file, the bytes of stdin, or what is to be fetched."""
    from geo.input import choose_input

    if name == "-" and area is None and days is None:
        return sys.stdin.buffer.read(), "stdin"
    return choose_input(name, area, days)


def parse_radii(text: str) -> tuple[float, ...]:
    """Return radii in kilometres.

    Raises
    ------
    UsageError
        If they are no numbers.
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--radius {text!r}: expected kilometres such as 2,5,10") from None
