"""A new build is taken over while the service runs: nobody notices but by the answers."""

import shutil
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from allygraph import build as building
from allygraph.build import build, latest_store
from allygraph.leases import is_leased, leased
from tests.serving import serving

ROOT = Path(__file__).resolve().parent.parent
QUERIES = (
    "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "SELECT ?o WHERE { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?o }",
)
PAGES = ("/actor/japan.ttl", "/actor/japan.jsonld", "/")


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A small root, in a home of its own."""
    monkeypatch.setenv("ALLYGRAPH_HOME", str(tmp_path / "home"))
    for folder in ("ontology", "queries", "data/actors"):
        shutil.copytree(ROOT / folder, tmp_path / "root" / folder)
    return tmp_path / "root"


def rename(root: Path, old: str, new: str) -> Path:
    """Give Japan another English name, and build that."""
    path = root / "data" / "actors" / "states.ttl"
    text = path.read_text(encoding="utf-8")
    assert f'"{old}"@en' in text
    path.write_text(text.replace(f'"{old}"@en', f'"{new}"@en'), encoding="utf-8")
    return build(root).store


def wait_until(is_true, seconds: float = 30.0) -> None:
    """Wait for something that another process does."""
    ends = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


def test_no_request_fails_while_a_new_build_takes_over(root):
    """Four clients ask on; every answer is whole, and of the one build or the other."""
    first = build(root).store
    statuses: Counter[int] = Counter()
    names: list[str] = []
    stop = threading.Event()

    def visit(address: str) -> None:
        with httpx.Client(base_url=address, timeout=20) as client:
            while not stop.is_set():
                for query in QUERIES:
                    # Each query is a new one, so that no kept answer takes its place.
                    text = f"{query} # {len(names)} of {threading.get_ident()}"
                    statuses[client.get("/sparql", params={"query": text}).status_code] += 1
                for path in PAGES:
                    answer = client.get(path)
                    statuses[answer.status_code] += 1
                    if path.endswith("ttl"):
                        names.append("Nippon" if "Nippon" in answer.text else "Japan")

    with serving(first, 10.0, follow=root) as running:
        visitors = [threading.Thread(target=visit, args=[running.address]) for _ in range(4)]
        for visitor in visitors:
            visitor.start()
        wait_until(lambda: statuses.total() > 100)
        before = httpx.get(f"{running.address}/actor/japan.ttl").headers["etag"]
        rename(root, "Japan", "Nippon")
        wait_until(lambda: names[-1] == "Nippon")
        asked = statuses.total()
        wait_until(lambda: statuses.total() > asked + 100)
        stop.set()
        for visitor in visitors:
            visitor.join()
        again = httpx.get(f"{running.address}/actor/japan.ttl", headers={"If-None-Match": before})

    assert set(statuses) == {200}
    assert statuses[200] > 200
    assert set(names) == {"Japan", "Nippon"}
    assert again.status_code == 200
    assert again.headers["etag"] != before


def test_a_store_that_cannot_be_opened_is_not_taken_over(root):
    """The old build goes on answering, and the log says why."""
    first = build(root).store
    with serving(first, 10.0, follow=root) as running:
        second = rename(root, "Japan", "Nippon")
        for path in second.iterdir():
            path.write_bytes(b"")
        time.sleep(3)
        answer = httpx.get(f"{running.address}/actor/japan.ttl", timeout=20)
        log = running.stop()

    assert answer.status_code == 200
    assert "Nippon" not in answer.text
    assert f"graph {second.name[:16]} is not taken over" in log


def test_the_latest_build_of_a_root_is_known_to_other_processes(root):
    assert latest_store(root) is None
    made = build(root)

    assert latest_store(root) == made.store


def test_a_store_in_use_outlives_later_builds(root, monkeypatch):
    """A service that is slow to move, or stays, never loses the store under it."""
    monkeypatch.setattr(building, "_KEPT_BUILDS", 1)
    first = build(root).store
    with leased(first):
        rename(root, "Japan", "Nippon")
        assert is_leased(first)
        assert first.is_dir()

    rename(root, "Nippon", "Nihon")
    assert not is_leased(first)


def test_a_lease_ends_with_its_process_and_leaves_nothing(tmp_path):
    store = tmp_path / "stores" / "abc"
    with leased(store):
        assert is_leased(store)

    assert not is_leased(store)
    assert not list((tmp_path / "leases").iterdir())
