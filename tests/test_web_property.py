"""Any request to the endpoint: whatever is sent, the answer is one that the manual knows."""

import json
import re
from urllib.parse import urlencode

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allygraph.web.negotiate import GRAPHS, TABLES
from allygraph.web.problems import PROBLEMS

WORD_TEXT = r"""
SELECT ASK CONSTRUCT DESCRIBE WHERE { } ( ) * ?s ?p ?o $x . ; , <x:y> <ns#Claim> a a:b : _:b
't' "t"@en '''t''' 1 1.5 true FILTER BIND AS GRAPH FROM NAMED UNION OPTIONAL MINUS VALUES UNDEF
LIMIT 0 OFFSET ORDER BY GROUP HAVING COUNT SERVICE SILENT LOAD INSERT DATA CLEAR PREFIX a: <x:>
BASE # << >> <<( )>> ^ / | ! = < > && || \u0041 \ @ % é 日
"""
WORDS = st.sampled_from(WORD_TEXT.split())
QUERIES = st.one_of(st.lists(WORDS, max_size=25).map(" ".join), st.text(max_size=40))
NAMES = st.sampled_from(
    ["query", "format", "output", "default-graph-uri", "named-graph-uri", "update", "graph", "x"]
)
VALUES = st.one_of(
    QUERIES, st.sampled_from(["json", "ttl", "html", "pdf", "x:g", "http://example.org/g1", ""])
)
TYPES = [offer.media_type for offer in (*TABLES, *GRAPHS)]
RANGES = [*TYPES, "*/*", "text/*;q=0.3", "image/png", "*;q=2", "text/html;q=0"]
OTHER_SCRIPT = re.compile(r'<script(?! type="module" src="/assets/)')
KINDS = ["", "application/sparql-query", "application/x-www-form-urlencoded", "text/turtle"]


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]),
    path=st.sampled_from(["/sparql", "/sparql", "/sparql", "/graphs", "/void"]),
    query=QUERIES,
    fields=st.lists(st.tuples(NAMES, VALUES), max_size=3),
    accept=st.lists(st.sampled_from(RANGES), max_size=4).map(", ".join),
    kind=st.sampled_from(KINDS),
)
def test_no_request_is_answered_with_a_fault_of_ours(
    client, method, path, query, fields, accept, kind
):
    pairs = [("query", query), *fields] if path == "/sparql" else fields
    told = urlencode(pairs, errors="replace")
    headers = {"Accept": accept} if accept else {}
    if method == "POST":
        body = told if kind == KINDS[2] else query
        headers |= {"Content-Type": kind} if kind else {}
        content = body.encode("utf-8", "replace")
        answer = client.request(method, path, content=content, headers=headers)
    else:
        answer = client.request(method, f"{path}?{told}", headers=headers)

    check(answer, method)


def check(answer: httpx.Response, method: str) -> None:
    """See that an answer is a result, or a problem of the table with what belongs to it."""
    assert answer.status_code != 500, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    if answer.status_code < 400 or method == "HEAD":
        return
    if answer.headers["content-type"].startswith("text/html"):
        assert OTHER_SCRIPT.search(answer.text) is None
        return
    members = json.loads(answer.text)
    code = members["type"].rpartition("#")[2]
    assert (answer.status_code, members["title"]) == PROBLEMS[code]
    assert answer.status_code != 503 or code in ("busy", "deadline", "memory", "result-too-large")
    if code == "query-syntax":
        assert members["line"] >= 1
        assert members["column"] >= 1
