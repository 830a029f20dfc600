"""What all tests share: the network is blocked."""

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def _no_network(request):
    """Only what drives a browser or builds a wheel opens sockets, to this machine."""
    if request.node.get_closest_marker("browser"):
        yield
        return
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()
