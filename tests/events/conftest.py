"""The built gazetteer, opened once, and the seed article where it is present."""

from pathlib import Path

import pytest

from geo.places import open_gazetteer

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"


@pytest.fixture(scope="session")
def gazetteer():
    with open_gazetteer() as opened:
        yield opened


@pytest.fixture(scope="session")
def seed_article():
    """Path of the article that civmap was thought up from; it lies beside the repository."""
    found = sorted(SEEDS.glob("*.txt"))
    if not found:
        pytest.skip("the seed article is not beside this checkout")
    return found[0]
