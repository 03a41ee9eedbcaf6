"""Parts of the OpenAPI document that all operations share, and the operations beside questions."""

from typing import Any

from allygraph.names import KINDS_OF_THING
from allygraph.site.questions.request import MOST_ROWS
from allygraph.site.questions.writing import MEDIA_TYPES

Schema = dict[str, Any]

A_DAY = "a day (2023-06-13), month or year; EDTF as far as the graph bounds it"
OPTIONS = ("lang", "format", "why", "labels", "limit", "offset", "version", "spreadsheet")
ROW_HEADERS = ("X-Total-Count", "X-Truncated", "Link", "ETag", "X-Graph-Version")
_REFUSED = {
    "400": "a value does not fit, or a parameter does not exist",
    "404": "the graph has no such name",
    "406": "no form that is taken",
    "410": "the graph has another version now",
    "default": "any other problem, as 429 or 503 with Retry-After",
}
_RDF = (
    *("text/turtle", "application/trig", "application/n-triples", "application/n-quads"),
    *("application/ld+json", "application/rdf+xml", "text/csv", "text/html"),
)


def refusals(*statuses: str) -> Schema:
    """Give the responses of some refusals, and of any other."""
    return {
        status: {"$ref": f"#/components/responses/refused-{status}"}
        for status in (*statuses, "default")
    }


def column(kind: str, told: str) -> Schema:
    """Give the schema of a column in a record; a value may be missing."""
    shapes: dict[str, Schema] = {
        "iri": {"type": ["string", "null"], "format": "iri"},
        "date": {"type": ["string", "null"], "format": "date"},
        # A column of texts may hold numbers too, as the value of a description.
        "string": {"type": ["string", "number", "boolean", "null"]},
        "integer": {"type": ["integer", "null"]},
        "boolean": {"type": ["boolean", "null"]},
    }
    return {**shapes.get(kind, {}), "description": told}


def components() -> Schema:
    """Give the shared parts."""
    return {
        "parameters": _parameters(),
        "headers": _headers(),
        "schemas": _schemas(),
        "responses": {
            f"refused-{status}": {
                "description": told,
                "content": {
                    "application/problem+json": {
                        "schema": {"$ref": "#/components/schemas/Problem"}
                    },
                    "text/html": {"schema": {"type": "string"}},
                },
            }
            for status, told in _REFUSED.items()
        },
    }


def _parameters() -> Schema:
    forms = [*MEDIA_TYPES, "html"]
    told: dict[str, tuple[str, Schema]] = {
        "as_of": (f"the day in the world; today if left out; {A_DAY}", {"type": "string"}),
        "known_by": (
            f"the last day of publication that counts; today if left out; {A_DAY}",
            {"type": "string"},
        ),
        "lang": ("language of labels", {"enum": ["en", "fr", "ja", "ko"]}),
        "format": ("form of the answer; an ending of the address wins", {"enum": forms}),
        "why": ("the claims behind each row; JSON only", {"type": "boolean", "default": False}),
        "labels": (
            "after each column of things one with their labels",
            {"type": "boolean", "default": False},
        ),
        "limit": ("rows of a page", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}),
        "offset": (
            "rows passed over",
            {"type": "integer", "minimum": 0, "maximum": 1_000_000_000, "default": 0},
        ),
        "version": (
            "version of the graph that is wanted; any other than the current one is gone",
            {"type": "string", "pattern": "^[0-9a-f]{16}$"},
        ),
        "spreadsheet": (
            "CSV in which no text becomes a formula; CSV only",
            {"type": "boolean", "default": False},
        ),
    }
    return {
        name: {"name": name, "in": "query", "description": text, "schema": schema}
        for name, (text, schema) in told.items()
    }


def _headers() -> Schema:
    told = {
        "X-Total-Count": ("how many rows there are in all", "integer"),
        "X-Truncated": ("that rows were left out, and how many are here", "string"),
        "Link": ("bookmark (permalink), first, prev, next, last, alternate", "string"),
        "ETag": ("of the graph and the question; If-None-Match gives 304", "string"),
        "X-Graph-Version": ("version of the graph that answered", "string"),
    }
    return {n: {"description": text, "schema": {"type": t}} for n, (text, t) in told.items()}


def _answer() -> Schema:
    """Give the schema of a record; ``why`` and ``claims`` are there where they were asked for."""
    text: Schema = {"type": "string"}
    texts: Schema = {"type": "array", "items": text}
    whole: Schema = {"type": "integer", "minimum": 0}
    answer = {
        **dict.fromkeys(("query", "title", "question", "reading", "language"), text),
        **{name: {**text, "format": "date"} for name in ("as_of", "known_by")},
        "graph_version": {**text, "pattern": "^[0-9a-f]{16}$"},
        "parameters": {
            "type": "object",
            "description": "the value of each parameter; null where all fit",
            "additionalProperties": {"type": ["array", "null"], "items": text},
        },
        "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}},
        "rows": {"type": "array", "items": {"type": "object"}},
        "total": whole,
        "offset": whole,
        "truncated": {"type": "boolean"},
        "links": {"type": "object", "additionalProperties": {**text, "format": "uri"}},
    }
    evidence = {
        "why": {"type": "array", "items": texts, "description": "claims of each row, in order"},
        "claims": {"type": "object", "additionalProperties": {"type": "object"}},
    }
    return {
        "type": "object",
        "properties": {**answer, **evidence},
        "required": list(answer),
    }


def _schemas() -> Schema:
    text: Schema = {"type": "string"}
    return {
        "Answer": _answer(),
        "Column": {
            "type": "object",
            "properties": {"name": text, "type": text, "help": text},
            "required": ["name", "type", "help"],
        },
        "Problem": {
            "type": "object",
            "description": "RFC 9457",
            "properties": {
                "type": {**text, "format": "uri"},
                "title": text,
                "status": {"type": "integer"},
                "detail": text,
                "expected": {},
            },
            "required": ["type", "title", "status", "detail"],
        },
        "SparqlResults": {
            "type": "object",
            "properties": {"head": {"type": "object"}, "results": {"type": "object"}},
            "required": ["head"],
        },
    }


def _get(name: str, summary: str, params: list[Schema], content: Schema, *refused: str) -> Schema:
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "tags": ["service"],
            "parameters": params,
            "responses": {
                "200": {"description": summary, "content": content},
                **refusals(*refused),
            },
        }
    }


def _thing() -> list[Schema]:
    kind = {"type": "string", "enum": [k for k in KINDS_OF_THING if k != "graph"]}
    return [
        {"name": "kind", "in": "path", "required": True, "schema": kind, "example": "actor"},
        {
            "name": "slug",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
            "example": "nato",
        },
    ]


def service_paths() -> Schema:
    """Describe the operations beside the saved queries."""
    text: Schema = {"schema": {"type": "string"}}
    records: Schema = {"schema": {"type": "object"}}
    clocks = [{"$ref": f"#/components/parameters/{n}"} for n in ("as_of", "known_by", "lang")]
    words = {"name": "q", "in": "query", "schema": {"type": "string", "maxLength": 200}}
    sparql = {
        "name": "query",
        "in": "query",
        "required": True,
        "description": "SPARQL 1.1; only reading",
        "schema": {"type": "string", "maxLength": 65_536},
        "example": "SELECT ?s { ?s ?p ?o } LIMIT 1",
    }
    results = {**_plain(*_RDF), MEDIA_TYPES["srj"]: records, MEDIA_TYPES["xml"]: text}
    results["text/tab-separated-values"] = text
    return {
        "/q": _get(
            "questions",
            "The saved queries",
            [words, *clocks],
            {"application/json": records, "text/html": text},
            *("400", "404", "406"),
        ),
        "/{kind}/{slug}": _get(
            "thing",
            "A thing; a redirect to its document",
            [*_thing(), *clocks],
            _plain(*_RDF),
            "404",
        ),
        "/search.json": _get(
            "search", "Things by name", [words, *clocks], {"application/json": records}, "400"
        ),
        "/sparql": _get("sparql", "A SPARQL query", [sparql], results, "400", "406"),
        "/healthz": _get("healthz", "Whether the service runs", [], {"text/plain": text}),
        "/version": _get("version", "Software and graph", [], {"application/json": records}),
        "/openapi.json": _get("openapi", "This document", [], {"application/json": records}),
    }


def _plain(*media_types: str) -> Schema:
    return {media_type: {"schema": {}} for media_type in media_types}
