"""Assets over HTTP: the files of the pages, which no client needs to ask for twice."""

import gzip
from functools import cache

from starlette.requests import Request
from starlette.responses import Response

from allygraph.site.files import File, files
from allygraph.web.conditional import takes_gzip
from allygraph.web.problems import Problem

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


async def asset(request: Request) -> Response:
    """Answer ``/assets/<name>``, where the name holds the hash of the content."""
    file = files().get(request.path_params["name"])
    if file is None:
        return Problem("request-not-found", f"no file at {request.url.path}"[:200]).response()
    headers = _FOR_EVER | {"Content-Type": file.media_type}
    if takes_gzip(request.headers.get("accept-encoding"), len(file.body)):
        return Response(_packed(file), headers=headers | {"Content-Encoding": "gzip"})
    return Response(file.body, headers=headers)


@cache
def _packed(file: File) -> bytes:
    return gzip.compress(file.body, mtime=0)
