"""Create, open, fill and read a run database with safe settings."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from geo.errors import UnavailableError
from geo.resources import package_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

# SQL never reaches Python variables, the network or an extension that would be downloaded.
_SETTINGS = {
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "1GB",
    "preserve_insertion_order": "true",
}


def create_run(path: Path) -> duckdb.DuckDBPyConnection:
    """Create a run database with empty tables and return a connection to it.

    Raises
    ------
    UnavailableError
        If the file exists or can't be written.
    """
    if path.exists():
        raise UnavailableError(f"run database {path} exists already; choose another folder")
    con = _connect(path, read_only=False)
    con.execute(read_statement("database", "schema"))
    return con


def create_scratch(folder: Path) -> duckdb.DuckDBPyConnection:
    """Create an empty database in a folder, for tables that may not fit into memory."""
    return _connect(folder / "scratch.duckdb", read_only=False)


def open_run(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a finished run database, read-only.

    Raises
    ------
    UnavailableError
        If the file is missing, no run database, or locked by another program.
    """
    if not path.is_file():
        raise UnavailableError(f"no run database at {path}; `civmap map` writes one")
    return _connect(path, read_only=True)


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        con = duckdb.connect(str(path), read_only=read_only, config=dict(_SETTINGS))
    except duckdb.Error as error:
        raise UnavailableError(f"run database {path} can't be opened: {error}") from error
    # stderr is ours; a notebook without ipywidgets has no bar, and refuses to switch it off
    with contextlib.suppress(duckdb.InvalidInputException):
        con.execute("SET enable_progress_bar = false")
    return con


def read_statement(room: str, name: str) -> str:
    """Return the SQL that stands in `geo/<room>/<name>.sql`."""
    return package_file(room, f"{name}.sql").read_text(encoding="utf-8")


def insert_records(con: duckdb.DuckDBPyConnection, table: str, records: Iterable[Any]) -> int:
    """Insert dataclass instances or mappings into a table, matching fields to columns by name.

    Parameters
    ----------
    records
        All of one shape. Lists and dicts go to JSON columns as JSON, to list columns as lists.

    Returns
    -------
        The number of rows inserted.
    """
    rows = [_to_mapping(record) for record in records]
    if not rows:
        return 0
    columns = {
        row[0]: row[1]
        for row in con.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = ?",
            [table],
        ).fetchall()
    }
    names = [name for name in rows[0] if name in columns]
    data = {name: [_to_cell(row[name], columns[name]) for row in rows] for name in names}
    return insert_frame(con, table, pa.table(data))


def insert_frame(con: duckdb.DuckDBPyConnection, table: str, frame: pa.Table | pd.DataFrame) -> int:
    """Insert an Arrow table or a data frame into a table, matching columns by name."""
    names = frame.column_names if isinstance(frame, pa.Table) else list(frame.columns)
    quoted = ", ".join(quote_name(name) for name in names)
    con.register("incoming", frame)
    try:
        # names only, all quoted; values come from the registered table
        con.execute(f"INSERT INTO {quote_name(table)} ({quoted}) SELECT {quoted} FROM incoming")  # noqa: S608
    finally:
        con.unregister("incoming")
    return len(frame)


def set_facts(con: duckdb.DuckDBPyConnection, facts: Mapping[str, Any]) -> None:
    """Write facts about the run (table `run`); a fact that is there already is replaced."""
    con.executemany(
        "INSERT OR REPLACE INTO run VALUES (?, ?)",
        [[key, json.dumps(value, ensure_ascii=False)] for key, value in facts.items()],
    )


def get_facts(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return all facts about the run."""
    rows = con.execute("SELECT key, value FROM run ORDER BY key").fetchall()
    return {key: json.loads(value) for key, value in rows}


def fetch_records(
    con: duckdb.DuckDBPyConnection, statement: str, parameters: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """Return the rows of a query as dicts; dates as `datetime.date`, JSON as Python values."""
    cursor = con.execute(statement, list(parameters))
    fields = [(column[0], str(column[1])) for column in cursor.description or []]
    return [
        {
            name: json.loads(value) if kind == "JSON" and value is not None else value
            for (name, kind), value in zip(fields, row, strict=True)
        }
        for row in cursor.fetchall()
    ]


def quote_name(name: str) -> str:
    """Return an SQL identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def _to_mapping(record: Any) -> Mapping[str, Any]:
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        # `class` can't be a field's name; the field is `class_`, the column `class`
        return {
            field.name.rstrip("_"): getattr(record, field.name)
            for field in dataclasses.fields(record)
        }
    return record  # type: ignore[no-any-return]


def _to_cell(value: Any, data_type: str) -> Any:
    if value is not None and data_type == "JSON":
        return json.dumps(value, ensure_ascii=False, default=_to_text)
    return list(value) if isinstance(value, tuple) else value


def _to_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no JSON form")
