"""What all tests share: the network is blocked, and the seed article where it is present."""

from pathlib import Path

import pytest
import pytest_socket

SHARED = Path(__file__).parents[1].parent / "shared"


@pytest.fixture(autouse=True)
def _no_network(request):
    """Only what drives a browser or builds a wheel opens sockets, to this machine."""
    if request.node.get_closest_marker("browser"):
        yield
        return
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(scope="session")
def seed_article():
    """Path of the article that civmap was thought up from; it lies beside the repository."""
    found = sorted((SHARED / "seeds").glob("*.txt"))
    if not found:
        pytest.skip("the seed article is not beside this checkout")
    return found[0]
