"""The page of method says what the code does: its examples are run as they stand."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "method.md"
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def find_blocks():
    """Return each block of code with the number of the line that it begins on."""
    text = PAGE.read_text(encoding="utf-8")
    return [(text.count("\n", 0, hit.start(1)) + 1, hit[1]) for hit in _BLOCK.finditer(text)]


def test_examples_of_the_page_hold(tmp_path, monkeypatch):
    """In one sequence: the first block makes what the others use."""
    monkeypatch.chdir(tmp_path)
    names, blocks = {}, find_blocks()
    for line, code in blocks:
        try:
            exec(compile("\n" * (line - 1) + code, str(PAGE), "exec"), names)  # noqa: S102 - ours
        except AssertionError:
            pytest.fail(f"docs/method.md, the block at line {line}, does not hold:\n{code}")
    assert len(blocks) > 15
