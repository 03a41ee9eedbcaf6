"""Refusals: a problem becomes a page for a person, and problem+json for a program.

The page is a reader's, in the frame and the language of all pages, with the names that are near.
When no reader answers, a plain page says the same, so that a person is never shown JSON.
"""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from allygraph.site.asking import Ask
from allygraph.web import pages
from allygraph.web.asked import day, language
from allygraph.web.fields import Fields, decode
from allygraph.web.negotiate import HTML, Offer, choose
from allygraph.web.problems import Problem
from allygraph.web.routes import SUFFIXES
from allygraph.web.workers import Pool

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""What a page of the site may load: what is ours."""

_FORMS = (Offer("problem", "application/problem+json", ("application/json",)), HTML)
_BUSY = frozenset(("busy", "deadline", "memory", "worker-died"))
"""Problems of the readers themselves: another question to them would make it worse."""
_LONGEST = 500


class Refusals:
    """Answers requests that cannot be answered.

    Args:
        readers: the pool of reader processes.
        base: public address of the service, ending in a slash; empty: the one asked for.
    """

    def __init__(self, readers: Pool, base: str = "") -> None:
        self._readers = readers
        self._base = base

    async def respond(self, request: Request, problem: Problem) -> Response:
        """Give the response to a request that has failed."""
        if not _by_a_person(request):
            answer = problem.response()
        elif problem.code in _BUSY or problem.status in (429, 500):
            answer = pages.plain_problem(problem)
        else:
            answer = await self._page(request, problem)
        answer.headers["Vary"] = "Accept, Accept-Language"
        return answer

    async def _page(self, request: Request, problem: Problem) -> Response:
        reply = await self._readers.answer({"ask": self._ask(request, problem).record()})
        if reply.outcome != "answered":
            return pages.plain_problem(problem)
        headers = problem.headers() | {"Content-Security-Policy": PAGE_POLICY}
        return Response(reply.body, problem.status, headers, reply.head["media_type"])

    def _ask(self, request: Request, problem: Problem) -> Ask:
        today = date.today()
        told = {"code": problem.code, "status": str(problem.status), "detail": problem.detail}
        if expected := problem.more.get("expected") or problem.more.get("available"):
            told["expected"] = expected if isinstance(expected, str) else ", ".join(expected)
        fields = _lenient(request)
        return Ask(
            reader="problem",
            path=request.url.path.removeprefix("/")[:_LONGEST],
            params={name: (value[:_LONGEST],) for name, value in told.items()},
            form=HTML.name,
            as_of=_day(fields, "as_of", today),
            known_by=_day(fields, "known_by", today),
            lang=_language(fields, request.headers.get("accept-language", "")),
            base=self._base or str(request.base_url),
            version=self._readers.version,
        )


def _by_a_person(request: Request) -> bool:
    """Tell whether a page is wanted rather than what a program reads."""
    suffix = SUFFIXES.get(request.url.path.rpartition(".")[2], "html")
    given = _lenient(request).get("format", ["html"])
    try:
        offer = choose(request.headers.get("accept"), _FORMS)
    except Problem:
        return False
    return offer is HTML and suffix == "html" and given == ["html"]


def _lenient(request: Request) -> Fields:
    """Give the fields of a request that may be the very ones that are wrong."""
    try:
        return decode(request.scope["query_string"])
    except Problem:
        return {}


def _day(fields: Fields, name: str, today: date) -> date:
    try:
        return day(fields, name, today)
    except Problem:
        return today


def _language(fields: Fields, accepted: str) -> str:
    try:
        return language(fields, accepted)
    except Problem:
        return language({}, accepted)
