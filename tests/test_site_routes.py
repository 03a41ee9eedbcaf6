"""The site over HTTP: clocks, language and form of an address, before any page is looked at."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from allygraph.web.cache import Cache
from allygraph.web.gate import Gate
from allygraph.web.negotiate import RDF
from allygraph.web.routes import ReaderRoute
from allygraph.web.site import Site
from allygraph.web.worker import Reply
from allygraph.web.workers import Limits


def test_a_page_is_answered_in_the_language_of_the_browser(client):
    french = client.get("/", headers={"Accept-Language": "fr-CA, en;q=0.5"})
    named = client.get("/?lang=ja", headers={"Accept-Language": "fr"})

    assert '<html lang="fr">' in french.text
    assert '<html lang="ja">' in named.text
    assert "Accept-Language" in french.headers["vary"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("as_of=yesterday", "date-invalid"),
        ("known_by=2023-02-30", "date-invalid"),
        ("lang=tlh", "request-malformed"),
        ("as_of=2023&as_of=2024", "request-malformed"),
        ("format=turtle", "request-malformed"),
        ("q=%FF", "request-malformed"),
    ],
)
def test_a_field_that_every_address_has_is_checked(client, query, code):
    answer = client.get(f"/?{query}")

    assert answer.status_code == 400
    assert answer.json()["type"].endswith(f"#{code}")


def test_clocks_stand_in_every_link_of_a_page(client):
    page = client.get("/?as_of=2023-06&known_by=2023-06-13")

    assert 'href="/?as_of=2023-06-30&amp;known_by=2023-06-13&amp;lang=en"' in page.text


class SlowReaders:
    """Readers that take their time, and count how many of them are asked at once."""

    version = "0123456789abcdef"

    def __init__(self, spent_s, patience_s):
        self.limits = Limits(queue_s=patience_s)
        self.spent_s, self.now, self.most = spent_s, 0, 0

    async def answer(self, request):
        """Answer after a while."""
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self.spent_s)
        self.now -= 1
        head = {"status": 200, "media_type": "text/turtle", "headers": []}
        return Reply("answered", head, b"", self.version)


def _site(readers):
    return Site(readers, Cache(), Gate(None, readers.limits))


def statuses(readers, at_once):
    """Ask four things at once; give the statuses, sorted."""
    route = ReaderRoute("/graphs", "graphs", RDF, at_once=at_once)
    app = Starlette(routes=[Route("/graphs", _site(readers).endpoint(route))])

    async def ask():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            asked = (client.get(f"/graphs?graph=x:{i}") for i in range(4))
            return sorted(answer.status_code for answer in await asyncio.gather(*asked))

    return asyncio.run(ask())


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (2, 2), (0, 4)])
def test_large_answers_of_one_route_leave_readers_to_the_others(at_once, most):
    readers = SlowReaders(spent_s=0.02, patience_s=5.0)

    assert statuses(readers, at_once) == [200, 200, 200, 200]
    assert readers.most == most


def test_nobody_waits_for_ever_for_a_large_answer():
    readers = SlowReaders(spent_s=0.5, patience_s=0.05)

    assert statuses(readers, at_once=1) == [200, 503, 503, 503]
