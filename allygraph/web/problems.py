"""Problems: what a request did wrong, or what became of it, in the form of RFC 9457.

One table names each problem, its status and its title; ``docs/errors.md`` has a heading for each.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from allygraph.names import BASE

if TYPE_CHECKING:
    from starlette.responses import Response

RETRY_S = 2
CODE = "X-Problem"
"""Header that names the problem; a HEAD request sees no more of it, and logs count by it."""
PROBLEMS: dict[str, tuple[int, str]] = {
    "busy": (503, "All places are taken"),
    "date-invalid": (400, "A date cannot be read"),
    "deadline": (503, "The time of the query was up"),
    "internal": (500, "A fault of ours"),
    "memory": (503, "The memory of the query was used up"),
    "name-unknown": (404, "The graph has no such name"),
    "not-ready": (503, "The service is not ready"),
    "parameter-invalid": (400, "A value does not fit its parameter"),
    "parameter-unknown": (400, "There is no such parameter"),
    "query-evaluation": (400, "The query cannot be evaluated"),
    "query-syntax": (400, "The query cannot be read as SPARQL"),
    "query-unsafe": (403, "The operation is not allowed here"),
    "rate-limited": (429, "Too much was asked in a minute"),
    "request-header": (431, "A header is too large"),
    "request-malformed": (400, "The request does not follow the SPARQL protocol"),
    "request-method": (405, "The method is not allowed here"),
    "request-not-acceptable": (406, "No result has the form that was asked for"),
    "request-not-found": (404, "There is nothing at this address"),
    "request-slow": (408, "The request took too long to arrive"),
    "request-too-large": (413, "The query is too large"),
    "request-type": (415, "The body has a media type that is not read here"),
    "request-uri": (414, "The address is too long"),
    "result-too-large": (503, "The answer is too large"),
    "usage": (400, "The question cannot be answered as it is asked"),
    "version-gone": (410, "The graph has another version now"),
    "worker-died": (503, "The query ended its process"),
}
_WORTH_ANOTHER_TRY = frozenset({"busy", "deadline", "memory", "worker-died"})


class Problem(Exception):
    """A request that is answered with a problem instead of a result.

    Args:
        code: a key of ``PROBLEMS``.
        detail: one sentence on this occurrence.
        more: further members, as ``line``, ``column``, ``expected``, ``available``.
    """

    def __init__(self, code: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status, self.title = PROBLEMS[code]
        self.more = more

    def headers(self) -> dict[str, str]:
        """Give the headers that go with it: when to come back, which methods are allowed."""
        headers = {"Cache-Control": "no-store", CODE: self.code}
        if self.code in _WORTH_ANOTHER_TRY:
            headers["Retry-After"] = str(RETRY_S)
        if "retry_after" in self.more:
            headers["Retry-After"] = str(self.more["retry_after"])
        if self.code == "request-method":
            headers["Allow"] = "GET, HEAD, POST, OPTIONS"
        return headers

    def response(self) -> "Response":
        """Give it as ``application/problem+json``."""
        # Workers tell problems too, and have no use for what this takes to import.
        from starlette.responses import Response

        members = {
            "type": f"{BASE}errors#{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }
        text = json.dumps(members, ensure_ascii=False, indent=2) + "\n"
        return Response(text, self.status, self.headers(), "application/problem+json")


def refusal(head: Mapping[str, Any]) -> Problem:
    """Give the problem that a reader tells: the code, the message and the expectation of its error.

    Args:
        head: of a reply whose outcome is ``refused``.
    """
    code = head["code"] if head["code"] in PROBLEMS else "usage"
    more = {"expected": head["expected"]} if head["expected"] else {}
    return Problem(code, head["message"], **more)
