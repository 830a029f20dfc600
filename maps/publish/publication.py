"""From the folder of a run to a bundle of files that others use."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import UsageError
from geo.run import Assessment
from maps.distribution import INTERNAL, PUBLIC
from maps.publish.bundle import replace_folder
from maps.publish.bundle_formats import FORMATS
from maps.publish.formats.readme import write_readme
from maps.publish.guard import Terms, guard_run
from maps.publish.hdx.submission import SHOWCASE_FORMAT, check_profile, write_submission
from maps.publish.manifest import write_bundle_manifest
from maps.publish.release import find_files, read_release
from maps.run import find_run_database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.publish.hdx.submission import Submission

DEFAULT_PROFILE = PUBLIC


def publish_run(
    run: Path | str,
    out: Path,
    *,
    profile: str = DEFAULT_PROFILE,
    formats: Sequence[str] = (),
    terms: Terms | None = None,
    hxl: bool = False,
    submission: Submission | None = None,
    contact: str | None = None,
) -> list[Path]:
    """Write a bundle of a run: all files are new, or the old ones are untouched.

    Parameters
    ----------
    run
        A folder that `civmap map` wrote, or its `run.duckdb`: nothing else is read.
    profile
        `public` (see `maps.publish.guard` for what is left out) or `internal`.
    formats
        Names of `FORMATS`; empty: all.
    terms
        What the public profile is held to.
    hxl
        Whether CSV and XLSX tables get a row of HXL hashtags.
    submission
        Where on HDX the bundle is meant to go: adds hdx.json, and sends nothing.
    contact
        Whom to ask about the bundle, for its README.

    Returns
    -------
        The files, by name.

    Raises
    ------
    UsageError
        If a profile or format is unknown.
    InputError
        If the profile forbids what was asked.
    UnavailableError
        If the run is missing, or the bundle can't be written.
    """
    if profile not in (PUBLIC, INTERNAL):
        raise UsageError(f"profile {profile!r}: expected {PUBLIC} or {INTERNAL}")
    wrong = [name for name in formats if name not in FORMATS]
    if wrong:
        raise UsageError(f"format {wrong[0]!r}: expected {', '.join(FORMATS)}")
    if submission is not None:
        check_profile(profile)
        formats = [*formats, SHOWCASE_FORMAT] if formats else formats
    terms = terms or Terms()
    with tempfile.TemporaryDirectory() as aside, replace_folder(out, _list_old(out)) as folder:
        path = guard_run(find_run_database(run), Path(aside) / "run.duckdb", profile, terms)
        own = Assessment(path)
        with own.connect():  # held open: each of the writers opens it again, which is then quick
            release = read_release(own, hxl=hxl, contact=contact)
            for name, write in FORMATS.items():
                if not formats or name in formats:
                    write(release, folder)
            write_readme(release, folder)
            if submission is not None:
                write_submission(release, folder, submission)
            write_bundle_manifest(release, folder)
        files = find_files(folder)
    return [out / file.relative_to(folder) for file in files]


def _list_old(out: Path) -> set[str]:
    """Return what of a folder is an earlier bundle's, by its manifest; the rest is kept."""
    try:
        manifest = json.loads((out / "manifest.json").read_bytes())
        return {"manifest.json"} | {Path(file["name"]).parts[0] for file in manifest["outputs"]}
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return set()
