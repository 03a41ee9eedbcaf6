"""The service under attack, and its end: what one client does costs others nothing."""

import asyncio
import json
import os
import signal
import socket
import threading
import time
from contextlib import suppress
from urllib.parse import quote

import httpx
import pytest
from starlette.requests import Request

from allygraph.cli.serve import examples
from allygraph.errors import UsageError
from allygraph.web import guard, sparql
from allygraph.web.problems import Problem
from allygraph.web.server import listen
from tests.hostile_cases import cases
from tests.serving import serving

SELECT = "SELECT ?o { GRAPH ?g { <http://example.org/s1> <http://example.org/p1> ?o } }"
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
DIRECT = {"Content-Type": "application/sparql-query"}


def ask(client, query):
    """Send a query in the address."""
    return client.get("/sparql", params={"query": query})


HOSTILE = [case for case in cases() if case.status in (400, 403, 413)]


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_the_guard_refuses_before_a_worker_is_spent(client, case):
    """Direct bodies, because an address would be too long for some."""
    text = case.query("http://127.0.0.1:9/sparql")

    answer = client.post("/sparql", content=text.encode(), headers=DIRECT)

    assert answer.status_code == case.status


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX e: <http://example.org/SERVICE> SELECT * { ?service e:SERVICE 'SERVICE' }",
        "ASK { ?s ?p '''a ' SERVICE \\''' ''' } # SERVICE <http://x/>",
        'ASK { ?s <http://example.org/#SERVICE> "x"@en-service }',
        "SELECT (1 AS ?load) { FILTER(?a<?b || ?c>?d) }",
        "PREFIX load: <http://example.org/> ASK { load:insert ?delete 'DROP' }",
    ],
)
def test_the_guard_lets_words_pass_that_are_no_keywords(query):
    """Variables, names, strings, comments and IRIs may say what they like."""
    assert guard.read(query, 65_536).words


@pytest.mark.parametrize("sign", ["{", "'", '"', "\\'", "<", "a-", "<<", "'''", '"""', ":a."])
def test_the_guard_reads_a_hostile_text_in_linear_time(sign):
    """No text of the allowed size keeps the web process for long."""
    text = (f"ASK {{ {sign * 70_000}")[:65_536]
    began = time.process_time()
    with suppress(Problem):
        guard.read(text, 65_536)
    assert time.process_time() - began < 0.5


def test_lookups_are_answered_while_hostile_queries_run(client, service):
    """Products and crashes in one client cost another client nothing but a little time."""
    crash = f"SELECT (1{' + 1' * 9000} AS ?x) {{}}"
    done = threading.Event()
    outcomes = []

    def attack(query):
        # Attackers come from another address; of one address, half of the places stay free.
        elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(base_url=service.address, timeout=10, transport=elsewhere) as other:
            while not done.is_set():
                outcomes.append(other.post("/sparql", content=query, headers=DIRECT).status_code)

    attackers = [threading.Thread(target=attack, args=(query,)) for query in (PRODUCT, crash)]
    for attacker in attackers:
        attacker.start()
    spent = []
    for _ in range(30):
        began = time.monotonic()
        assert ask(client, SELECT).status_code == 200
        spent.append(time.monotonic() - began)
        time.sleep(0.03)
    done.set()
    for attacker in attackers:
        attacker.join()

    assert set(outcomes) == {503}
    assert sorted(spent)[int(0.9 * len(spent))] < 0.5


def test_a_client_that_hangs_up_takes_its_query_along(service):
    """The long places are free again before the deadline."""
    request = f"GET /sparql?query={quote(PRODUCT)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", service.port)) as line:
            line.sendall(request)
            time.sleep(0.35)
    began = time.monotonic()
    with httpx.Client(base_url=service.address) as web:
        assert ask(web, SELECT).status_code == 200
    assert time.monotonic() - began < 0.5


def test_a_body_with_two_lengths_is_refused(service):
    """Behind a proxy, two lengths let one request hide in another."""
    head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n"
    with socket.create_connection(("127.0.0.1", service.port)) as line:
        line.sendall(f"{head}Content-Type: application/sparql-query\r\n\r\n0\r\n\r\n".encode())

        assert line.recv(12) == b"HTTP/1.1 400"


@pytest.mark.parametrize("pause_s", [0.0, 0.05])
def test_a_refusal_that_needs_no_body_does_not_cost_the_connection(service, pause_s):
    """Head and body often come in two packets; between them the answer may be out already."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=5) as line:
        for _ in range(3):
            line.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n")
            time.sleep(pause_s)
            line.sendall(b"ASK {}")
            answer = b""
            while not answer.endswith(b"}\n"):
                answer += line.recv(4096)

            assert answer.startswith(b"HTTP/1.1 415")


def test_a_body_that_does_not_come_is_not_waited_for():
    """Status 408 after the patience that the service has."""

    async def silence():
        await asyncio.sleep(60)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/sparql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/sparql-query")],
    }
    with pytest.raises(Problem, match=r"took over 0\.05 s"):
        asyncio.run(sparql.fields(Request(scope, silence), 1000, 0.05))


def test_a_taken_port_is_an_error_in_words():
    """No stack, no log line of a library."""
    with listen("127.0.0.1", 0) as taken, pytest.raises(UsageError, match="cannot be listened on"):
        listen("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_service_stops_on_a_signal_with_all_its_workers(store, number):
    """A stop that was asked for is a success, also while a query runs; the log has no query."""
    with serving(store, deadline_s=30) as running:
        line = socket.create_connection(("127.0.0.1", running.port))
        line.sendall(f"GET /sparql?query={quote(PRODUCT)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert httpx.get(f"{running.address}/sparql", params={"query": SELECT}).status_code == 200
        workers = _children(running.process.pid)
        log = running.stop(number)
        line.close()

    assert running.process.returncode == 0
    assert len(workers) >= 3
    assert [pid for pid in workers if _alive(pid)] == []
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert ("GET", "/sparql", 200) in {(ln["method"], ln["path"], ln["status"]) for ln in lines}
    assert "SELECT" not in log


def test_workers_do_not_outlive_a_service_that_is_killed(store):
    """Even kill -9 leaves no process behind, not even one that was just starting."""
    with serving(store) as running:
        workers = _children(running.process.pid)
        running.process.kill()
        running.process.wait()
        ends = time.monotonic() + 10
        while any(_alive(pid) for pid in workers) and time.monotonic() < ends:
            time.sleep(0.05)

    assert len(workers) >= 3
    assert [pid for pid in workers if _alive(pid)] == []


def _children(pid):
    path = f"/proc/{pid}/task/{pid}/children"
    if not os.path.exists(path):
        pytest.skip("children can be listed only where there is /proc")
    with open(path, encoding="ascii") as listing:
        return [int(child) for child in listing.read().split()]


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as state:
            return state.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_questions_of_the_first_page_are_saved_queries_that_pass_the_guard():
    """They are shown without their header, and every one can be asked as it stands."""
    shown = examples()

    assert len(shown) == 3
    for example in shown:
        assert example.query.startswith("PREFIX")
        assert "SELECT" in guard.read(example.query, 65_536).words
