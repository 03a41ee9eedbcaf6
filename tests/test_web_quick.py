"""Answers that are ready: what makes two requests equal, and when an answer is ready no longer."""

import asyncio
import json

import httpx
import pytest

from allygraph.web import quick as module
from allygraph.web.app import create_app
from allygraph.web.cache import Cache, Cached, Key, etag
from allygraph.web.quick import Quick, Slot, head_of
from allygraph.web.workers import Limits, Pool
from tests.serving import serving

KEY = Key("aa", "question")
SENT = [(b"content-type", b"text/plain"), (b"etag", b'W/"x"'), (b"x-request-id", b"1")]


def pairs(**headers):
    """Give headers as a connection has them."""
    return [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()]


@pytest.fixture
def cached():
    """An answer that a cache keeps."""
    return Cached(200, (), b"body", etag(KEY))


@pytest.fixture
def quick(cached):
    """Ready answers over a cache with one answer."""
    cache = Cache()
    cache._keep(KEY, cached)
    return Quick(cache)


def slot_for(cached, address=b"/x", **headers):
    """Give the slot of a request that was answered with it."""
    slot = Slot(head_of(b"GET", address, pairs(**headers)))
    slot.answered = (KEY, cached)
    return slot


def test_an_equal_head_finds_the_answer_whatever_browser_sends_it(quick, cached):
    """Neither the name of the browser nor where it comes from makes a difference."""
    slot = slot_for(cached, accept="text/csv", user_agent="a", cookie="b")
    quick.keep(slot, SENT, b"body")
    same = head_of(b"GET", b"/x", pairs(accept="text/csv", user_agent="z", if_none_match="q"))

    ready = quick.find(same)

    assert ready.full == b'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\netag: W/"x"\r\n'
    assert ready.short == b'HTTP/1.1 304 Not Modified\r\netag: W/"x"\r\n'
    assert quick.cache.counts.hits == 1


@pytest.mark.parametrize(
    "other",
    [
        head_of(b"HEAD", b"/x", []),
        head_of(b"GET", b"/y", []),
        head_of(b"GET", b"/x", pairs(accept="text/csv")),
        head_of(b"GET", b"/x", pairs(accept_language="fr")),
        head_of(b"GET", b"/x", pairs(accept_encoding="gzip")),
        head_of(b"GET", b"/x", pairs(host="other")),
        head_of(b"GET", b"/x", pairs(authorization="x")),
        head_of(b"GET", b"/x", pairs(x_forwarded_proto="https")),
        head_of(b"GET", b"/x", pairs(anything_new="x")),
    ],
)
def test_any_other_head_is_another_request(quick, cached, other):
    """A header that nobody has thought of makes another head: the safe side."""
    quick.keep(slot_for(cached), SENT, b"body")

    assert quick.find(other) is None


def test_what_the_cache_drops_is_ready_no_longer(quick, cached):
    """After a swap of the graph no old bytes go out; what is answered late is not remembered."""
    quick.keep(slot_for(cached), SENT, b"body")
    quick.cache.clear("aa")
    assert len(quick) == 0

    quick.keep(slot_for(cached), SENT, b"body")
    assert len(quick) == 0


def test_what_did_not_come_from_the_cache_is_not_remembered(quick, cached):
    """An answer to one client alone stays with it."""
    quick.keep(Slot(head_of(b"GET", b"/x", [])), SENT, b"body")

    assert len(quick) == 0


def test_one_answer_is_ready_for_a_bounded_number_of_heads(quick, cached):
    """A client that makes up headers does not fill the memory."""
    for number in range(1000):
        quick.keep(slot_for(cached, made_up=str(number)), SENT, b"body")

    assert len(quick) == module._MOST_HEADS


def test_a_new_day_begins_with_nothing_ready(quick, cached, monkeypatch):
    """An address without clocks means today."""
    quick.keep(slot_for(cached), SENT, b"body")
    quick.tick()
    assert len(quick) == 1

    quick._day = quick._day.replace(year=2000)
    quick.tick()
    assert len(quick) == 0
    quick.keep(slot_for(cached), SENT, b"body")
    assert len(quick) == 1


def test_ready_answers_equal_the_first_one_over_http(store):
    """Headers and bytes, whole and by HEAD and for who has it; each has its line in the log."""
    query = {"query": "SELECT ?o { ?s <http://example.org/p1> ?o } ORDER BY ?o LIMIT 200"}
    with (
        serving(store) as running,
        httpx.Client(base_url=running.address) as client,
    ):
        for accepted in ("gzip", "identity"):
            headers = {"Accept": "text/csv", "Accept-Encoding": accepted}
            first, *others = (
                client.get("/sparql", params=query, headers=headers) for _ in range(3)
            )
            for other in others:
                assert other.content == first.content
                assert _without_date(other) == _without_date(first)
        short = client.head("/sparql", params=query, headers=headers)
        again = client.head("/sparql", params=query, headers=headers)
        assert (short.content, again.content) == (b"", b"")
        assert _without_date(again) == _without_date(first)
        known = headers | {"If-None-Match": first.headers["etag"]}
        for _ in range(2):
            answer = client.get("/sparql", params=query, headers=known)
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["vary"] == first.headers["vary"]
        log = running.stop()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert [line["path"] for line in lines] == ["/sparql"] * 10
    assert {line["status"] for line in lines} == {200, 304}


_OF_EACH = ("date", "x-request-id")


def _without_date(answer):
    return {name: value for name, value in answer.headers.items() if name not in _OF_EACH}


def test_the_application_uses_the_very_cache_that_it_is_given(store):
    """An empty cache is as good as a full one: what is dropped there is dropped everywhere."""
    cache = Cache()
    pools = [Pool(store, Limits()) for _ in range(2)]
    app = create_app(*pools, cache=cache).asgi

    async def ask():
        transport = httpx.ASGITransport(app)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                await client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"})
        finally:
            await asyncio.gather(*(pool.close() for pool in pools))

    async def run():
        await pools[0].start()
        await ask()

    asyncio.run(run())
    assert len(cache) == 1
