"""The search for keys that tests leave behind finds them, whatever they are packed in."""

import tempfile
import zipfile
from pathlib import Path

import pandas as pd

from tests.leaks import MARK, find_leaks


def test_key_is_found_in_text_archives_tables_and_names():
    # a folder of its own: what lies in the tests' own folder is looked through at their end
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "clean.json").write_text("{}")
        assert find_leaks(folder) == []
        (folder / "a.html").write_text(f"<p>k3y-{MARK}</p>")
        with zipfile.ZipFile(folder / "b.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("x.csv", f"key\n{MARK}\n" * 50)
        pd.DataFrame({"key": [MARK] * 50}).to_parquet(folder / "c.parquet")
        (folder / f"d-{MARK}.txt").touch()
        found = find_leaks(folder)
    assert [Path(path).name[0] for path in found] == ["a", "b", "c", "d"]
