"""Pages: the service for a person with a browser. One file, no script, nothing from elsewhere.

All text of a query, a result or an error goes through ``html.escape``; the policy of each page
allows its own style and its own form, and nothing else.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from allygraph.names import compact
from allygraph.web.examples import Example
from allygraph.web.problems import Problem

_FOLDER = Path(__file__).resolve().parent
_FORMS = (
    ("html", "as a page"),
    ("json", "as JSON"),
    ("csv", "as CSV"),
    ("tsv", "as TSV"),
    ("xml", "as XML"),
    ("turtle", "as Turtle (CONSTRUCT, DESCRIBE)"),
)
_FIRST_QUERY = """\
PREFIX ally: <https://w3id.org/allygraph/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?partner ?label
WHERE {
  ?partnership a ally:Partnership ;
    ally:partner ?partner .
  ?partner rdfs:label ?label .
}
ORDER BY ?label
LIMIT 20
"""


def form(examples: Sequence[Example]) -> Response:
    """Give the page that says what this is."""
    return _page("allygraph", _questions(examples) + _editor(_FIRST_QUERY))


def results(query: str, found: dict[str, Any], examples: Sequence[Example]) -> Response:
    """Give the page with the first rows of an answer.

    Args:
        query: what was asked.
        found: ``boolean``, or ``columns``, ``rows`` (a cell is a kind and a text) and ``more``.
        examples: questions to go on with.
    """
    if "boolean" in found:
        body = f'<p class="answer">{"yes" if found["boolean"] else "no"}</p>'
    else:
        body = _table(found)
    main = f"<h2>Answer</h2>{body}{_editor(query)}{_questions(examples)}"
    return _page("allygraph: answer", main)


def problem(what: Problem, query: str, examples: Sequence[Example]) -> Response:
    """Give the page that says why there is no answer, above the query to mend."""
    expected = what.more.get("expected")
    lines = [f"<strong>{escape(what.title)}</strong>", f"<p>{escape(what.detail)}</p>"]
    if expected:
        lines.append(f"<p>Expected: {escape(str(expected))}</p>")
    main = f'<div class="fault" role="alert">{"".join(lines)}</div>'
    main += _editor(query or _FIRST_QUERY) + _questions(examples)
    answer = _page(f"allygraph: {what.title}", main, what.status)
    answer.headers.update(what.headers())
    return answer


def plain_problem(what: Problem) -> Response:
    """Give the page that says why there is no answer, where no reader could write a better one."""
    main = (
        f'<div class="fault" role="alert"><strong>{escape(what.title)}</strong>'
        f"<p>{escape(what.detail)}</p></div>"
    )
    answer = _page(f"allygraph: {what.title}", main, what.status)
    answer.headers.update(what.headers())
    return answer


def _questions(examples: Sequence[Example]) -> str:
    if not examples:
        return ""
    items = "".join(
        f'<li><a href="{_address(example.query)}"><strong>{escape(example.question)}</strong>'
        f"<span>{escape(example.reading)}</span></a></li>"
        for example in examples
    )
    return f'<h2>Questions to begin with</h2><ul class="questions">{items}</ul>'


def _editor(query: str) -> str:
    options = "".join(f'<option value="{name}">{label}</option>' for name, label in _FORMS)
    lines = min(30, max(12, query.count("\n") + 2))
    return (
        '<h2><label for="query">Ask in SPARQL</label></h2><form action="/sparql" method="get">'
        f'<textarea id="query" name="query" rows="{lines}" spellcheck="false" required>\n'
        f"{escape(query)}</textarea>"
        '<div class="row"><button>Ask</button>'
        f'<select name="format" aria-label="Form of the answer">{options}</select></div></form>'
    )


def _table(found: dict[str, Any]) -> str:
    heads = "".join(f'<th scope="col">{escape(column)}</th>' for column in found["columns"])
    rows = "".join(
        f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in found["rows"]
    )
    count = len(found["rows"])
    note = (
        f"The first {count} rows; the other forms have more." if found["more"] else f"{count} rows."
    )
    if count == 1 and not found["more"]:
        note = "1 row."
    return (
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f'</div><p class="soft">{note}</p>'
    )


def _cell(cell: list[str] | None) -> str:
    if cell is None:
        return ""
    kind, text = cell[0], cell[1]
    if kind == "iri":
        return f'<a href="{_address(f"DESCRIBE <{text}>")}">{escape(compact(text))}</a>'
    if kind == "literal" and cell[2]:
        return f'<span lang="{escape(cell[2])}">{escape(text)}</span>'
    return escape(text)


def _address(query: str) -> str:
    return escape("/sparql?" + urlencode({"query": query, "format": "html"}))


@cache
def _frame() -> tuple[Template, str, str]:
    """Read the page and its style once, with the policy that lets exactly this style in."""
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return Template((_FOLDER / "page.html").read_text(encoding="utf-8")), style, policy


def _page(title: str, main: str, status: int = 200) -> Response:
    template, style, policy = _frame()
    text = template.substitute(title=escape(title), style=style, main=main)
    headers = {"Content-Security-Policy": policy, "Vary": "Accept"}
    return Response(text, status, headers, "text/html; charset=utf-8")
