"""Workers: what a query may cost its asker, and that it costs others nothing."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from allygraph.errors import UnreadableFile
from allygraph.web.worker import Reply
from allygraph.web.workers import Limits, Pool
from tests.hostile_cases import cases, write_store

CASES = cases()
LIMITS = Limits(
    deadline_s=1.0,
    memory_bytes=1_000_000_000,
    result_bytes=2_000_000,
    workers=4,
    long_after_s=0.25,
    long_workers=4,
)
LOOKUP = "SELECT * WHERE { GRAPH ?g { <http://example.org/s1> <http://example.org/p1> ?o } }"
FOREVER = next(case.query("") for case in CASES if case.name == "cartesian-count")


def request(query: str, **more: Any) -> dict[str, Any]:
    """Give what the service asks of a worker."""
    asked = {
        "query": query,
        "default_graphs": (),
        "named_graphs": (),
        "table_format": "tsv",
        "graph_format": "ntriples",
        "has_dataset": "FROM" in query,
    }
    return asked | more


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A small store that no test changes."""
    return write_store(tmp_path_factory.mktemp("workers") / "store")


def with_pool(store: Path, work: Callable[[Pool], Awaitable[Any]], limits: Limits = LIMITS) -> Any:
    """Run some work on a fresh pool, and close it."""

    async def run() -> Any:
        pool = Pool(store, limits)
        await pool.start()
        try:
            return await work(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


@pytest.fixture(scope="module")
def trap():
    """An address on this machine that counts who comes, and never answers."""
    visits = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def count() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                visits.append(caller.getpeername())
                caller.close()

        guard = threading.Thread(target=count, daemon=True)
        guard.start()
        port = listener.getsockname()[1]
        yield SimpleNamespace(address=f"http://127.0.0.1:{port}/sparql", visits=visits)
        listener.shutdown(socket.SHUT_RDWR)
        guard.join(5)


@pytest.fixture(scope="module")
def attack(store, trap):
    """All hostile queries, four at a time and unguarded, while somebody else asks lookups."""

    async def run(pool: Pool) -> SimpleNamespace:
        outcomes: dict[str, tuple[str, float]] = {}
        lookups: list[tuple[str, float]] = []
        gate = asyncio.Semaphore(4)

        async def hostile(name: str, query: str) -> None:
            async with gate:
                began = time.monotonic()
                reply = await pool.answer(request(query))
                outcomes[name] = (reply.outcome, time.monotonic() - began)

        async def others() -> None:
            while len(outcomes) < len(CASES):
                began = time.monotonic()
                reply = await pool.answer(request(LOOKUP))
                lookups.append((reply.outcome, time.monotonic() - began))
                await asyncio.sleep(0.005)

        await asyncio.gather(
            *(hostile(case.name, case.query(trap.address)) for case in CASES), others()
        )
        return SimpleNamespace(outcomes=outcomes, lookups=lookups)

    return with_pool(store, run)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_query_ends_by_the_deadline_in_a_way_that_can_be_told(attack, case):
    """Whatever the engine does, the asker gets an outcome in time."""
    outcome, seconds = attack.outcomes[case.name]

    assert outcome in case.outcomes
    assert seconds < LIMITS.deadline_s + 1.5


def test_others_are_answered_while_hostile_queries_run(attack):
    """No lookup fails, and the slow ones are rare, even on a machine with other work."""
    seconds = sorted(seconds for _, seconds in attack.lookups)

    assert {outcome for outcome, _ in attack.lookups} == {"answered"}
    assert len(seconds) > 50
    assert seconds[int(0.95 * len(seconds))] < 0.5


def test_no_query_reaches_the_network(attack, trap):
    """The address in the SERVICE and LOAD cases was never asked."""
    assert trap.visits == []


def test_more_long_queries_than_places_do_not_lock_out_a_lookup(store):
    """A long query gives its quick place back; one too many is told to come again."""

    async def run(pool: Pool) -> tuple[list[Reply], Reply]:
        long = [asyncio.ensure_future(pool.answer(request(FOREVER))) for _ in range(6)]
        await asyncio.sleep(0.6)
        lookup = await pool.answer(request(LOOKUP))
        return await asyncio.gather(*long), lookup

    replies, lookup = with_pool(store, run, replace(LIMITS, deadline_s=2.0))

    assert lookup.outcome == "answered"
    assert sorted(reply.outcome for reply in replies) == 2 * ["busy"] + 4 * ["deadline"]


def test_a_full_queue_answers_at_once(store):
    """Waiting is bounded: who comes when the queue is full need not wait to be refused."""
    limits = Limits(long_after_s=0.8, long_workers=0, workers=1, queue=1, queue_s=0.3)

    async def run(pool: Pool) -> tuple[list[str], float]:
        first = asyncio.ensure_future(pool.answer(request(FOREVER)))
        await asyncio.sleep(0.05)
        waiting = asyncio.ensure_future(pool.answer(request(LOOKUP)))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        refused = await pool.answer(request(LOOKUP))
        spent = time.monotonic() - began
        replies = [await first, await waiting, refused]
        return [reply.outcome for reply in replies], spent

    outcomes, spent = with_pool(store, run, limits)

    assert outcomes == ["busy", "busy", "busy"]
    assert spent < 0.05


def test_a_worker_killed_while_idle_is_replaced_without_an_error(store):
    """The next asker does not pay for a process that somebody else ended."""

    async def run(pool: Pool) -> list[str]:
        for worker in list(pool._idle._queue):
            worker._child.transport.kill()
            await worker._child._exited.wait()
        return [(await pool.answer(request(LOOKUP))).outcome for _ in range(4)]

    assert with_pool(store, run) == 4 * ["answered"]


def test_a_client_that_goes_away_ends_its_query(store):
    """Cancelling frees the worker at once; it does not run on until the deadline."""

    async def run(pool: Pool) -> tuple[int, str]:
        task = asyncio.ensure_future(pool.answer(request(FOREVER)))
        await asyncio.sleep(0.6)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return pool._long, (await pool.answer(request(LOOKUP))).outcome

    assert with_pool(store, run) == (0, "answered")


DATASETS = [
    ("union", {}, "", 3000),
    ("FROM wins over the union", {}, "FROM <http://example.org/g1>", 1000),
    (
        "FROM NAMED alone leaves the default graph empty",
        {},
        "FROM NAMED <http://example.org/g1>",
        0,
    ),
    ("default-graph-uri", {"default_graphs": ["http://example.org/g0"]}, "", 1000),
    (
        "the protocol wins over FROM",
        {"default_graphs": ["http://example.org/g0", "http://example.org/g2"]},
        "FROM <http://example.org/none>",
        2000,
    ),
    ("named-graph-uri alone", {"named_graphs": ["http://example.org/g0"]}, "", 0),
]


@pytest.mark.parametrize(
    ("dataset", "clause", "count"), [case[1:] for case in DATASETS], ids=[c[0] for c in DATASETS]
)
def test_the_dataset_is_the_one_that_was_asked_for(store, dataset, clause, count):
    """Without a choice the default graph is the union of all named graphs."""
    query = f"SELECT (COUNT(*) AS ?n) {clause} WHERE {{ ?s ?p ?o }}"

    reply = with_pool(store, lambda pool: pool.answer(request(query, **dataset)), Limits(workers=1))

    assert reply.body == f"?n\n{count}\n".encode()


def test_an_answer_past_the_cap_is_refused_whole(store):
    """Half a result would look like a result."""
    query = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }"

    reply = with_pool(store, lambda pool: pool.answer(request(query)))

    assert (reply.outcome, reply.body) == ("result-too-large", b"")


def test_a_store_that_cannot_be_opened_is_told_at_the_start(tmp_path):
    """The service does not come up to answer every query with an error."""
    with pytest.raises(UnreadableFile, match="the store cannot be opened"):
        with_pool(tmp_path / "missing", lambda pool: pool.answer(request(LOOKUP)))


CONFINED = """
import os, socket, sys
from allygraph.web import sandbox
print(sandbox.confine(os.getppid()))
for name, step in {
    "socket": lambda: socket.socket(),
    "pair": lambda: socket.socketpair(),
    "program": lambda: os.execv("/bin/true", ["true"]),
    "signal": lambda: os.kill(os.getppid(), 0),
    "file": lambda: os.write(os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY), b"x"),
}.items():
    try:
        step()
        print(name, "was possible")
    except OSError as error:
        print(name, type(error).__name__)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
def test_a_confined_process_reaches_nothing_outside(tmp_path):
    """No socket, no other program, no signal to others, no byte in a file."""
    with subprocess.Popen(
        [sys.executable, "-c", CONFINED, str(tmp_path / "file")],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
    ) as process:
        said = process.communicate()[0].splitlines()

    assert said == [
        "[]",
        "socket PermissionError",
        "pair PermissionError",
        "program PermissionError",
        "signal PermissionError",
        "file OSError",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only there a pipe can be widened")
def test_a_pipe_holds_an_answer_of_usual_size(store):
    """Otherwise worker and service would take turns for every 64 kB, and wait for each other."""
    import fcntl

    async def run(pool: Pool) -> int:
        await pool.answer(request(LOOKUP))
        child = (await pool._idle.get())._child
        path = f"/proc/{child.transport.get_pid()}/fd"
        # The worker's own end is what it has duplicated from its standard output.
        sizes = []
        for name in os.listdir(path):
            if os.readlink(f"{path}/{name}").startswith("pipe:"):
                end = os.open(f"{path}/{name}", os.O_RDONLY | os.O_NONBLOCK)
                sizes.append(fcntl.fcntl(end, fcntl.F_GETPIPE_SZ))
                os.close(end)
        await child.kill()
        return max(sizes)

    assert with_pool(store, run) >= 1 << 20
