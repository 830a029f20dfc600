"""`civmap serve`: a run as an OGC API."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse


def add_serve(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser of `civmap`."""
    command = commands.add_parser(
        "serve",
        parents=[common],
        help="a run as an OGC API: layers and people by cell, for GIS programs",
    )
    command.add_argument("run", metavar="RUN", help="a folder that `civmap map` wrote")
    command.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="NAME",
        help="where it listens (default: 127.0.0.1, which others can't reach)",
    )
    command.add_argument(
        "--port", type=int, default=5000, metavar="N", help="0: any that is free (default: 5000)"
    )
    command.add_argument(
        "--profile",
        choices=["public", "internal"],
        help="what is served (default: internal on this machine alone, public where --host or "
        "--url lets others in)",
    )
    command.add_argument(
        "--url", metavar="URL", help="the address that others know it by, behind another server"
    )
    command.add_argument("--released-by", metavar="NAME", help="who answers for what is served")
    command.add_argument(
        "--sensitivity", type=Path, metavar="FILE", help="the sensitivity class of each layer"
    )
    command.set_defaults(act=_serve)


def _serve(options: argparse.Namespace) -> None:
    from maps.publish.guard import Terms
    from maps.serve.server import Stand, open_server

    terms = Terms(protocol=options.sensitivity, released_by=options.released_by)
    stand = Stand(options.host, options.port, options.profile, options.url, terms)
    with open_server(options.run, stand) as (server, url):
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
        print(f"{stand.chosen_profile} at {url} until it is interrupted", flush=True)
        server.serve_forever()
