"""Conditional requests and compression: how a kept answer goes out to this client.

Source: RFC 9110, sections 8.8.3 (entity tags), 12.5.3 (Accept-Encoding), 13.1.2 (If-None-Match).
"""

from starlette.requests import Request
from starlette.responses import Response

from allygraph.web.cache import Cache, Cached, Key, etag

CACHE_CONTROL = "public, max-age=60"
SLOT = "allygraph.slot"
"""Name in the scope of the place where a kept answer is left for the next equal request."""
CANCELS = "allygraph.cancels"
"""Name in the scope of whether a request is cancelled by itself when its client goes away."""
NOT_IN_304 = frozenset({"content-type", "content-length", "content-encoding"})
_WORTH_PACKING_BYTES = 1_000
_PACKED_ALREADY = ("image/png", "image/jpeg", "font/", "application/zip", "application/gzip")

Lines = list[tuple[bytes, bytes]]


async def respond(request: Request, cache: Cache, key: Key, cached: Cached) -> Response:
    """Give the response to a client that may have the answer already.

    Args:
        request: what was asked, by any method.
        cache: whose answer it is; it keeps the compressed body.
        key: of the answer.
        cached: the answer.
    """
    cached.uses += 1
    # What is asked for the first time may never be asked again.
    if cached.uses > 1 and (slot := request.scope.get(SLOT)) is not None:
        slot.answered = (key, cached)
    body, lines = b"", _lines(cached)
    if cached.etag and matches(_condition(request), cached.etag):
        response = Response(status_code=304)
        lines = [line for line in lines if line[0].decode() not in NOT_IN_304]
    else:
        response = Response(status_code=cached.status)
        body = cached.body
        if _worth_packing(cached) and takes_gzip(request.headers.get("accept-encoding"), len(body)):
            body = await cache.packed(key, cached)
            lines.append((b"content-encoding", b"gzip"))
        lines.append((b"content-length", b"%d" % len(body)))
    response.body = body
    response.raw_headers = lines
    return response


def _lines(cached: Cached) -> Lines:
    """Give the header lines of an answer, whatever the client is."""
    lines = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in cached.headers]
    told = dict(lines)
    if cached.etag:
        lines.append((b"etag", cached.etag.encode()))
    if b"cache-control" not in told:
        control = CACHE_CONTROL if cached.etag else "no-store"
        lines.append((b"cache-control", control.encode()))
    vary = _join(told.get(b"vary", b"").decode("latin-1"), "Accept-Encoding").encode("latin-1")
    return [line for line in lines if line[0] != b"vary"] + [(b"vary", vary)]


def fresh(request: Request, key: Key, vary: str) -> Response | None:
    """Give 304 when the client has the answer already, though nobody has made it here yet."""
    condition = _condition(request)
    if not condition or not matches(condition, tag := etag(key), any_counts=False):
        return None
    told = {"ETag": tag, "Cache-Control": CACHE_CONTROL, "Vary": _join(vary, "Accept-Encoding")}
    return Response(status_code=304, headers=told)


def _condition(request: Request) -> str:
    """Give If-None-Match, where it asks for a short answer."""
    given: str = request.headers.get("if-none-match", "")
    return given if request.method in ("GET", "HEAD") else ""


def matches(given: str, tag: str, *, any_counts: bool = True) -> bool:
    """Say whether If-None-Match names a tag, by the weak comparison; ``*`` names every one."""
    if not given:
        return False
    if given.strip() == "*":
        return any_counts
    wanted = tag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") == wanted for part in given[:4096].split(","))


def takes_gzip(accepted: str | None, size: int) -> bool:
    """Say whether to compress: the client takes gzip, and it is worth it or nothing else is taken.

    >>> takes_gzip("gzip, br", 5000), takes_gzip("gzip;q=0", 5000), takes_gzip("*", 5000)
    (True, False, True)
    >>> takes_gzip("gzip", 10), takes_gzip("gzip, identity;q=0", 10)
    (False, True)
    >>> takes_gzip("identity, gzip;q=0.5", 5000), takes_gzip(None, 5000)
    (False, False)
    """
    if not accepted:
        return False
    weights = dict(_weighted(part) for part in accepted[:1000].lower().split(","))
    rest = weights.get("*", 0.0)
    packed = max(weights.get("gzip", rest), weights.get("x-gzip", 0.0))
    plain = weights.get("identity", 0.0 if weights.get("*") == 0.0 else 0.001)
    if not packed:
        return False
    return not plain or (packed >= plain and size >= _WORTH_PACKING_BYTES)


def _weighted(part: str) -> tuple[str, float]:
    name, _, parameter = part.partition(";")
    field, _, value = parameter.strip().partition("=")
    try:
        weight = float(value) if field.strip() == "q" else 1.0
    except ValueError:
        weight = 0.0
    return name.strip(), weight


def _worth_packing(cached: Cached) -> bool:
    kind = next((value for name, value in cached.headers if name.lower() == "content-type"), "")
    return bool(cached.body) and not kind.startswith(_PACKED_ALREADY)


def _join(vary: str, name: str) -> str:
    """Add a name to a Vary header."""
    names = [part.strip() for part in vary.split(",") if part.strip()]
    if name.lower() not in (part.lower() for part in names):
        names.append(name)
    return ", ".join(names)
