"""The map of a run: one HTML file that opens with no network, and its printed twins."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import UnavailableError, UsageError
from maps.local_names import localise_names
from maps.run import find_run_database, read_run
from maps.sheet.paper import DEFAULT, FORMATS, find_paper
from maps.wording import load_wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from maps.own_layer import OwnLayer
    from maps.run import HasPath, RunData

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
        self._own_layers: tuple[OwnLayer, ...] = ()

    def add_layer(
        self,
        gdf: gpd.GeoDataFrame,
        *,
        name: str,
        source: str,
        licence: str,
        colour: str = "#5e548e",
        label: str | None = None,
        columns: Sequence[str] = (),
    ) -> RiskMap:
        """Return a map with one more layer; this map, the run and `gdf` stay as they are.

        The layer has a switch and a legend entry of its own, above all others, and its source is
        listed with the run's. Figures don't change: nothing of it is counted.

        Parameters
        ----------
        gdf
            Points, lines or polygons in any CRS, which must be set; rows without a geometry are
            left out, and the legend says how many.
        name
            The layer's name, which no other layer that was added has.
        source, licence
            Whose data they are, with their date if they have one, and on what terms.
        colour
            `#rrggbb`.
        label
            A column that names the features, on the map and in popups.
        columns
            Columns that popups show, as they are written.

        Raises
        ------
        UsageError
            If `gdf` is no GeoDataFrame, has no CRS, no geometry, or more than the page can hold
            (`maps.own_layer.MOST_FEATURES`, `MOST_POINTS`, `MOST_LETTERS`, `MOST_LAYERS`), or
            another of these is not as described; all faults at once.

        Examples
        --------
        >>> page = RiskMap("out/example").add_layer(  # doctest: +SKIP
        ...     clinics, name="Clinics", source="Health cluster, May 2024", licence="CC BY 4.0"
        ... )
        """
        from maps.own_layer import make_own_layer

        taken = [layer.name for layer in self._own_layers]
        layer = make_own_layer(
            gdf,
            name,
            colour=colour,
            label=label,
            columns=columns,
            terms=(source, licence),
            taken=taken,
        )
        other = copy.copy(self)
        other._own_layers = (*self._own_layers, layer)  # noqa: SLF001 (a map of this class)
        return other

    def _read(self) -> RunData:
        return dataclasses.replace(read_run(self.path), own_layers=self._own_layers)

    def to_html(self) -> str:
        """Return the page. The same run gives the same bytes.

        Raises
        ------
        UnavailableError
            If the run database or a packaged asset is missing.
        """
        from maps.document import render_document

        words = load_wording(self.lang)
        return render_document(localise_names(self._read(), words), words)

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

        words = load_wording(self.lang)
        return render_sheet(localise_names(self._read(), words), words, sheet, formats or FORMATS)

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
