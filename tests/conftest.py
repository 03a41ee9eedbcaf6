"""What several test files need: a small service, in a process of its own."""

import httpx
import pytest

from tests.hostile_cases import write_store
from tests.serving import serving


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A small store that no test changes."""
    return write_store(tmp_path_factory.mktemp("web") / "store")


@pytest.fixture(scope="module")
def service(store):
    """A service in its own process."""
    with serving(store) as running:
        yield running


@pytest.fixture(scope="module")
def client(service):
    """A client of the service that keeps its connections."""
    with httpx.Client(base_url=service.address, timeout=10) as web:
        yield web


def pytest_collection_modifyitems(items):
    """Begin with what takes longest, so that the other processes do not wait for it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/test_web_soak.py"))
