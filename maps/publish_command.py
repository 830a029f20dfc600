"""`civmap publish`, `civmap verify`: bundles for others, made and checked."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from maps.publish.hdx.submission import Submission


def add_publish(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser of `civmap`."""
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
        "--hxl",
        action="store_true",
        help="a row of HXL hashtags under the header of CSV and XLSX tables",
    )
    command.add_argument(
        "--released-by", metavar="NAME", help="who answers for the release; kept in the bundle"
    )
    command.add_argument(
        "--contact", metavar="TEXT", help="whom to ask about the bundle, such as an address"
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
    _add_hdx(command)
    command.set_defaults(act=_publish)


def _add_hdx(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--hdx",
        action="store_true",
        help="send the bundle to the Humanitarian Data Exchange; the key is read from "
        "CIVMAP_HDX_KEY",
    )
    command.add_argument(
        "--dry-run", action="store_true", help="with --hdx: write and check hdx.json, send nothing"
    )
    command.add_argument(
        "--hdx-organisation", default="", metavar="NAME", help="whose data set it is, as on HDX"
    )
    command.add_argument(
        "--hdx-maintainer", default="", metavar="NAME", help="who answers for it, as on HDX"
    )
    command.add_argument(
        "--hdx-site",
        default="stage",
        metavar="SITE",
        help="stage (the default: HDX's site for trials), prod, or an address",
    )
    command.add_argument(
        "--hdx-name",
        metavar="NAME",
        help="name of the data set; one that is there is updated (default: by the map number)",
    )
    command.add_argument(
        "--hdx-map-url", metavar="URL", help="where the map can be looked at, for the showcase"
    )


def _publish(options: argparse.Namespace) -> None:
    from maps.publish.guard import Terms
    from maps.publish.publication import publish_run

    submission = _read_submission(options)
    key = _read_key(options)
    ask = _ask_name if sys.stdin.isatty() and sys.stderr.isatty() else None
    terms = Terms(options.sensitivity, tuple(options.previous), options.released_by, ask)
    for path in publish_run(
        options.run,
        options.out,
        profile=options.profile,
        formats=options.formats,
        terms=terms,
        hxl=options.hxl,
        contact=options.contact,
        submission=submission,
    ):
        print(path)
    if submission is not None:
        _send(options.out, key)


def _read_submission(options: argparse.Namespace) -> Submission | None:
    from maps.publish.hdx.submission import Submission, check_profile, find_site

    if not options.hdx:
        if options.dry_run:
            raise UsageError("--dry-run goes with --hdx")
        return None
    check_profile(options.profile)
    return Submission(
        options.hdx_organisation,
        options.hdx_maintainer,
        find_site(options.hdx_site),
        options.hdx_name,
        options.hdx_map_url,
    )


def _read_key(options: argparse.Namespace) -> str | None:
    """Return the key before any work is done; None where nothing is sent."""
    if not options.hdx or options.dry_run:
        return None
    if options.offline:
        raise UsageError("--hdx sends files, and --offline forbids it; use --dry-run")
    from maps.publish.hdx.upload import read_key

    return read_key()


def _send(folder: Path, key: str | None) -> None:
    from maps.publish.hdx.submission import FILE_NAME, list_uploads
    from maps.publish.hdx.upload import upload_bundle

    if key is not None:
        print(upload_bundle(folder, key))
        return
    for line in list_uploads(json.loads((folder / FILE_NAME).read_bytes())):
        print(line)


def add_verify(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser of `civmap`."""
    command = commands.add_parser(
        "verify",
        parents=[common],
        help="whether the files of a bundle or a run are those of its manifest",
    )
    command.add_argument("folder", type=Path, metavar="DIR", help="the folder with manifest.json")
    command.set_defaults(act=_verify)


def _verify(options: argparse.Namespace) -> None:
    from maps.publish.verify import verify_folder

    count = verify_folder(options.folder)
    print(f"{count} files are as manifest.json says, and there are no others")


def _ask_name(reason: str) -> str | None:
    """Ask on the terminal who answers for a release; None: nobody."""
    print(f"This release needs the name of a person: {reason}.", file=sys.stderr)
    print("Released by: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() or None
