"""Workers that are killed in the middle of a query: its asker is told, and the service goes on."""

import os
import random
import signal
import threading
import time
from collections import Counter

import httpx
import pytest

from tests.figures import tell
from tests.processes import children, command, has_stepped_back, is_alive, needs_proc
from tests.serving import serving

KILLS = 50
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LOOKUP = "SELECT ?o { GRAPH ?g { <http://example.org/s1> <http://example.org/p1> ?o } }"
TOLD = {"memory", "worker-died"}

pytestmark = needs_proc


@pytest.fixture
def running(store):
    """A service whose processes are ended by force."""
    with serving(store, deadline_s=30.0) as service:
        yield service


def kill(pid):
    """End a process as the kernel would when memory ends."""
    os.kill(pid, signal.SIGKILL)


def kill_busy(running):
    """End the workers that have a long query; give their ids."""
    time.sleep(0.02)
    busy = {pid for pid in children(running.process.pid) if has_stepped_back(pid)}
    for pid in busy:
        kill(pid)
    return busy


def wait_for(found, seconds=20.0):
    """Wait until something is found; give it."""
    ends = time.monotonic() + seconds
    while not (what := found()):
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.02)
    return what


def workers(running, module):
    """Give the processes of a pool."""
    return [pid for pid in children(running.process.pid) if module in command(pid)]


def test_fifty_workers_killed_in_mid_query_cost_their_askers_and_nobody_else(running):
    """Three ask what never ends, and lose their worker each time; another user asks lookups."""
    told = Counter()
    lookups = Counter()
    stop = threading.Event()

    def ask_for_ever():
        with httpx.Client(base_url=running.address, timeout=60) as client:
            while not stop.is_set():
                query = f"{PRODUCT} # {random.random()}"
                answer = client.get("/sparql", params={"query": query})
                told[answer.status_code, answer.json()["type"].rpartition("#")[2]] += 1

    def look_up():
        with httpx.Client(base_url=running.address, timeout=60) as client:
            while not stop.is_set():
                query = f"{LOOKUP} # {lookups.total()}"
                lookups[client.get("/sparql", params={"query": query}).status_code] += 1
                time.sleep(0.01)

    others = threading.Thread(target=look_up)
    attackers = [threading.Thread(target=ask_for_ever) for _ in range(3)]
    for thread in (others, *attackers):
        thread.start()
    killed = set()
    while len(killed) < KILLS:
        killed |= kill_busy(running)
    stop.set()
    # The last queries of the attackers run until their workers are ended too.
    while any(attacker.is_alive() for attacker in attackers):
        kill_busy(running)
    others.join()
    tell(f"{len(killed)} kills; told {dict(told)}; {lookups.total()} lookups")

    assert set(lookups) == {200}
    assert lookups.total() > 5
    assert {code for _, code in told} <= TOLD
    assert {status for status, _ in told} == {503}
    assert sum(told.values()) >= KILLS
    assert running.process.poll() is None


def test_all_places_are_there_again_after_every_worker_was_killed(running):
    """Evaluators and readers alike, killed at once while idle; nothing is left of the old ones."""
    modules = ("allygraph.web.evaluator", "allygraph.web.reader")
    before = {module: workers(running, module) for module in modules}
    old = [pid for group in before.values() for pid in group]

    def are_back():
        now = {module: workers(running, module) for module in modules}
        return all(
            len(now[module]) == len(before[module]) and not set(now[module]) & set(old)
            for module in modules
        )

    with httpx.Client(base_url=running.address, timeout=60) as client:

        def ask(first):
            queries = [f"{LOOKUP} # {first + i}" for i in range(10)]
            asked = [client.get("/sparql", params={"query": query}) for query in queries]
            texts = [f"word {first + i}" for i in range(5)]
            asked += [client.get("/search", params={"q": text}) for text in texts]
            return {answer.status_code for answer in asked}

        for pid in old:
            kill(pid)
        # Who meets a worker before its death is known is told so.
        at_once = ask(0)
        wait_for(are_back)
        later = ask(100)

    assert at_once <= {200, 503}
    assert later == {200}
    assert len(before[modules[0]]) >= 3
    assert not any(is_alive(pid) for pid in old)
    assert len(children(running.process.pid)) == len(old)


def test_a_reader_killed_in_mid_answer_costs_one_answer(running):
    """Readers are ended while they answer; who asks again, gets it."""
    statuses = Counter()
    stop = threading.Event()

    def ask():
        with httpx.Client(base_url=running.address, timeout=60) as client:
            number = 0
            while not stop.is_set():
                number += 1
                answer = client.get("/search", params={"q": f"s{number}"})
                statuses[answer.status_code] += 1

    asker = threading.Thread(target=ask)
    asker.start()
    for _ in range(5):
        wait_for(lambda: workers(running, "allygraph.web.reader"))
        for pid in workers(running, "allygraph.web.reader"):
            kill(pid)
        time.sleep(0.2)
    stop.set()
    asker.join()
    last = httpx.get(f"{running.address}/search", params={"q": "the last"}, timeout=60)
    tell(f"5 times all readers killed; told {dict(statuses)}")

    assert last.status_code == 200
    assert set(statuses) <= {200, 503}
