"""Pages of whole runs in each language that the map offers, for what must hold on all of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from geo.assessment import run_assessment
from geo.settings import PopulationChoice, Settings
from maps import RiskMap
from maps.cli import _build_parser
from tests.day_runs import write_days

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KINDS = ("example", "series", "every layer", "empty")
DAYS = ("2023-11-15", "2024-01-15", "2024-02-24")


@cache
def list_languages() -> tuple[str, ...]:
    """Return the languages that `civmap map --lang` offers."""
    (commands,) = (action for action in _build_parser()._actions if action.dest == "command")
    options = commands.choices["map"]._actions
    return tuple(next(option for option in options if option.dest == "lang").choices)


LANGUAGES = list_languages()


def write_run(kind: str, make_run: Callable[..., Path], folder: Path) -> Path:
    """Write a run of a kind and return the path of its database."""
    if kind == "every layer":
        return make_run(compared=True)
    if kind == "empty":
        return make_run(has_zones=False, events={}, units={})
    if kind == "series":
        both = Settings(
            population_model="embedded", other_populations=(PopulationChoice("coarse"),)
        )
        return write_days(DAYS, DAYS[-1], folder, both).path
    return run_assessment(None, Settings(), folder / "run.duckdb").path


def write_page(run: Path, lang: str, folder: Path) -> Path:
    """Write a run's page in a language and return its path."""
    path = folder / f"map-{lang}.html"
    RiskMap(run, lang=lang).save(path)
    return path
