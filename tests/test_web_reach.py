"""Nothing that a request says makes the service ask another address or read a file.

Two traps tell whether anybody came: a port of the loopback addresses and a named pipe. Each way to
hand over an address is tried with each spelling of those; then the guard is left out, and only the
sandbox stands between the engine and the network.
"""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest

from allygraph.web.workers import Limits, Pool
from tests.figures import tell
from tests.processes import children, needs_proc
from tests.serving import serving
from tests.traps import FileTrap, address_trap

HOSTS = (
    "127.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "user:word@127.0.0.1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.1",
    "0",
    "0.0.0.0",
    "%31%32%37.0.0.1",
    socket.gethostname(),
)
DIRECT = {"Content-Type": "application/sparql-query"}


@dataclass(frozen=True)
class Way:
    """A way to hand over an address: parts of a request in which ``{}`` stands for it."""

    name: str
    method: str = "GET"
    path: str = "/sparql"
    fields: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    statuses: tuple[int, ...] = (200,)

    def send(self, client: httpx.Client, address: str) -> httpx.Response:
        """Send the request."""
        return client.request(
            self.method,
            self.path.replace("{}", quote(address, safe="")),
            params={name: value.replace("{}", address) for name, value in self.fields},
            headers={name: value.replace("{}", address) for name, value in self.headers},
            content=self.body.replace("{}", address).encode() or None,
        )


def asks(name: str, query: str, *statuses: int) -> Way:
    """Give a way that is a query."""
    return Way(name, fields=(("query", query),), statuses=statuses or (200,))


def posts(name: str, kind: str, body: str, path: str = "/sparql", method: str = "POST") -> Way:
    """Give a way that is a document, which no address of the service reads."""
    return Way(
        name, method, path, headers=(("Content-Type", kind),), body=body, statuses=(403, 405, 415)
    )


ASK = (("query", "ASK { ?s ?p ?o }"),)
CONTEXT = '{"@context": "{}", "@id": "x:a", "b": {"@context": {"@import": "{}"}}}'
ENTITY = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "{}">]><r>&e;</r>'
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE r SYSTEM "{}"><r/>'
IMPORTS = "<x:a> <http://www.w3.org/2002/07/owl#imports> <{}> ."
SHAPES = "<x:a> <http://www.w3.org/ns/shacl#shapesGraph> <{}> ."
WAYS = (
    asks("SERVICE", "SELECT * { SERVICE <{}> { ?s ?p ?o } }", 403),
    asks("SERVICE SILENT", "SELECT * { SERVICE SILENT <{}> { ?s ?p ?o } }", 403),
    asks("SERVICE by VALUES", "SELECT * { VALUES ?a { <{}> } SERVICE ?a { ?s ?p ?o } }", 403),
    asks("LOAD", "LOAD <{}>", 403),
    asks("FROM", "SELECT * FROM <{}> { ?s ?p ?o }"),
    asks("FROM NAMED", "SELECT * FROM NAMED <{}> { GRAPH ?g { ?s ?p ?o } }"),
    asks("GRAPH", "SELECT * { GRAPH <{}> { ?s ?p ?o } }"),
    asks("DESCRIBE", "DESCRIBE <{}>"),
    asks("BASE", "BASE <{}> CONSTRUCT { <a> <b> <> } { }"),
    Way("default-graph-uri", fields=(*ASK, ("default-graph-uri", "{}"))),
    Way("named-graph-uri", fields=(*ASK, ("named-graph-uri", "{}"))),
    Way("using-graph-uri", fields=(*ASK, ("using-graph-uri", "{}")), statuses=(403,)),
    Way("update", fields=(("update", "LOAD <{}>"),), statuses=(403,)),
    Way("a graph by its name", path="/graphs", fields=(("graph", "{}"),), statuses=(404,)),
    Way("a thing by its name", path="/actor/{}.jsonld", statuses=(404,)),
    Way(
        "a value of a saved query",
        path="/q/membership/members-on.json",
        fields=(("alliance", "{}"),),
        statuses=(404,),
    ),
    Way("a name of a saved query", path="/q/{}", statuses=(404,)),
    Way("a search", path="/search", fields=(("q", "{}"),)),
    Way("a profile", fields=ASK, headers=(("Accept-Profile", "<{}>"),)),
    Way(
        "a context",
        fields=(("query", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 1"),),
        headers=(("Accept", 'application/ld+json;profile="{}"'),),
    ),
    Way("where it comes from", fields=ASK, headers=(("Referer", "{}"), ("Origin", "{}"))),
    Way("a proxy", fields=ASK, headers=(("X-Forwarded-Host", "{}"), ("Forwarded", "host={}"))),
    Way("a link", fields=ASK, headers=(("Link", '<{}>; rel="describedby"'),)),
    posts("a document with a context", "application/ld+json", CONTEXT, "/graphs"),
    posts("a document with imports", "text/turtle", IMPORTS, "/graphs", "PUT"),
    posts("a document with shapes", "text/turtle", SHAPES),
    posts("a document with an entity", "application/rdf+xml", ENTITY),
    posts("a document with a type of its own", "application/rdf+xml", EXTERNAL, "/graphs"),
    posts("an update", "application/sparql-update", "LOAD <{}>"),
    posts("a body that is elsewhere", 'message/external-body; URL="{}"', "x"),
)


@pytest.fixture(scope="module")
def addresses():
    """A trap on a port."""
    with address_trap() as trap:
        yield trap


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A trap in the file system."""
    trap = FileTrap(tmp_path_factory.mktemp("trap") / "secret.ttl")
    yield trap
    trap.close()


@pytest.fixture(scope="module")
def spelled(addresses, file):
    """Every spelling of what must not be reached."""
    port = addresses.port
    path = str(file.path)
    return (
        *(f"http://{host}:{port}/sparql" for host in HOSTS),
        f"http://127.0.0.1:{port}/hop",
        f"https://127.0.0.1:{port}/",
        f"ftp://127.0.0.1:{port}/",
        f"file://{path}",
        f"file://localhost{path}",
        f"file:{path}",
        f"FILE://{path}",
        path,
        f"../../../../../..{path}",
    )


@pytest.fixture(scope="module")
def visitor(store):
    """A client of a service, which follows no redirect."""
    with (
        serving(store, 5.0) as running,
        httpx.Client(base_url=running.address, timeout=30) as client,
    ):
        yield client, running


def test_there_are_enough_ways():
    """At least 30 requests that differ in more than the address."""
    assert len({way.name for way in WAYS}) >= 30


def test_the_traps_notice_who_comes(addresses, file, spelled):
    """An engine without a sandbox reaches the port by most spellings, and a reader the file."""
    for address in spelled:
        if address.startswith("http:"):
            with suppress(OSError, SyntaxError):
                list(ox.Store().query(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}"))
    text = Path(file.path).read_text()
    tell(f"{len(addresses.visits)} of {len(spelled)} spellings reach the port")

    assert len(addresses.visits) >= len(HOSTS) // 2
    assert (file.visits, text.strip()) == (1, file.word)
    addresses.visits.clear()
    file.visits = 0


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_no_way_to_hand_over_an_address_leads_to_it(way, visitor, spelled, addresses, file):
    """Nobody comes, nothing of the file is told, and the refusal is the one foreseen."""
    client, _ = visitor
    found = set()
    for address in spelled:
        answer = way.send(client, address)
        found.add(answer.status_code)

        # Not all spellings are IRIs, or fit into a header; those are refused for that.
        assert answer.status_code in (*way.statuses, 400), address
        assert file.word not in answer.text
    assert found & set(way.statuses)
    assert (addresses.visits, file.visits) == ([], 0)


def test_a_request_to_a_proxy_and_a_foreign_host_lead_nowhere(visitor, addresses):
    """The service is no proxy, and a Host header is not asked for anything."""
    _, running = visitor
    there = f"127.0.0.1:{addresses.port}"
    requests = (
        f"GET http://{there}/sparql HTTP/1.1\r\nHost: {there}\r\n",
        f"GET //{there}/sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: {there}\r\n",
        f"GET /actor/nato HTTP/1.1\r\nHost: {there}\r\n",
        f"CONNECT {there} HTTP/1.1\r\nHost: {there}\r\n",
    )
    for request in requests:
        with socket.create_connection(("127.0.0.1", running.port), timeout=10) as line:
            line.sendall(f"{request}Connection: close\r\n\r\n".encode())
            answer = line.makefile("rb").read()
        status = int(answer.split()[1])
        assert 200 <= status < 500, request

    assert addresses.visits == []


@pytest.mark.parametrize("text", ["SERVICE", "SERVICE SILENT", "LOAD", "FROM"])
def test_the_sandbox_alone_keeps_the_engine_in(text, store, spelled, addresses, file):
    """If the check of the text were fooled, each address would still be out of reach."""
    queries = {
        "SERVICE": "SELECT * {{ SERVICE <{}> {{ ?s ?p ?o }} }}",
        "SERVICE SILENT": "SELECT * {{ SERVICE SILENT <{}> {{ ?s ?p ?o }} }}",
        "LOAD": "LOAD <{}>",
        "FROM": "SELECT * FROM <{}> {{ ?s ?p ?o }}",
    }

    async def run() -> list[tuple[str, bytes]]:
        pool = Pool(store, Limits(deadline_s=5.0, workers=2))
        await pool.start()
        try:
            frames = (_frame(queries[text].format(address)) for address in spelled)
            replies = [await pool.answer(frame) for frame in frames]
        finally:
            await pool.close()
        return [(reply.outcome, reply.body) for reply in replies]

    found = asyncio.run(run())

    assert {outcome for outcome, _ in found} <= {"answered", "evaluation", "query-syntax"}
    assert not any(file.word.encode() in body for _, body in found)
    assert (addresses.visits, file.visits) == ([], 0)


def _frame(query: str) -> dict[str, object]:
    return {
        "query": query,
        "default_graphs": (),
        "named_graphs": (),
        "table_format": "tsv",
        "graph_format": "ntriples",
        "has_dataset": "FROM" in query,
    }


@needs_proc
def test_every_process_that_reads_a_question_is_confined(visitor):
    """Evaluators and readers: the filter of system calls is on, and cannot be taken off."""
    _, running = visitor
    states = [Path(f"/proc/{pid}/status").read_text() for pid in children(running.process.pid)]

    assert len(states) >= 6
    for state in states:
        fields = dict(line.split(":\t", 1) for line in state.splitlines())
        assert (fields["Seccomp"], fields["NoNewPrivs"]) == ("2", "1")
