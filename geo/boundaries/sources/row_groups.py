"""Rows of a large Parquet file on a server: only the row groups that can hold them are read.

A row group tells the least and the greatest value of its columns (Apache Parquet, `Statistics`).
What these rule out is not asked for; of the others the filter's columns are read first, and all
columns only where a row fits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa
    import pyarrow.parquet as pq

    from geo.ranges import RangedFile
    from geo.types import BBox

_SIDES = ("bbox.xmin", "bbox.ymin", "bbox.xmax", "bbox.ymax")


def read_rows(
    file: RangedFile,
    equal: Mapping[str, str],
    bbox: BBox,
    columns: Sequence[str],
    optional: Sequence[str] = (),
) -> pa.Table:
    """Return the rows with some values.

    Parameters
    ----------
    file
        Parquet; a column `bbox` of `xmin`, `ymin`, `xmax`, `ymax`, if there, is of the rows' boxes.
    equal
        Columns of text and the values that they must have.
    bbox
        Where such rows lie, EPSG:4326: row groups elsewhere are not read.
    columns, optional
        Top-level columns to return; those that must be there, and others.

    Raises
    ------
    UnavailableError
        If it can't be read, or columns are missing.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        with file.open() as stream, pq.ParquetFile(stream) as parquet:
            names = set(parquet.schema_arrow.names)
            missing = sorted({*columns, *equal} - names)
            if missing:
                file.reject()
                raise UnavailableError(
                    f"{file.name} was changed: no column {', '.join(missing)}; this civmap can't "
                    "read it"
                )
            asked = [*columns, *(name for name in optional if name in names)]
            tables = [parquet.schema_arrow.empty_table().select(asked)]
            for group in _choose_groups(parquet.metadata, equal, bbox):
                found = _read_group(file, parquet, group, list(equal))
                fits = [pc.equal(found[name], value) for name, value in equal.items()]
                mask = fits[0]
                for each in fits[1:]:
                    mask = pc.and_(mask, each)
                if pc.any(mask).as_py():
                    tables.append(_read_group(file, parquet, group, asked).filter(mask))
            return pa.concat_tables(tables)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, UnavailableError):
            raise
        file.reject()
        raise UnavailableError(f"{file.name} is no whole Parquet file: {error}") from error


def _choose_groups(
    metadata: pq.FileMetaData, equal: Mapping[str, str], bbox: BBox
) -> Iterable[int]:
    """Yield the row groups that can hold rows with some values, in a box."""
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        known = {}
        for index in range(group.num_columns):
            column = group.column(index)
            if column.path_in_schema in (*equal, *_SIDES):
                statistics = column.statistics
                if statistics is not None and statistics.has_min_max:
                    known[column.path_in_schema] = (statistics.min, statistics.max)
        if all(_may_equal(known.get(name), value) for name, value in equal.items()) and _may_reach(
            known, bbox
        ):
            yield number


def _may_equal(bounds: tuple[Any, Any] | None, value: str) -> bool:
    """Tell whether a value may be there; bounds that are no text rule nothing out."""
    if bounds is None or not all(isinstance(each, str) for each in bounds):
        return True
    return bool(bounds[0] <= value <= bounds[1])


def _may_reach(known: Mapping[str, tuple[Any, Any]], bbox: BBox) -> bool:
    """Tell whether boxes of a row group may reach a box; where it is unknown they may."""
    if not set(_SIDES) <= set(known):
        return True
    west, south, east, north = (known[name] for name in _SIDES)
    return bool(
        west[0] <= bbox.east
        and east[1] >= bbox.west
        and south[0] <= bbox.north
        and north[1] >= bbox.south
    )


def _read_group(
    file: RangedFile, parquet: pq.ParquetFile, number: int, columns: list[str]
) -> pa.Table:
    """Return columns of a row group, which are had in few requests first."""
    group = parquet.metadata.row_group(number)
    spans = []
    for index in range(group.num_columns):
        column = group.column(index)
        if column.path_in_schema.partition(".")[0] in columns:
            starts = (column.dictionary_page_offset, column.data_page_offset)
            start = min(each for each in starts if each is not None)
            spans.append((start, column.total_compressed_size))
    file.fetch(spans)
    return parquet.read_row_group(number, columns=columns)
