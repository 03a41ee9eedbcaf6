"""Tests and doctests keep their stores in one folder of their own, never in the user's cache."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the folder of stores of this test session, also to the processes it starts."""
    folder = tmp_path_factory.mktemp("home")
    before = os.environ.get("ALLYGRAPH_HOME")
    os.environ["ALLYGRAPH_HOME"] = str(folder)
    yield folder
    if before is None:
        del os.environ["ALLYGRAPH_HOME"]
    else:
        os.environ["ALLYGRAPH_HOME"] = before
