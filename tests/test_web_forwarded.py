"""Behind a proxy: what it says of clients is believed only where that was asked for."""

import asyncio

import httpx
import pytest

from allygraph.web.addresses import Forwarded
from tests.serving import serving


def seen_by(headers):
    """Give client and scheme as the application sees them."""
    seen = {}

    async def app(scope, receive, send):
        seen.update(scope)

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": ("10.0.0.1", 5), "scheme": "http", "headers": pairs}
    asyncio.run(Forwarded(app)(scope, None, None))
    return seen["client"][0], seen["scheme"]


@pytest.mark.parametrize(
    ("headers", "client", "scheme"),
    [
        ({}, "10.0.0.1", "http"),
        ({"x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https"}, "192.0.2.1", "https"),
        ({"x-forwarded-for": "6.6.6.6, 192.0.2.1"}, "192.0.2.1", "http"),
        ({"x-forwarded-for": "", "x-forwarded-proto": "gopher"}, "10.0.0.1", "http"),
    ],
)
def test_the_last_entry_is_what_the_proxy_has_seen(headers, client, scheme):
    """Those before it are whatever the client claims."""
    assert seen_by(headers) == (client, scheme)


@pytest.mark.parametrize("trusts", [False, True])
def test_links_have_the_scheme_of_the_proxy_only_where_it_is_trusted(store, trusts):
    """Without a proxy everybody could claim anything."""
    told = {"X-Forwarded-Proto": "https", "Accept": "text/turtle"}
    with serving(store, trust_forwarded=trusts) as running:
        answers = [
            httpx.get(f"{running.address}/actor/x", headers=told, follow_redirects=False)
            for _ in range(3)
        ]

    schemes = {answer.headers["location"].partition(":")[0] for answer in answers}
    assert schemes == {"https" if trusts else "http"}
