"""The service as an OpenAPI 3.1 document: each saved query an operation, typed from its header.

Shape: an `Ask` in, a JSON document out. Source: https://spec.openapis.org/oas/v3.1.1; schemas are
JSON Schema 2020-12.
"""

import json
from importlib.metadata import version
from typing import Any

from allygraph import queries
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.queries import CLOCKS, Param, SavedQuery
from allygraph.site.asking import Answer, Ask
from allygraph.site.questions import schemas
from allygraph.site.questions.fields import is_list
from allygraph.site.questions.index import topic_of
from allygraph.site.questions.writing import MEDIA_TYPES

Schema = dict[str, Any]

_INTRODUCTION = (
    "Alliance relationships that carry their evidence and two clocks: `as_of`, the day in the "
    "world, and `known_by`, the last day of publication that counts. Every saved query is an "
    "operation. A form is chosen by Accept, by `format`, or by an ending of the address: "
    "`/q/membership/members-on.csv`."
)


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the document."""
    saved = queries.catalogue()
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "allygraph",
            "summary": "Saved questions, things, search and SPARQL",
            "description": _INTRODUCTION,
            "version": version("allygraph"),
            "license": {
                "name": "CC BY 4.0",
                "url": "https://creativecommons.org/licenses/by/4.0/",
            },
        },
        "servers": [{"url": ask.base.rstrip("/")}],
        "tags": [
            *({"name": topic} for topic in sorted({topic_of(query) for query in saved})),
            {"name": "service", "description": "search, things, SPARQL, descriptions"},
        ],
        "paths": {**schemas.service_paths(), **{f"/q/{q.name}": path(q) for q in saved}},
        "components": schemas.components(),
    }
    return Answer((json.dumps(document, ensure_ascii=False) + "\n").encode(), "application/json")


def path(query: SavedQuery) -> Schema:
    """Describe a saved query as an operation."""
    examples = queries.examples(query)
    params = [_parameter(param, examples.get(param.name, ())) for param in query.params.values()]
    missing = [{"$ref": f"#/components/parameters/{n}"} for n in CLOCKS if n not in query.params]
    options = [{"$ref": f"#/components/parameters/{name}"} for name in schemas.OPTIONS]
    counted = f" It counts the rows of `{query.counts}`." if query.counts else ""
    return {
        "get": {
            "operationId": query.name.replace("/", "_").replace("-", "_"),
            "summary": query.title,
            "description": f"{query.question}\n\n{query.reading}{counted}",
            "tags": [topic_of(query)],
            "parameters": [*params, *missing, *options],
            "responses": {"200": _rows(query), **schemas.refusals("400", "404", "406", "410")},
        }
    }


def _parameter(param: Param, examples: tuple[str, ...]) -> Schema:
    is_clock = param.name in CLOCKS
    described: Schema = {
        "name": param.name,
        "in": "query",
        "description": param.help + ("; today if left out" if is_clock else ""),
        "required": not (param.optional or param.any or is_clock),
    }
    schema = _value(param)
    if param.optional and examples:
        schema["default"] = _typed(param, examples[0])
    values = [_typed(param, one) for one in examples]
    if is_list(param):
        schema = {"type": "array", "items": schema, "minItems": 1}
        described |= {"style": "form", "explode": True}
    if values:
        described["example"] = values if is_list(param) else values[0]
    return {**described, "schema": schema}


def _value(param: Param) -> Schema:
    if param.values:
        # Short forms are taken too: "sure" for kind:certainty-sure.
        return {"type": "string", "examples": list(param.values)}
    shapes: dict[str, Schema] = {
        "iri": {"type": "string", "format": "iri-reference", "minLength": 3},
        "date": {"type": "string", "minLength": 4, "description": schemas.A_DAY},
        "integer": {"type": "integer"},
        "boolean": {"type": "boolean"},
        "string": {"type": "string", "maxLength": 10_000},
    }
    return dict(shapes[param.type])


def _typed(param: Param, text: str) -> str | int:
    return int(text) if param.type == "integer" else text


def _rows(query: SavedQuery) -> Schema:
    """Describe an answer in every form; records are typed from the columns."""
    columns = {c.name: schemas.column(c.type, c.help) for c in query.columns.values()}
    row = {"type": "object", "properties": columns, "required": list(columns)}
    record = {
        "allOf": [{"$ref": "#/components/schemas/Answer"}],
        "properties": {"rows": {"type": "array", "items": row}},
    }
    bodies: dict[str, Schema] = {
        media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES.values()
    }
    bodies["text/html"] = {"schema": {"type": "string"}}
    bodies[MEDIA_TYPES["json"]] = {"schema": record}
    bodies[MEDIA_TYPES["srj"]] = {"schema": {"$ref": "#/components/schemas/SparqlResults"}}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in schemas.ROW_HEADERS}
    return {"description": query.reading, "headers": headers, "content": bodies}
