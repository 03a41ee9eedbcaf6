"""Addresses of clients: who counts as one client, and whom a proxy speaks for."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

_IPV6_PREFIX = 64


@lru_cache(maxsize=4096)
def client_place(address: str) -> str:
    """Give what counts as one client: an IPv4 address, or the /64 network of an IPv6 one.

    >>> client_place("192.0.2.7"), client_place("::ffff:192.0.2.7")
    ('192.0.2.7', '192.0.2.7')
    >>> client_place("2001:db8:0:1:a:b:c:d"), client_place("unix")
    ('2001:db8:0:1::/64', 'unix')
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, _IPV6_PREFIX), strict=False))
    return str(parsed)


class Forwarded:
    """The application behind one proxy, which tells the client's address and scheme.

    The last entry of X-Forwarded-For is what the proxy itself has seen; those before it are
    whatever the client claims. Without the proxy, everybody could claim anything.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take client and scheme from the proxy's headers."""
        if scope["type"] == "http":
            told = dict(scope["headers"])
            address = told.get(b"x-forwarded-for", b"").rpartition(b",")[2].strip()
            if address:
                scope["client"] = (address.decode("latin-1")[:64], 0)
            if (scheme := told.get(b"x-forwarded-proto", b"").strip().lower()) in (
                b"http",
                b"https",
            ):
                scope["scheme"] = scheme.decode()
        await self._app(scope, receive, send)
