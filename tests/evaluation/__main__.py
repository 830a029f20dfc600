"""`make eval CORPUS=...`: score civmap's reading of a corpus that lies elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.evaluation.corpus import CorpusError, read_corpus
from tests.evaluation.score import score_articles


def main(paths: list[str]) -> int:
    """Print the scores of each corpus; return the exit status."""
    if not paths:
        print("make eval CORPUS=FILE: expected the path of a corpus", file=sys.stderr)
        return 2
    for path in map(Path, paths):
        try:
            score = score_articles(read_corpus(path))
        except (CorpusError, OSError, SyntaxError, KeyError, ValueError) as error:
            print(f"{path.name} can't be read: {error}", file=sys.stderr)
            return 3
        print(path.name)
        for name, text in score.describe():
            print(f"  {name}: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
