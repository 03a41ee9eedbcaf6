"""The remote engine against a server on this machine that misbehaves in every way we know of."""

import threading
import time
from http.server import ThreadingHTTPServer

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from allygraph.engines.fetch import Refused, check_redirect, retry_after
from allygraph.engines.remote import USER_AGENT, RemoteEngine
from allygraph.errors import (
    DeadlineExceeded,
    RemoteError,
    ResultTooLarge,
    UnsafeQuery,
    UsageError,
)
from tests.misbehaving import Misbehaving

SELECT = "SELECT ?x ?y WHERE { VALUES (?x ?y) { (1 2) } }"


@pytest.fixture(scope="module")
def server():
    """The misbehaving server; its threads end with the tests."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving) as running:
        running.daemon_threads = True
        running.block_on_close = False
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture
def engine(server):
    """Give engines for a path of the server, and close them."""
    opened = []

    def make(path, **limits):
        Misbehaving.seen.clear()
        limits = {"deadline_s": 10.0, "max_bytes": 3_000_000, **limits}
        opened.append(RemoteEngine(f"{server}/{path}", **limits))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def test_rows_arrive_as_terms(engine):
    """An unbound column is None, languages and blank nodes are kept."""
    table = engine("rows").select(SELECT)

    assert table.columns == ("x", "y")
    assert table.rows == [
        (NamedNode("http://example.org/a"), None),
        (Literal("héllo", language="fr"), BlankNode("b1")),
    ]
    assert Misbehaving.last == {
        "method": "GET",
        "agent": USER_AGENT,
        "query": SELECT,
        "fields": Misbehaving.last["fields"],
    }


def test_one_process_serves_all_forms_of_query(engine):
    """ASK and CONSTRUCT work too; a long query goes by POST, fields of the address are kept."""
    remote = engine("yes?default-graph-uri=http%3A%2F%2Fexample.org%2Fg")
    assert remote.ask("ASK {}") is True
    assert "default-graph-uri=http%3A//example.org/g&" in Misbehaving.last["fields"]
    process = remote._process
    long = f"ASK {{}} # {'x' * 2000}"
    assert remote.ask(long) is True
    assert (Misbehaving.last["method"], Misbehaving.last["query"]) == ("POST", long)
    assert remote._process is process

    triples = engine("graph").construct("CONSTRUCT WHERE { ?s ?p ?o }")

    assert len(triples) == 3
    base = engine("graph").url.removesuffix("graph")
    assert Triple(NamedNode(f"{base}a"), NamedNode(f"{base}b"), Literal("c")) in triples


@pytest.mark.parametrize("path", ["busy-once", "busy-by-date"])
def test_a_busy_endpoint_is_asked_again_when_it_said(engine, path):
    """Retry-After is honoured, in seconds and as a date."""
    began = time.monotonic()
    table = engine(path).select(SELECT)

    assert len(table) == 2
    assert Misbehaving.seen[f"/{path}"] == 2
    assert time.monotonic() - began > (0.9 if path == "busy-once" else 0.0)


def test_a_wait_beyond_the_deadline_is_not_begun(engine):
    """The caller learns at once what the endpoint wants."""
    with pytest.raises(DeadlineExceeded, match="asks to wait 7200 s"):
        engine("busy-for-hours").select(SELECT)
    assert Misbehaving.seen["/busy-for-hours"] == 1


def test_an_answer_that_the_endpoint_has_cut_is_no_answer(engine):
    """A part that looks like the whole would be counted, compared and believed."""
    with pytest.raises(ResultTooLarge, match="cut its answer after 2 rows"):
        engine("capped").select(SELECT)


def test_retries_end(engine):
    """An endpoint that is always busy is asked three times, no more."""
    with pytest.raises(RemoteError, match="it answered 503"):
        engine("busy-for-ever").select(SELECT)
    assert Misbehaving.seen["/busy-for-ever"] == 3


@pytest.mark.parametrize("path", ["silent", "drip"])
def test_the_deadline_holds_for_the_whole_call(engine, path):
    """A server that sends a byte now and then does not keep us."""
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded, match=r"within 1\.2 s"):
        engine(path, deadline_s=1.2).select(SELECT)
    assert time.monotonic() - began < 2.2


def test_after_the_deadline_the_engine_can_be_asked_again(engine, server):
    """A killed process is replaced; a late answer never reaches another question."""
    remote = engine("silent", deadline_s=0.8)
    with pytest.raises(DeadlineExceeded):
        remote.select(SELECT)
    remote._order["url"] = f"{server}/rows"
    remote._deadline_s = 10.0

    assert len(remote.select(SELECT)) == 2


def test_an_endless_answer_is_cut_at_the_cap(engine):
    """Memory is not what ends the reading."""
    with pytest.raises(ResultTooLarge, match="more than 3000000 bytes"):
        engine("endless").select(SELECT)


FAULTS = [
    ("html", "it sent text/html, which is no result of SPARQL: <html><h1>Please log in"),
    ("failing", "it answered 500 .*<html>x+$"),
    ("refusing", "it answered 400 Bad Request: Parse error at line 1"),
    ("to-file", "it redirects wrongly: .*file:///etc/passwd. is not allowed"),
    ("to-ftp", "it redirects to ftp://127.0.0.1/x, which is neither"),
    ("round-and-round", "it redirects wrongly: .* infinite loop"),
    ("nowhere", "it redirects wrongly: Found"),
    ("cut", "its answer is broken"),
    ("nested", "its answer (ended the process that read it|is broken)"),
    ("entities", "its XML declares entities"),
    ("packed", "it sent a compressed answer"),
    ("graph", "it sent text/turtle, which is no result"),
    ("yes", "its answer is not that of SELECT"),
]


@pytest.fixture(scope="module")
def patient(server):
    """One engine for many faults: whatever a server sends, the next question is answered."""
    with RemoteEngine(f"{server}/rows", deadline_s=10, max_bytes=3_000_000) as remote:
        yield remote


@pytest.mark.parametrize(("path", "message"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_an_answer_that_is_none_is_told_with_its_reason(patient, server, path, message):
    """The error names what the endpoint did, on one short line."""
    patient._order["url"] = f"{server}/{path}"
    with pytest.raises(RemoteError, match=message) as caught:
        patient.select(SELECT)

    assert len(caught.value.message) < 500
    assert caught.value.message.startswith("http://127.0.0.1:")


def test_a_context_of_json_ld_is_not_fetched(engine):
    """JSON-LD is not asked for, and not read when sent all the same."""
    with pytest.raises(RemoteError, match="application/ld"):
        engine("json-ld").construct("CONSTRUCT WHERE { ?s ?p ?o }")


def test_a_redirect_within_the_endpoint_is_followed_with_its_body(engine):
    """Status 307 keeps the method; nothing is lost on the way."""
    table = engine("to-rows").select(SELECT + " #" + "x" * 2000)

    assert len(table) == 2
    assert Misbehaving.last["method"] == "POST"


def test_an_update_is_never_sent(engine):
    """The engine asks; it does not change what others keep."""
    with pytest.raises(UnsafeQuery):
        engine("rows").select("DELETE WHERE { ?s ?p ?o }")
    assert Misbehaving.seen["/rows"] == 0


def test_an_unreachable_endpoint_is_told():
    """No server, no stack of urllib."""
    with (
        RemoteEngine("http://127.0.0.1:9/sparql", deadline_s=5) as remote,
        pytest.raises(RemoteError, match="it cannot be asked"),
    ):
        remote.ask("ASK {}")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/", "example.org", "http:"]
)
def test_only_http_is_spoken(url):
    """Another scheme is refused before any process starts."""
    with pytest.raises(UsageError, match="is not an endpoint"):
        RemoteEngine(url)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://192.0.43.8/sparql", "http://192.0.43.8/sparql"),
        ("http://192.0.43.8/sparql", "http://127.0.0.1/"),
        ("http://192.0.43.8/sparql", "http://169.254.169.254/latest/meta-data"),
        ("http://192.0.43.8/sparql", "http://[::1]/"),
        ("http://192.0.43.8/sparql", "http://2130706433/"),
    ],
)
def test_a_redirect_inwards_or_out_of_encryption_is_refused(old, new):
    """A public endpoint cannot make us ask our own network."""
    with pytest.raises(Refused):
        check_redirect(old, new)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("soon", None),
        ("-3", None),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40.0),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0.0),
    ],
)
def test_retry_after_is_read_in_both_forms(value, seconds):
    """Seconds or a date; a date that has passed means now."""
    assert retry_after(value, 60.0) == seconds
