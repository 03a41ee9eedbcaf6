"""Slow and hostile clients on real sockets: each loses its own connection, and nobody else's."""

import asyncio
import socket
import time
from collections import Counter
from contextlib import suppress

import pytest

from tests.figures import tell
from tests.serving import serving

PATIENCE = {"head_s": 1.0, "body_s": 1.0, "idle_s": 1.0, "write_s": 1.5, "per_client": 60}
HEAD = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n"
BODY = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
SMALL = b"GET /sparql?query=SELECT%20%3Fo%20%7B%3Chttp://example.org/s1%3E%20%3Fp%20%3Fo%7D "
DEADLINE_S = 5.0


@pytest.fixture(scope="module")
def impatient(store):
    """A service with short patience."""
    with serving(store, patience=PATIENCE) as running:
        yield running


async def watch(port, sent, drip=b"", source="127.0.0.1"):
    """Send something, then perhaps drip; give what came, and after how long the service closed."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    got = b""
    try:
        writer.write(sent)
        while time.monotonic() < began + DEADLINE_S:
            try:
                part = await asyncio.wait_for(reader.read(65_536), 0.2)
            except TimeoutError:
                writer.write(drip)
                continue
            if not part:
                break
            got += part
    except ConnectionError:
        pass
    finally:
        writer.close()
    return got, time.monotonic() - began


SLOW = {
    "a connection on which nothing comes": (b"", b"", b"408"),
    "half a head": (HEAD[:30], b"", b"408"),
    "a head that drips": (HEAD, b"a: b\r\n", b"408"),
    "an address that drips": (b"GET /", b"a", b"408"),
    "half a body": (BODY + b"Content-Length: 99\r\n\r\nASK", b"", b"408"),
    "a body that drips": (BODY + b"Content-Length: 99\r\n\r\nASK", b"{", b"408"),
    "a body in chunks that drips": (
        BODY + b"Transfer-Encoding: chunked\r\n\r\n",
        b"1\r\n{\r\n",
        b"408",
    ),
    "a connection that rests after an answer": (HEAD + b"\r\n", b"", b"200"),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_client_is_told_and_loses_its_connection(impatient, name):
    """Within the patience and a second, whatever it drips."""
    sent, drip, status = SLOW[name]

    got, spent = asyncio.run(watch(impatient.port, sent, drip))

    assert got.startswith(b"HTTP/1.1 " + status)
    assert 0.9 < spent < 3.0


BROKEN = {
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", b"400"),
    "two Hosts": (HEAD + b"Host: y\r\n\r\n", b"400"),
    "two lengths": (
        BODY + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"400",
    ),
    "two different lengths": (
        BODY + b"Content-Length: 6\r\nContent-Length: 7\r\n\r\n1234567",
        b"400",
    ),
    "a negative length": (BODY + b"Content-Length: -6\r\n\r\n", b"400"),
    "a chunk that is none": (BODY + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
    "a folded header": (HEAD + b"a: b\r\n c\r\n\r\n", b"400"),
    "a header without a colon": (HEAD + b"abc\r\n\r\n", b"400"),
    "a space before the colon": (HEAD + b"Content-Length : 5\r\n\r\n", b"400"),
    "a NUL in a header": (HEAD + b"a: b\0c\r\n\r\n", b"400"),
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
    "an address with a space": (b"GET / x HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
    "an address that is not ASCII": (b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
    "a long address": (b"GET /?" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
    "an address of 2 MB": (b"GET /?" + b"a" * 2_000_000 + b" HTTP/1.1\r\n\r\n", b"414"),
    "a header of 2 MB": (HEAD + b"Accept: " + b"a" * 2_000_000 + b"\r\n\r\n", b"431"),
    "a header that never ends": (HEAD + b"Accept: " + b"a" * 150_000, b"431"),
    "20,000 headers": (HEAD + b"a: b\r\n" * 20_000 + b"\r\n", b"431"),
    "a body of 300 MB that is announced": (
        BODY + b"Content-Length: 300000000\r\n\r\n" + b"a" * 100_000,
        b"413",
    ),
    "another protocol at the start": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"400"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_or_oversized_request_is_refused_and_the_connection_ends(impatient, name):
    """The answer arrives although the client may still be sending."""
    sent, status = BROKEN[name]

    got, spent = asyncio.run(watch(impatient.port, sent))

    assert got[:12] == b"HTTP/1.1 " + status
    assert b"application/problem+json" in got
    assert spent < 2.5


def test_requests_that_are_sent_ahead_are_answered_in_order(impatient):
    """Pipelining: kept answers do not overtake those that take longer."""
    first = HEAD + b"\r\n"
    slow = HEAD.replace(b"ASK%7B%7D", b"ASK%7B?s%20?p%20?o%7D") + b"Accept: text/csv\r\n\r\n"
    last = HEAD + b"Connection: close\r\n\r\n"
    asyncio.run(watch(impatient.port, last))

    got, _ = asyncio.run(watch(impatient.port, first + slow + first + last))

    kinds = [part.split(b"\r\n")[0] for part in got.split(b"content-type: ")[1:]]
    table, csv = b"application/sparql-results+json", b"text/csv; charset=utf-8"
    assert kinds == [table, csv, table, table]


def test_too_many_requests_sent_ahead_end_the_connection(impatient):
    """A thousand heads in one packet do not become a thousand queries."""
    got, _ = asyncio.run(
        watch(impatient.port, b"".join(HEAD + b"n: %d\r\n\r\n" % n for n in range(1000)))
    )

    assert 1 <= got.count(b"HTTP/1.1 200") <= 20


def test_a_request_for_another_protocol_gets_an_answer_in_this_one(impatient):
    """So curl offers HTTP/2 in this way."""
    upgrade = b"Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n"

    got, spent = asyncio.run(watch(impatient.port, HEAD + upgrade))

    assert got.startswith(b"HTTP/1.1 200")
    assert spent < 2.5


def test_a_client_that_does_not_read_its_answers_loses_its_connection(impatient):
    """Bytes that nobody fetches are not kept for long."""
    query = b"SELECT%20*%20%7B?a%20?b%20?c%20.%20?d%20?e%20?f%7D%20LIMIT%2012000"
    request = HEAD.replace(b"ASK%7B%7D", query) + b"Accept: text/csv\r\n\r\n"
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(2)
        line.connect(("127.0.0.1", impatient.port))
        line.sendall(12 * request)
        time.sleep(4.0)
        got = b"".join(_until_closed(line))
    length = int(got.split(b"content-length: ")[1].split(b"\r")[0])
    assert 0 < len(got) < 12 * length


def _until_closed(line):
    with suppress(ConnectionError):
        while part := line.recv(1 << 20):
            yield part


def test_five_hundred_slow_clients_cost_another_client_nothing(impatient):
    """Half with half heads, half with half bodies; most are turned away at once by their number."""

    async def run():
        port = impatient.port
        sends = [HEAD[:30], BODY + b"Content-Length: 99\r\n\r\nASK"]
        slow = [asyncio.ensure_future(watch(port, sends[n % 2], b"")) for n in range(500)]
        spent = []
        while not all(one.done() for one in slow):
            began = time.monotonic()
            request = SMALL + b"HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            got, _ = await watch(port, request, source="127.0.0.2")
            assert got.startswith(b"HTTP/1.1 200")
            spent.append(time.monotonic() - began)
            await asyncio.sleep(0.01)
        return [one.result() for one in slow], sorted(spent)

    found, spent = asyncio.run(run())

    statuses = Counter(got[9:12] for got, _ in found)
    assert statuses[b"503"] + statuses[b""] >= 400
    assert statuses[b"408"] >= 40
    assert max(seconds for _, seconds in found) < 4.0
    tell(
        f"lookups beside 500 slow clients: p50 {spent[len(spent) // 2]:.3f} s, "
        f"p99 {spent[int(0.99 * len(spent))]:.3f} s"
    )
    # A machine that runs other tests meanwhile stalls for a second now and then.
    assert spent[len(spent) // 2] < 0.5
    assert spent[int(0.99 * len(spent))] < 5


def test_kept_connections_of_one_client_are_counted_and_freed(impatient):
    """The cap holds for what is open now, not for what was."""

    async def once():
        got, _ = await watch(impatient.port, HEAD + b"Connection: close\r\n\r\n")
        return got[9:12]

    async def run():
        for _ in range(3):
            found = await asyncio.gather(*(once() for _ in range(50)))
            assert Counter(found) == {b"200": 50}

    asyncio.run(run())
