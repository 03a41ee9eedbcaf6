"""Conditional requests and compression: how a kept answer goes out to this client.

Source: RFC 9110, sections 8.8.3 (entity tags), 12.5.3 (Accept-Encoding), 13.1.2 (If-None-Match).
"""

from starlette.requests import Request
from starlette.responses import Response

from allygraph.web.cache import Cache, Cached, Key

CACHE_CONTROL = "public, max-age=60"
SLOT = "allygraph.slot"
"""Name in the scope of the place where a kept answer is left for the next equal request."""
NOT_IN_304 = frozenset({"content-type", "content-length", "content-encoding"})
_WORTH_PACKING_BYTES = 1_000
_PACKED_ALREADY = ("image/png", "image/jpeg", "font/", "application/zip", "application/gzip")


async def respond(request: Request, cache: Cache, key: Key, cached: Cached) -> Response:
    """Give the response to a client that may have the answer already.

    Args:
        request: what was asked, by any method.
        cache: whose answer it is; it keeps the compressed body.
        key: of the answer.
        cached: the answer.
    """
    if (slot := request.scope.get(SLOT)) is not None:
        slot.answered = (key, cached)
    own = {name.lower() for name, _ in cached.headers}
    response = Response(status_code=cached.status)
    del response.headers["content-length"]
    for name, value in cached.headers:
        response.headers.append(name, value)
    if cached.etag:
        response.headers["ETag"] = cached.etag
    if "cache-control" not in own:
        response.headers["Cache-Control"] = CACHE_CONTROL if cached.etag else "no-store"
    response.headers["Vary"] = _join(response.headers.get("vary", ""), "Accept-Encoding")
    if cached.etag and matches(_condition(request), cached.etag):
        return _not_modified(response)
    body = cached.body
    if _worth_packing(cached) and takes_gzip(request.headers.get("accept-encoding"), len(body)):
        body = await cache.packed(key, cached)
        response.headers["Content-Encoding"] = "gzip"
    response.body = body
    response.headers["Content-Length"] = str(len(body))
    return response


def fresh(request: Request, tag: str, vary: str) -> Response | None:
    """Give 304 when the client has the answer with this tag, though nobody has made it here yet."""
    if not matches(_condition(request), tag, any_counts=False):
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


def _not_modified(response: Response) -> Response:
    kept = [(n, v) for n, v in response.headers.items() if n not in NOT_IN_304]
    answer = Response(status_code=304)
    for name, value in kept:
        answer.headers.append(name, value)
    return answer


def _join(vary: str, name: str) -> str:
    """Add a name to a Vary header."""
    names = [part.strip() for part in vary.split(",") if part.strip()]
    if name.lower() not in (part.lower() for part in names):
        names.append(name)
    return ", ".join(names)
