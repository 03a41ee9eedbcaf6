"""Observing: what became of each request, for the access log and the metrics.

Whoever answers makes an `Observation` and gives it to all watchers. The log has one JSON object a
line. It names no person: of an address only the network is kept, and what a query said is left out
unless the operator asks for it.
"""

import ipaddress
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

log = logging.getLogger("allygraph.web.access")
_LONGEST_PATH = 300
_LONGEST_QUERY = 10_000
_NETWORK_BITS = {4: 24, 6: 48}


@dataclass(frozen=True)
class Observation:
    """One request and its answer.

    Attributes:
        method: of HTTP.
        path: decoded, without the fields.
        status: 0 where the client left before there was one.
        size: bytes of the body that went out.
        seconds: until the last of them; 0 for an answer that was ready.
        client: address.
        request: name of the request, as the answer's X-Request-Id has it.
        query: the SPARQL text or the fields of the address.
        problem: code of the problem that was told, if one was.
    """

    method: str
    path: str
    status: int
    size: int
    seconds: float
    client: str = ""
    request: str = ""
    query: str = ""
    problem: str = ""


Watcher = Callable[[Observation], None]


class Routes:
    """Names for addresses, few enough to count by: the first part of the path, where we have it.

    Args:
        patterns: paths of the routes, as ``/sparql`` and ``/actor/{path:path}``.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._known = frozenset(pattern.split("/")[1].partition(".")[0] for pattern in patterns)

    def name(self, path: str) -> str:
        """Give the name of the route of a path, or ``other``."""
        first = path.split("/", 2)[1] if path.startswith("/") else ""
        first = first.partition(".")[0] if not first.startswith(".") else first
        return f"/{first}" if first in self._known else "other"


class AccessLog:
    """Writes one line of JSON for each request.

    Args:
        version: gives the version of the graph.
        with_queries: whether what was asked is written too.
    """

    def __init__(self, version: Callable[[], str], *, with_queries: bool = False) -> None:
        self._version = version
        self._with_queries = with_queries

    def __call__(self, seen: Observation) -> None:
        """Write the line."""
        told: dict[str, object] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "request": seen.request,
            "client": network_of(seen.client),
            "method": seen.method,
            "path": seen.path[:_LONGEST_PATH],
            "status": seen.status,
            "bytes": seen.size,
            "ms": round(1000 * seen.seconds, 2),
            "graph": self._version(),
        }
        if seen.problem:
            told["problem"] = seen.problem
        if self._with_queries:
            told["query"] = seen.query[:_LONGEST_QUERY]
        # ASCII alone: no sign in it can begin a new line or colour a terminal.
        log.info("%s", json.dumps(told))


def network_of(client: str) -> str:
    """Give the network of an address: enough to see a pattern, too little to find a person.

    >>> network_of("192.0.2.77"), network_of("2001:db8:1:2::5"), network_of("")
    ('192.0.2.0/24', '2001:db8:1::/48', '')
    """
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return ""
    bits = _NETWORK_BITS[address.version]
    return str(ipaddress.ip_network((client, bits), strict=False))
