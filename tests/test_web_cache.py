"""The cache of answers: what is kept, what is shared, and how it goes out to each client."""

import asyncio
import gzip

import pytest
from starlette.requests import Request

from allygraph.web.cache import Cache, Cached, Key, etag
from allygraph.web.conditional import fresh, matches, respond

KEY = Key("aa", ("page", "actor/nato"))
TEXT = b"line\n" * 1000


def answer(key=KEY, body=TEXT, kind="text/plain; charset=utf-8"):
    """Give an answer as a maker does."""
    return Cached(200, (("Content-Type", kind), ("Vary", "Accept")), body, etag(key))


async def made(key=KEY, body=TEXT):
    """Make one without waiting."""
    return answer(key, body)


def test_an_answer_is_made_once_and_then_given_from_memory():
    """The second asker gets the very same object."""

    async def run():
        cache = Cache()
        first = await cache.get_or_make(KEY, made)
        assert await cache.get_or_make(KEY, made) is first
        assert (cache.counts.misses, cache.counts.hits) == (1, 1)

    asyncio.run(run())


def test_ten_equal_questions_at_once_are_answered_by_one_evaluation():
    """Single flight."""
    calls = []

    async def slow():
        calls.append(1)
        await asyncio.sleep(0.02)
        return answer()

    async def run():
        cache = Cache()
        found = await asyncio.gather(*(cache.get_or_make(KEY, slow) for _ in range(10)))
        assert len(calls) == 1
        assert len({id(one) for one in found}) == 1
        assert cache.counts.joined == 9

    asyncio.run(run())


def test_the_first_asker_may_leave_and_the_others_get_their_answer():
    """The evaluation belongs to all who wait."""

    async def run():
        cache = Cache()
        go = asyncio.Event()

        async def slow():
            await go.wait()
            return answer()

        first = asyncio.ensure_future(cache.get_or_make(KEY, slow))
        second = asyncio.ensure_future(cache.get_or_make(KEY, slow))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        go.set()
        assert (await second).body == TEXT
        assert first.cancelled()

    asyncio.run(run())


def test_when_the_last_asker_leaves_the_evaluation_ends_and_the_next_one_starts_anew():
    """Nobody pays for an answer that nobody wants."""
    ended = []

    async def run():
        cache = Cache()

        async def endless():
            try:
                await asyncio.sleep(60)
            finally:
                ended.append(True)
            return answer()

        only = asyncio.ensure_future(cache.get_or_make(KEY, endless))
        await asyncio.sleep(0.01)
        only.cancel()
        await asyncio.gather(only, return_exceptions=True)
        assert (await cache.get_or_make(KEY, made)).body == TEXT
        assert ended == [True]

    asyncio.run(run())


def test_a_failure_reaches_all_who_wait_and_is_not_kept():
    """The next one tries again."""

    async def fail():
        await asyncio.sleep(0)
        raise ValueError("no")

    async def run():
        cache = Cache()
        jobs = (cache.get_or_make(KEY, fail) for _ in range(3))
        found = await asyncio.gather(*jobs, return_exceptions=True)
        assert [type(one) for one in found] == [ValueError] * 3
        assert (await cache.get_or_make(KEY, made)).status == 200

    asyncio.run(run())


def test_the_least_recently_used_answers_go_first_and_the_bytes_stay_below_the_cap():
    """An answer above a quarter of the cap is not kept at all; compressed bodies count."""

    async def run():
        cache = Cache(100_000)
        keys = [Key("aa", number) for number in range(8)]
        for key in keys[:6]:
            await cache.get_or_make(key, lambda key=key: made(key, b"x" * 14_000))
        cache.get(keys[0])
        await cache.get_or_make(keys[6], lambda: made(keys[6], b"x" * 14_000))
        assert cache.get(keys[0]) is not None
        assert cache.get(keys[1]) is None
        await cache.get_or_make(keys[7], lambda: made(keys[7], b"x" * 30_000))
        assert cache.get(keys[7]) is None
        before = cache.size
        assert before <= 100_000
        packed = await cache.packed(keys[0], cache.get(keys[0]))
        assert cache.size == before + len(packed)

    asyncio.run(run())


def test_answers_without_a_tag_are_shared_and_not_kept():
    """What depends on the moment has none."""

    async def passing():
        return Cached(200, (), b"now")

    async def run():
        cache = Cache()
        await cache.get_or_make(KEY, passing)
        assert cache.get(KEY) is None

    asyncio.run(run())


def test_clearing_drops_the_answers_of_one_version_and_tells_the_listeners():
    """After a swap the old bytes go."""

    async def run():
        cache = Cache()
        told = []
        cache.on_drop(told.append)
        newer = Key("bb", KEY.question)
        older = await cache.get_or_make(KEY, made)
        await cache.get_or_make(newer, lambda: made(newer))
        cache.clear("aa")
        assert cache.get(KEY) is None
        assert told == [older]
        assert cache.get(newer) is not None
        cache.clear()
        assert (len(cache), cache.size, len(told)) == (0, 0, 2)

    asyncio.run(run())


def test_a_tag_tells_the_version_and_the_question_apart():
    """Equal questions on one graph have one tag, in every process."""
    assert etag(KEY) == etag(Key("aa", ("page", "actor/nato")))
    assert etag(KEY).startswith('W/"aa-')
    assert len({etag(KEY), etag(Key("bb", KEY.question)), etag(Key("aa", "other"))}) == 3


def request(method="GET", **headers):
    """Give a request with these headers."""
    pairs = [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "headers": pairs})


def respond_to(cached=None, method="GET", **headers):
    """Give the response to a request with these headers."""
    return asyncio.run(respond(request(method, **headers), Cache(), KEY, cached or answer()))


def test_a_client_that_has_the_answer_is_told_so_with_the_headers_that_matter():
    """RFC 9110, 15.4.5: 304 carries ETag, Vary and Cache-Control, and no body."""
    full = respond_to()
    short = respond_to(if_none_match=f'"x", {full.headers["etag"]}')

    assert (short.status_code, short.body) == (304, b"")
    for name in ("etag", "vary", "cache-control"):
        assert short.headers[name] == full.headers[name]
    assert "content-type" not in short.headers
    assert full.headers["vary"] == "Accept, Accept-Encoding"
    assert respond_to(method="POST", if_none_match="*").body == TEXT


@pytest.mark.parametrize(
    ("given", "found"),
    [('W/"a"', True), ('"a"', True), ("*", True), ('"b", "a"', True), ('"b"', False), ("", False)],
)
def test_if_none_match_is_compared_weakly(given, found):
    """RFC 9110, 13.1.2."""
    assert matches(given, 'W/"a"') is found


def test_a_question_whose_tag_the_client_has_needs_no_evaluation():
    """But ``*`` asks whether anything is there, which only an answer tells."""
    assert fresh(request(if_none_match=etag(KEY)), KEY, "Accept").status_code == 304
    assert fresh(request(if_none_match="*"), KEY, "Accept") is None
    assert fresh(request(), KEY, "Accept") is None


def test_compression_follows_the_weights_of_the_client():
    """Small answers and packed pictures stay as they are, unless nothing else is taken."""
    packed = respond_to(accept_encoding="br, gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(packed.body) < len(TEXT)
    assert gzip.decompress(packed.body) == TEXT
    for accepted in ("", "identity", "gzip;q=0", "gzip;q=0.2, identity;q=0.9"):
        assert respond_to(accept_encoding=accepted).body == TEXT
    picture = answer(kind="image/png")
    assert respond_to(picture, accept_encoding="gzip").body == TEXT
