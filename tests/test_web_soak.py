"""A soak: users of every kind and one attacker, for minutes; nobody is failed, nothing grows.

80 of 100 requests are lookups, 15 joins, 5 pages; the attacker sends the hostile queries without a
pause. Three minutes in continuous integration, a fourth of one elsewhere; ``ALLYGRAPH_SOAK_S``
says otherwise.
"""

import os
import random
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
import pytest

from allygraph.build import current_store
from allygraph.web.workers import Limits
from tests.figures import tell
from tests.hostile_cases import cases
from tests.processes import children, is_alive, needs_proc, resident
from tests.serving import serving

SECONDS = float(os.environ.get("ALLYGRAPH_SOAK_S", "180" if os.environ.get("CI") else "15"))
USERS = 4
PAUSE_S = 0.05
MOST_WEB_BYTES = 300_000_000
MOST_GROWTH = 1.05
SLACK_BYTES = 4_000_000
DIRECT = {"Content-Type": "application/sparql-query"}
PREFIXES = """PREFIX actor: <https://w3id.org/allygraph/actor/>
PREFIX ally: <https://w3id.org/allygraph/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
THINGS = ("japan", "nato", "australia", "france", "new-zealand", "south-korea", "aukus")
LOOKUP = "SELECT ?label {{ actor:{thing} rdfs:label ?label }} # {number}"
JOIN = """SELECT ?partner ?label {{
  ?partnership a ally:Partnership ; ally:alliance actor:nato ; ally:partner ?partner .
  ?partner rdfs:label ?label . FILTER (LANG(?label) = "en")
}} ORDER BY ?label LIMIT 20 # {number}"""
QUESTION = "/q/membership/members-on.json?alliance=actor:nato&as_of={year}-0{month}-1{month}"
PAGES = ("/", "/search?q={thing}&lang=fr", "/actor/{thing}.html", "/actor/{thing}.ttl?as_of={year}")

CUT = 0

pytestmark = needs_proc


@dataclass
class Soak:
    """What was measured."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter = field(default_factory=Counter)
    empty: int = 0
    attacks: Counter = field(default_factory=Counter)
    web: list[int] = field(default_factory=list)
    workers: list[list[int]] = field(default_factory=list)
    restarted: bool = True
    children: tuple[int, int] = (0, 0)
    log: str = ""


def _request(chance):
    """Choose what a user asks next: its kind, and its address or query."""
    given = {
        "thing": chance.choice(THINGS),
        "year": chance.randint(1995, 2024),
        "month": chance.randint(1, 9),
        "number": chance.randint(1, 10**9),
    }
    kind = chance.choices(("lookup", "join", "page"), (80, 15, 5))[0]
    if kind == "page":
        return kind, chance.choice(PAGES).format(**given), None
    if kind == "join" and chance.random() < 0.5:
        return kind, QUESTION.format(**given), None
    return kind, "/sparql", PREFIXES + (LOOKUP if kind == "lookup" else JOIN).format(**given)


def _use(running, soak, stop, seed):
    chance = random.Random(seed)
    with httpx.Client(base_url=running.address, timeout=60) as client:
        while not stop.is_set():
            kind, address, query = _request(chance)
            began = time.monotonic()
            answer = client.get(address, params=query and {"query": query})
            soak.seconds.setdefault(kind, []).append(time.monotonic() - began)
            soak.statuses[answer.status_code] += 1
            if query and not answer.json()["results"]["bindings"]:
                soak.empty += 1
            time.sleep(PAUSE_S * chance.random())


def _attack(running, soak, stop):
    queries = [case.query("http://127.0.0.1:9/sparql").encode() for case in cases()]
    random.Random(5).shuffle(queries)
    with httpx.Client(base_url=running.address, timeout=60) as client:
        while not stop.is_set():
            query = queries[soak.attacks.total() % len(queries)]
            try:
                answer = client.post("/sparql", content=query, headers=DIRECT)
            except httpx.RemoteProtocolError:
                # A body that is refused on its way may end the connection under the next request.
                soak.attacks[CUT] += 1
            else:
                soak.attacks[answer.status_code] += 1


def _warm(running):
    """Let every reader load what it keeps; that is no part of what is measured."""
    given = {"thing": "italy", "year": 1990, "month": 1}

    def ask(number):
        with httpx.Client(base_url=running.address, timeout=120) as client:
            for page in (*PAGES, QUESTION):
                address = page.format(**given)
                client.get(f"{address}{'&' if '?' in address else '?'}known_by=200{number}")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture(scope="module")
def soak():
    """Let a service over the shipped graph live through it, with a small cache of answers."""
    seen, stop = Soak(), threading.Event()
    with serving(current_store(), 2.0, cache_bytes=4_000_000) as running:
        pid = running.process.pid
        _warm(running)
        before = len(children(pid))
        threads = [
            threading.Thread(target=_use, args=(running, seen, stop, seed)) for seed in range(USERS)
        ]
        threads.append(threading.Thread(target=_attack, args=(running, seen, stop)))
        for thread in threads:
            thread.start()
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            seen.web.append(resident(pid))
            seen.workers.append([resident(child) for child in children(pid)])
            time.sleep(0.25)
        stop.set()
        for thread in threads:
            thread.join()
        time.sleep(2)
        seen.restarted = not is_alive(pid)
        seen.children = before, len(children(pid))
        seen.log = running.stop()
    return seen


def test_nobody_is_failed(soak):
    """At most one request in a thousand is refused, and no answer lacks its rows."""
    total = soak.statuses.total()
    failed = total - soak.statuses[200]
    tell(f"{total} requests in {SECONDS:.0f} s, {failed} failed; attacker {dict(soak.attacks)}")
    for kind, seconds in soak.seconds.items():
        seconds.sort()
        p50, p99 = (1000 * seconds[int(part * len(seconds))] for part in (0.5, 0.99))
        tell(f"{kind}: {len(seconds)}, p50 {p50:.1f} ms, p99 {p99:.1f} ms")

    assert failed <= 1 + total // 1000
    assert soak.empty == 0
    assert set(soak.seconds) == {"lookup", "join", "page"}
    assert soak.seconds["lookup"][int(0.99 * len(soak.seconds["lookup"]))] < 5.0


def test_the_attacker_gets_nothing_but_refusals_and_small_answers(soak):
    """No attack is a fault of ours."""
    assert soak.attacks.total() > SECONDS / 5
    assert set(soak.attacks) <= {CUT, 200, 400, 403, 413, 503}
    assert soak.attacks[CUT] <= 1 + soak.attacks.total() / 50


def test_memory_keeps_its_bounds_and_does_not_grow(soak):
    """Each worker under its cap, the web process small and as large at the end as in the middle."""
    cap = Limits().memory_bytes
    count = len(soak.web)
    middle = statistics.median(soak.web[count // 3 : count // 2])
    end = statistics.median(soak.web[-count // 6 :])
    tell(f"web {max(soak.web) / 1e6:.0f} MB, middle {middle / 1e6:.1f}, end {end / 1e6:.1f} MB")
    tell(f"a worker at most {max(map(max, soak.workers)) / 1e6:.0f} MB")
    tell(f"all workers at most {max(map(sum, soak.workers)) / 1e6:.0f} MB")

    assert max(soak.web) < MOST_WEB_BYTES
    assert max(map(max, soak.workers)) < cap
    assert max(map(sum, soak.workers)) < cap * max(map(len, soak.workers)) + 1e9
    assert end < MOST_GROWTH * middle + SLACK_BYTES


def test_the_service_is_afterwards_what_it_was_before(soak):
    """The same process, as many workers, and no fault in its log."""
    before, after = soak.children

    assert not soak.restarted
    assert after == before
    assert "Traceback" not in soak.log
    assert " failed: " not in soak.log
