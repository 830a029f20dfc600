"""What all tests share: the network is blocked, and data of others where it is present."""

from pathlib import Path

import pytest
import pytest_socket

from geo.places import open_gazetteer


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
def gazetteer():
    """Return the built-in gazetteer, opened once."""
    with open_gazetteer() as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_file():
    """Return the path of real data that lies beside the repository, never in it, or skip."""

    def find(name):
        path = Path(__file__).parents[1].parent / "shared" / "data" / name
        if not path.exists():
            pytest.skip(f"{name} is not beside this checkout")
        return path

    return find
