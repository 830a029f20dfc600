"""The file that a table is written to: CSV or Parquet, new and whole, or as it was."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from geo.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

SUFFIXES = (".csv", ".parquet")
_FORMULA = r"^[=+\-@\t\r]"


def check_out(out: Path) -> None:
    """Raise before any work is done if a file can't be meant.

    Raises
    ------
    UsageError
        If its name ends otherwise than in `.csv` or `.parquet`.
    UnavailableError
        If its folder is missing.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{str(out)!r}: expected a name that ends in .csv or .parquet")
    if not out.parent.is_dir():
        raise UnavailableError(f"{out}: there is no folder {out.parent}; make it first")


@contextmanager
def open_writer(out: Path, schema: pa.Schema) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """Write batches to a file that takes the place of `out` only when it is whole.

    In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe.

    Raises
    ------
    UnavailableError
        If it can't be written.
    """
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            with _make_writer(out, stream, schema) as writer, ThreadPoolExecutor(1) as thread:
                waiting: list[Future[None]] = []

                def write(batch: pa.RecordBatch) -> None:
                    """Write while the next batch is made; what failed is raised then."""
                    if waiting:
                        waiting.pop().result()
                    waiting.append(thread.submit(lambda: writer.write_batch(_prepare(out, batch))))

                yield write
                for last in waiting:
                    last.result()
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(out)
    except OSError as error:
        if isinstance(error, UnavailableError):
            raise
        raise UnavailableError(f"{out} can't be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def _make_writer(out: Path, stream: Any, schema: pa.Schema) -> Any:
    if out.suffix.lower() == ".parquet":
        import pyarrow.parquet as pq

        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        return pq.ParquetWriter(stream, schema, compression="zstd", use_dictionary=texts)
    import pyarrow.csv

    return pyarrow.csv.CSVWriter(stream, schema)


def _prepare(out: Path, batch: pa.RecordBatch) -> pa.RecordBatch:
    if out.suffix.lower() == ".parquet":
        return batch
    for number, field in enumerate(batch.schema):
        if pa.types.is_string(field.type):
            text = batch.column(number)
            risky = pc.match_substring_regex(text, _FORMULA)
            safe = pc.if_else(risky, pc.binary_join_element_wise("'", text, ""), text)
            batch = batch.set_column(number, field, safe)
    return batch
