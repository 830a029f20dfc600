"""The command `civmap`: its process; the only place that sets up logging, or exits."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING

from geo import __version__
from geo.errors import CivmapError
from maps.data_command import add_data
from maps.diff_command import add_diff
from maps.expose_command import add_expose
from maps.map_command import add_map
from maps.publish_command import add_publish, add_verify
from maps.serve_command import add_serve
from maps.text_command import add_geocode, add_locate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

_BUG = 1
_INTERRUPTED = 130


def run() -> NoReturn:
    """Be the process: do the command and end at once.

    One command's objects end with it: to look for cycles among them, and to take the interpreter
    down piece by piece, took a fifth of a map's time.
    """
    gc.disable()
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # its reader went away
            stream.flush()
    os._exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    0 done; 1 a bug in civmap; 2 wrong usage; 3 the input is bad; 4 something that is needed
    can't be had.
    """
    parser = _build_parser()
    options = parser.parse_args(argv)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if options.debug else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    _prepare_process()
    try:
        options.act(options)
        sys.stdout.flush()
    except CivmapError as error:
        if options.debug:
            raise
        print(f"civmap {options.command}: {error}", file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:  # the reader of stdout went away, as `head` does
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("civmap: interrupted; nothing was changed", file=sys.stderr)
        return _INTERRUPTED
    except MemoryError:
        print("civmap: out of memory; use a smaller area, raster or radius", file=sys.stderr)
        return 4
    except Exception as error:
        if options.debug:
            raise
        print(
            f"civmap {options.command}: a bug in civmap: {type(error).__name__}: {error}\n"
            "Run it again with --debug and report what it prints.",
            file=sys.stderr,
        )
        return _BUG
    return 0


def _prepare_process() -> None:
    """Write UTF-8 whatever the terminal's language; end cleanly when the terminal is closed."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _build_parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--offline", action="store_true", help="never touch the network")
    common.add_argument("--debug", action="store_true", help="show tracebacks and debug messages")
    parser = argparse.ArgumentParser(
        prog="civmap",
        description="From a news article or an event table to a map of the civilians at risk.",
        epilog="Modelled, not observed. Not a forecast. Not for targeting.",
    )
    parser.add_argument("--version", action="version", version=f"civmap {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_map(commands, common)
    add_locate(commands, common)
    add_geocode(commands, common)
    add_expose(commands, common)
    add_diff(commands, common)
    add_publish(commands, common)
    add_verify(commands, common)
    add_serve(commands, common)
    add_data(commands, common)
    return parser
