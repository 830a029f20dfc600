"""`civmap publish`, `civmap verify`: bundles for others, made and checked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse


def add_publish(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser of `civmap`."""
    command = commands.add_parser(
        "publish",
        parents=[common],
        help="a run to layers that others use, in every format, held back what may do harm",
    )
    command.add_argument("run", metavar="RUN", help="a folder that `civmap map` wrote")
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where the bundle goes"
    )
    command.add_argument(
        "--profile",
        default="public",
        choices=["public", "internal"],
        help="public: without what may do harm (the default); internal: everything",
    )
    command.add_argument(
        "--format",
        dest="formats",
        nargs="+",
        default=[],
        metavar="NAME",
        help="only these formats",
    )
    command.add_argument(
        "--released-by", metavar="NAME", help="who answers for the release; kept in the bundle"
    )
    command.add_argument(
        "--sensitivity", type=Path, metavar="FILE", help="the sensitivity class of each layer"
    )
    command.add_argument(
        "--previous",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="an earlier release that this one must give nothing away with",
    )
    command.set_defaults(act=_publish)


def _publish(options: argparse.Namespace) -> None:
    from maps.publish.guard import Terms
    from maps.publish.publication import publish_run

    ask = _ask_name if sys.stdin.isatty() and sys.stderr.isatty() else None
    terms = Terms(options.sensitivity, tuple(options.previous), options.released_by, ask)
    for path in publish_run(
        options.run, options.out, profile=options.profile, formats=options.formats, terms=terms
    ):
        print(path)


def _ask_name(reason: str) -> str | None:
    """Ask on the terminal who answers for a release; None: nobody."""
    print(f"This release needs the name of a person: {reason}.", file=sys.stderr)
    print("Released by: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() or None
