"""Tools: what an assistant may ask, each with a JSON schema for its arguments and its answer.

One tool for each saved query, named after it (``membership/members-on`` is
``membership_members_on``), and three for names, evidence and things. Nothing of the SDK here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allygraph import queries
from allygraph.errors import UnknownName
from allygraph.queries import CLOCKS, Param, SavedQuery
from allygraph.site.tools import MOST_ROWS, ROWS

Schema = dict[str, Any]

_NAME = "a short name as actor:nato, or a whole IRI; resolve_name finds it"
_DAY = "a day as 2023-06-13, or a month or year, which means its {edge} day"
_CLOCKS: dict[str, Schema] = {
    "as_of": {
        "type": "string",
        "description": f"the day in the world; default today: {_DAY.format(edge='last')}",
    },
    "known_by": {
        "type": "string",
        "description": "the last day of publication that counts; default today",
    },
}
_CLAIMS = {
    "type": "object",
    "description": "each claim by its id: quote, speakers, chain, source, days, modality, review",
    "additionalProperties": {"type": "object"},
}
_TEXTS = {"type": "array", "items": {"type": "string"}}


@dataclass(frozen=True)
class Tool:
    """One tool.

    Args:
        name: as a client calls it.
        title: for people.
        description: what it answers, and how to read the answer.
        path: what the site's reader of tools is asked.
        arguments: JSON schema of its arguments.
        answer: JSON schema of its structured answer.
    """

    name: str
    title: str
    description: str
    path: str
    arguments: Schema
    answer: Schema


def all_tools(topics: Iterable[str] = ()) -> list[Tool]:
    """List the tools, those about names and evidence first.

    Args:
        topics: only saved queries of these topics (folders of ``queries/``); none: all.

    Raises:
        UnknownName: no such topic.
    """
    saved = queries.catalogue()
    known = sorted({query.name.partition("/")[0] for query in saved})
    wanted = set(topics)
    for topic in sorted(wanted - set(known)):
        raise UnknownName(f"there is no topic '{topic}'", expected=f"one of {', '.join(known)}")
    chosen = (q for q in saved if not wanted or q.name.partition("/")[0] in wanted)
    return [*_general(), *map(_of_query, chosen)]


def _general() -> list[Tool]:
    text = {"type": "string", "minLength": 1, "maxLength": 200}
    thing = {"type": "string", "minLength": 1, "description": f"the thing: {_NAME}"}
    kinds = {"type": "string", "description": "kind of thing: actor, office, event, …; default any"}
    scheme = {"enum": ["cow", "gw", "iso", "name"], "description": "only codes of this list"}
    limit = _limit("relationships of each kind", 25)
    claims = {"claims": _CLAIMS, "thing": {"type": "string"}, "label": {"type": "string"}}
    return [
        Tool(
            "resolve_name",
            "From a name or code to the thing",
            "Finds which thing of the graph a name, alias or code means on a day. It never "
            "guesses: an ambiguous or unknown name comes back with suggestions and scores.",
            "resolve_name",
            _arguments({"text": text, "kind": kinds, "scheme": scheme} | _CLOCKS, ["text"]),
            _object({"match": {"type": ["object", "null"]}, "suggestions": {"type": "array"}}),
        ),
        Tool(
            "why",
            "Who says so",
            "Gives the claims that affirm, deny or doubt a relationship, event, rule, proposal or "
            "stage: exact words, speaker, through whom, source with date, modality, review.",
            "why",
            _arguments({"thing": thing, "known_by": _CLOCKS["known_by"]}, ["thing"]),
            _object(claims),
        ),
        Tool(
            "describe_thing",
            "A thing and its relationships",
            "Describes a thing on the two clocks: names, properties, and its relationships by "
            "kind, each with how sure it is on the day and the ids of its claims.",
            "describe_thing",
            _arguments({"thing": thing, "limit": limit} | _CLOCKS, ["thing"]),
            _object(claims | {"relationships": {"type": "array"}}),
        ),
    ]


def _of_query(saved: SavedQuery) -> Tool:
    params = saved.params
    arguments = {name: _CLOCKS.get(name) or _argument(param) for name, param in params.items()}
    needed = [
        name
        for name, param in params.items()
        if not (param.optional or param.any or name in CLOCKS)
    ]
    return Tool(
        saved.name.replace("/", "_").replace("-", "_"),
        saved.title,
        f"{saved.question} {saved.reading}",
        f"question/{saved.name}",
        _arguments(arguments | {"limit": _limit("rows", ROWS)}, needed),
        _object(
            {
                "rows": {"type": "array", "items": _row(saved)},
                "total": {"type": "integer"},
                "truncated": {"type": "boolean"},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "claims": _CLAIMS,
            }
        ),
    )


def _argument(param: Param) -> Schema:
    kinds = {"integer": "integer", "boolean": "boolean"}
    one: Schema = {"type": kinds.get(param.type, "string")}
    if param.values:
        one["enum"] = list(param.values)
    about = {"iri": _NAME, "date": _DAY.format(edge=param.edge)}.get(param.type)
    text = param.help if param.values or about is None else f"{param.help}: {about}"
    if param.many:
        return {"type": "array", "items": one, "minItems": 1, "description": text}
    return one | {"description": text}


def _row(saved: SavedQuery) -> Schema:
    kinds = {"integer": ["integer", "null"], "boolean": ["boolean", "null"]}
    columns = {
        column.name: {
            "type": kinds.get(column.type, ["string", "number", "null"]),
            "description": column.help,
        }
        for column in saved.columns.values()
    }
    values = {"type": "object", "properties": columns}
    return {"type": "object", "properties": {"values": values, "claims": _TEXTS}}


def _limit(what: str, default: int) -> Schema:
    return {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_ROWS,
        "default": default,
        "description": f"the most {what} that come back; the total is told",
    }


def _object(properties: Schema, needed: Iterable[str] = ()) -> Schema:
    return {"type": "object", "properties": properties, "required": list(needed)}


def _arguments(properties: Schema, needed: Iterable[str] = ()) -> Schema:
    """Give the schema of arguments; one that nobody knows is refused."""
    return _object(properties, needed) | {"additionalProperties": False}
