"""The seed article where it is present, and loaded tables."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from geo.database.store import create_scratch
from geo.events.bulk import load_events
from geo.events.encoding import TableFile
from geo.events.options import TableOptions

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"


@pytest.fixture(scope="session")
def seed_article():
    """Path of the article that civmap was thought up from; it lies beside the repository."""
    found = sorted(SEEDS.glob("*.txt"))
    if not found:
        pytest.skip("the seed article is not beside this checkout")
    return found[0]


@dataclass
class Loaded:
    """A table that was read: what is asked of its database, and its cautions by code."""

    con: Any
    cautions: dict[str, str]

    def list(self, columns="event_id"):
        rows = self.con.execute(f"SELECT {columns} FROM events ORDER BY number").fetchall()  # noqa: S608
        return [row[0] for row in rows] if len(rows[0]) == 1 else rows

    @property
    def rejected(self):
        return self.con.execute("SELECT number, code FROM rejected ORDER BY number").fetchall()

    @property
    def reasons(self):
        return dict(self.con.execute("SELECT number, reason FROM rejected").fetchall())


@pytest.fixture
def load(tmp_path):
    """Load text, bytes, a path or a frame as an event table."""
    opened = []

    def read(table, name="events.csv", *, for_map=False, **options):
        folder = tmp_path / f"scratch-{len(opened)}"
        folder.mkdir()
        con = create_scratch(folder)
        opened.append(con)
        data = table.encode() if isinstance(table, str) else table
        source = TableFile(name, data) if isinstance(data, bytes) else data
        cautions, _ = load_events(con, source, options=TableOptions(**options), for_map=for_map)
        return Loaded(con, {caution.code: caution.text for caution in cautions})

    yield read
    for con in opened:
        con.close()
