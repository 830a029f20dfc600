"""The map of a run: one HTML file that opens with no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import UnavailableError
from maps.local_names import localise_names
from maps.run import find_run_database, read_run
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
        Language of the page: `en`, `ar` or `fr`.

    Raises
    ------
    UsageError
        If `run` is none of these, or there are no pages in `lang`.

    Examples
    --------
    >>> RiskMap("out/example").save("map.html")  # doctest: +SKIP
    """

    def __init__(self, run: HasPath | Path | str, *, lang: str = "en") -> None:
        self._run = run  # kept: a temporary run lives as long as its assessment
        self.path = find_run_database(run)
        self.lang = load_wording(lang).lang

    def to_html(self) -> str:
        """Return the page. The same run gives the same bytes.

        Raises
        ------
        UnavailableError
            If the run database or a packaged asset is missing.
        """
        from maps.document import render_document

        words = load_wording(self.lang)
        return render_document(localise_names(read_run(self.path), words), words)

    def save(self, path: Path | str) -> None:
        """Write the page to a file, UTF-8.

        Raises
        ------
        UnavailableError
            If the file can't be written, or as in `to_html`.
        """
        page = self.to_html()
        try:
            Path(path).write_text(page, encoding="utf-8", newline="\n")
        except OSError as error:
            raise UnavailableError(f"map {str(path)!r} can't be written: {error}") from error

    def _repr_html_(self) -> str:
        from maps.escape import embed_page

        return str(embed_page(self.to_html(), height_px=_NOTEBOOK_HEIGHT_PX))

    def __repr__(self) -> str:
        return f"<RiskMap of {self.path}>"
