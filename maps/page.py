"""The map of a run: one HTML file that opens with no network, and its printed twins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import UnavailableError, UsageError
from maps.run import find_run_database, read_run
from maps.sheet.paper import DEFAULT, FORMATS, find_paper
from maps.wording import load_wording

if TYPE_CHECKING:
    from maps.run import HasPath

_NOTEBOOK_HEIGHT_PX = 760


class RiskMap:
    """The map of a run; shows itself in a notebook, with no network too.

    Parameters
    ----------
    run
        An assessment, the path of a run folder, or the path of a `run.duckdb`. The map is read
        from the run database and nothing else.
    lang
        Language of the page's fixed texts.

    Raises
    ------
    UsageError
        If `run` is none of these.

    Examples
    --------
    >>> RiskMap("out/example").save("map.html")  # doctest: +SKIP
    """

    def __init__(self, run: HasPath | Path | str, *, lang: str = "en") -> None:
        self._run = run  # kept: a temporary run lives as long as its assessment
        self.path = find_run_database(run)
        self.lang = lang

    def to_html(self) -> str:
        """Return the page. The same run gives the same bytes.

        Raises
        ------
        UnavailableError
            If the run database or a packaged asset is missing.
        """
        from maps.document import render_document

        return render_document(read_run(self.path), load_wording(self.lang))

    def to_sheet(self, paper: str = DEFAULT, *formats: str) -> list[bytes]:
        """Return the map as a sheet of paper, with the page's figures. Same run, same bytes.

        Parameters
        ----------
        paper
            `a4`, `a4-portrait`, `a3` or `a3-portrait`.
        formats
            `pdf`, `png` or both, the order of what is returned; both if none is given.

        Raises
        ------
        UsageError
            If there is no such paper or format.
        UnavailableError
            If the run database is missing.
        """
        sheet = find_paper(paper)
        if not set(formats) <= set(FORMATS):
            raise UsageError(f"formats {', '.join(formats)}: expected {' or '.join(FORMATS)}")
        from maps.sheet.output import render_sheet

        return render_sheet(read_run(self.path), load_wording(self.lang), sheet, formats or FORMATS)

    def save(self, path: Path | str, *, paper: str | None = None) -> None:
        """Write the map to a file: a sheet of paper for `.pdf` and `.png`, else the page, UTF-8.

        Parameters
        ----------
        paper
            Of a sheet, as in `to_sheet`; `a4` if left out.

        Raises
        ------
        UsageError
            If there is no such paper, or the file is not one of a sheet.
        UnavailableError
            If the file can't be written, or as in `to_html`.
        """
        path = Path(path)
        kind = path.suffix.lower().removeprefix(".")
        if kind in FORMATS:
            content = self.to_sheet(paper or DEFAULT, kind)[0]
        elif paper is not None:
            raise UsageError(f"map {str(path)!r}: a sheet of paper is a .pdf or .png file")
        else:
            content = self.to_html().encode("utf-8")
        try:
            path.write_bytes(content)
        except OSError as error:
            raise UnavailableError(f"map {str(path)!r} can't be written: {error}") from error

    def _repr_html_(self) -> str:
        from maps.escape import embed_page

        return str(embed_page(self.to_html(), height_px=_NOTEBOOK_HEIGHT_PX))

    def __repr__(self) -> str:
        return f"<RiskMap of {self.path}>"
