"""Bodies: what is sent is read no further than needed, and what is not wanted harms nobody."""

import socket
import threading
import time
import zlib

import httpx
import pytest

from tests.figures import tell
from tests.processes import needs_proc, resident
from tests.serving import serving

DIRECT = "application/sparql-query"
MOST_WEB_BYTES = 300_000_000
HUGE = 300_000_000
PART = b"#" * 65_536
FORMS = {
    "a query": ("/sparql", DIRECT),
    "a form": ("/sparql", "application/x-www-form-urlencoded"),
    "a document": ("/sparql", "application/rdf+xml"),
    "a graph": ("/graphs", "text/turtle"),
    "a thing": ("/actor/nato", "application/ld+json"),
    "nothing that exists": ("/nowhere", "text/plain"),
}
REFUSALS = (403, 404, 405, 413, 415)


@pytest.fixture(scope="module")
def running(store):
    """A service of its own, whose memory is watched."""
    with serving(store, patience={"body_s": 2.0}) as service:
        yield service


def open_line(running):
    """Connect as a client would."""
    return socket.create_connection(("127.0.0.1", running.port), timeout=20)


def head(path, kind, length):
    """Give the head of a POST; without a length its body comes in chunks."""
    told = f"Content-Length: {length}" if length else "Transfer-Encoding: chunked"
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n{told}\r\n\r\n".encode()


def pour(line, is_chunked):
    """Send a body of 300 MB, as far as it is taken; give how much that was."""
    sent = 0
    part = b"%x\r\n%b\r\n" % (len(PART), PART) if is_chunked else PART
    while sent < HUGE:
        try:
            line.sendall(part)
        except OSError:
            break
        sent += len(PART)
    return sent


def status_of(line):
    """Read the status of an answer; 0 when the connection was cut before it could be read."""
    try:
        answer = line.makefile("rb").readline()
    except OSError:
        return 0
    return int(answer.split()[1]) if answer else 0


@needs_proc
@pytest.mark.parametrize("is_chunked", [False, True], ids=["with length", "in chunks"])
@pytest.mark.parametrize("form", FORMS)
def test_a_body_of_300_mb_is_refused_and_costs_no_memory(running, form, is_chunked):
    """It is not even taken: after a few megabytes the connection ends."""
    before = resident(running.process.pid)
    with open_line(running) as line:
        line.sendall(head(*FORMS[form], 0 if is_chunked else HUGE))
        sent = pour(line, is_chunked)
        status = status_of(line)
    grown = resident(running.process.pid) - before
    tell(f"{status} after {sent / 1e6:.1f} MB, memory grew by {grown / 1e6:.1f} MB")

    assert status in (0, *REFUSALS)
    assert sent < HUGE / 5
    assert resident(running.process.pid) < MOST_WEB_BYTES


@pytest.mark.parametrize("form", FORMS)
def test_a_refusal_can_be_read_before_the_body_is_sent(running, form):
    """Whoever waits for it is told; nobody needs to send 300 MB to learn that they are too many."""
    with open_line(running) as line:
        line.sendall(head(*FORMS[form], HUGE))

        assert status_of(line) in REFUSALS


@pytest.mark.parametrize(
    ("length", "body"),
    [(5, b"12345"), (0, b"5\r\n12345\r\n0\r\n\r\n"), (60_000, b"x" * 60_000)],
    ids=["with length", "in chunks", "longer"],
)
def test_a_body_that_comes_behind_its_refusal_does_not_end_the_connection(running, length, body):
    """A client that keeps its connections sends the next question on the same one."""
    with open_line(running) as line:
        line.sendall(head("/graphs", "text/turtle", length))
        answers = line.makefile("rb")
        first = _read_answer(answers)
        line.sendall(body)
        line.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n")
        second = _read_answer(answers)

    assert (first[0], second[0]) == (403, 200)
    assert b'"boolean":true' in second[1]


def _read_answer(answers):
    status = int(answers.readline().split()[1])
    length = 0
    while (line := answers.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return status, answers.read(length)


def test_a_rest_that_does_not_come_or_is_none_ends_the_connection(running):
    """Behind an answer there is no second one, whatever is sent."""
    for rest in (b"", b"not a chunk\r\n"):
        with open_line(running) as line:
            line.sendall(head("/graphs", "text/turtle", 0))
            answers = line.makefile("rb")
            assert _read_answer(answers)[0] == 403
            line.sendall(rest)
            began = time.monotonic()
            assert answers.read() == b""
        assert time.monotonic() - began < 10


@needs_proc
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_packed_body_is_never_unpacked(running, coding):
    """One megabyte that would be a gigabyte is one megabyte here."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1_000_000)
    bomb = b"".join(packer.compress(zeros) for _ in range(60)) + packer.flush()
    before = resident(running.process.pid)
    headers = {"Content-Type": DIRECT, "Content-Encoding": coding}

    answer = httpx.post(f"{running.address}/sparql", content=bomb, headers=headers, timeout=20)

    assert answer.status_code == 415
    assert resident(running.process.pid) < before + 20_000_000


def test_others_are_answered_while_somebody_sends_on_and_on(running):
    """A sender of huge bodies without pause keeps nobody waiting."""
    stop = threading.Event()

    def send():
        while not stop.is_set():
            with open_line(running) as line:
                line.sendall(head("/sparql", DIRECT, 0))
                pour(line, is_chunked=True)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        with httpx.Client(base_url=running.address, timeout=20) as client:
            statuses = {
                client.get("/sparql", params={"query": f"ASK {{ ?s ?p {i} }}"}).status_code
                for i in range(50)
            }
    finally:
        stop.set()
        sender.join()

    assert statuses == {200}
