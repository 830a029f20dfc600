"""`civmap diff`: two runs, what changed and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse


def add_diff(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser of `civmap`."""
    command = commands.add_parser(
        "diff", parents=[common], help="two runs: what changed, by how much, and why"
    )
    for name in ("before", "after"):
        command.add_argument(
            name, metavar="RUN", help="a folder that `civmap map` wrote, or its run.duckdb"
        )
    command.add_argument("--json", action="store_true", help="print JSON, with full numbers")
    command.set_defaults(act=_diff)


def _diff(options: argparse.Namespace) -> None:
    from maps.publish.diff import compare_folders, dump_comparison, write_comparison

    compared = compare_folders(options.before, options.after)
    print((dump_comparison if options.json else write_comparison)(compared), end="")
