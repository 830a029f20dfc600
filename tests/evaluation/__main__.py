"""`make eval CORPUS=...`: score civmap's reading of a corpus that lies elsewhere.

A folder is read as texts with labels beside them, such as `tests/text/tuned`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from geo.places import open_gazetteer
from tests.evaluation.corpus import CorpusError, read_corpus
from tests.evaluation.roles import RoleScore, score_roles
from tests.evaluation.score import score_articles


def score_folder(path: Path) -> RoleScore:
    """Score the labelled texts of a folder.

    Raises
    ------
    CorpusError
        If it holds none.
    """
    texts = sorted(path.glob("*.txt"))
    if not texts:
        raise CorpusError(f"{path.name}: no texts in it")
    with open_gazetteer() as gazetteer:
        return score_roles(texts, gazetteer)


def main(paths: list[str]) -> int:
    """Print the scores of each corpus; return the exit status."""
    if not paths:
        print("make eval CORPUS=FILE: expected the path of a corpus", file=sys.stderr)
        return 2
    for path in map(Path, paths):
        try:
            score = score_folder(path) if path.is_dir() else score_articles(read_corpus(path))
        except (CorpusError, OSError, SyntaxError, KeyError, ValueError) as error:
            print(f"{path.name} can't be read: {error}", file=sys.stderr)
            return 3
        print(path.name)
        for name, text in score.describe():
            print(f"  {name}: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
