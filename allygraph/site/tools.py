"""Tools: what an assistant may ask, answered as plain records and as a short text.

Every answer names its two clocks and the version of the graph; every row and relationship carries
the ids of its claims, and the claims come with it: words, speaker, chain, source. A name that the
graph does not have is refused with the names that are near; nothing is guessed.

Shape: an `Ask` whose path is ``question/<topic>/<name>`` or the name of another tool; a JSON object
with ``structured`` and ``text`` out.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any

from pyoxigraph import NamedNode

from allygraph import answers, evidence
from allygraph.describe import Description, Relation, describe
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError, UnknownName
from allygraph.evidence import POLARITIES, Evidence
from allygraph.export import write
from allygraph.lookup import labels, links, refuse_unknown, statements
from allygraph.names import PREFIXES, compact, expand
from allygraph.queries import CLOCKS
from allygraph.resolve import Match, Resolver
from allygraph.results import Table, readable
from allygraph.site.asking import Answer, Ask

MOST_ROWS = 500
ROWS = 50
_MOST_RELATIONS = 25

Record = dict[str, Any]


def call(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Answer one call.

    Raises:
        UnknownName: there is no such tool, or the graph has no such thing.
        ParameterError: an argument is missing or does not fit.
    """
    name, _, rest = ask.path.partition("/")
    structured, lines = _tool(name)(engine, ask, rest)
    structured |= {"known_by": ask.known_by.isoformat(), "graph_version": ask.version}
    body = {"structured": structured, "text": "\n".join(lines)}
    return Answer(json.dumps(body, ensure_ascii=False).encode(), "application/json")


Tool = Callable[[OxigraphEngine, Ask, str], tuple[Record, list[str]]]


def _tool(name: str) -> Tool:
    tools: Mapping[str, Tool] = {
        "question": _question,
        "resolve_name": _resolve_name,
        "why": _why,
        "describe_thing": _describe_thing,
        "ontology": _ontology,
    }
    if name not in tools:
        raise UnknownName(f"there is no tool '{name}'", expected=f"one of {', '.join(tools)}")
    return tools[name]


def _question(engine: OxigraphEngine, ask: Ask, name: str) -> tuple[Record, list[str]]:
    """Answer a saved query: rows with the ids of their claims, and the claims once each."""
    most = _count(ask, "limit", ROWS, MOST_ROWS)
    clocks = {"as_of": ask.as_of.isoformat(), "known_by": ask.known_by.isoformat()}
    values = {key: ",".join(group) for key, group in ask.params.items() if key != "limit"}
    asked = answers.question(name, values, today=ask.known_by)
    has = asked.saved.params
    values |= {clock: day for clock, day in clocks.items() if clock in has}
    why = not asked.saved.counts
    asked = answers.question(name, values, today=ask.known_by, why=why)
    table = answers.answer(engine, asked)
    claims: list[tuple[Evidence, ...]] = [()] * len(table)
    total = len(table)
    if why:
        table, claims = answers.with_claims(engine, asked, table)
        total = len(table)
    table, claims = Table(table.columns, table.rows[:most]), claims[:most]
    rows = [
        {
            "values": {key: _short(value) for key, value in record.items()},
            "claims": [one.claim for one in group],
        }
        for record, group in zip(table.records(), claims, strict=True)
    ]
    structured: Record = {
        "question": asked.saved.title,
        "reading": asked.saved.reading,
        "rows": rows,
        "total": total,
        "truncated": total > len(rows),
        "labels": _labels(engine, table),
        "claims": _by_id(one for group in claims for one in group),
    }
    structured |= {clock: values[clock] for clock in CLOCKS if clock in has}
    return structured, _question_lines(structured, table, claims)


def _question_lines(
    structured: Record, table: Table, claims: list[tuple[Evidence, ...]]
) -> list[str]:
    clocks = [f"{name}: {structured[name]}" for name in CLOCKS if name in structured]
    lines = [f"{structured['question']} ({'; '.join(clocks)})", structured["reading"], ""]
    if not table.rows:
        lines.append("No row: the graph holds nothing that answers this on these clocks.")
    for row, group in zip(table.rows, claims, strict=True):
        cells = zip(table.columns, row, strict=True)
        shown = (
            f"{column}: {structured['labels'].get(readable(value)) or readable(value)}"
            for column, value in cells
            if value is not None
        )
        lines.append(f"- {'; '.join(shown)}")
        lines += _claim_lines(group)
    if structured["truncated"]:
        lines.append(f"{len(table)} of {structured['total']} rows; ask for more with limit.")
    return lines


def _resolve_name(engine: OxigraphEngine, ask: Ask, _: str) -> tuple[Record, list[str]]:
    """Say which thing a name or code means on the day, or what is near."""
    text = _needed(ask, "text")
    found = _resolver(engine, ask.known_by).resolve(
        text, ask.as_of, kind=ask.one("kind", "any"), scheme=ask.one("scheme") or None
    )
    suggestions = [_match(match) for match in found.suggestions]
    structured: Record = {
        "text": text,
        "as_of": ask.as_of.isoformat(),
        "match": _match(found.sure) if found.sure else None,
        "suggestions": suggestions,
    }
    if found.sure:
        return structured, [f"{text}: {compact(found.sure.thing)} ({found.sure.label})"]
    lines = [f"'{text}' is not the name of one thing; nothing is guessed."]
    lines += [f"- {one['thing']} ({one['label']}), {one['matched']}" for one in suggestions]
    return structured, lines


@lru_cache(maxsize=2)
def _resolver(engine: OxigraphEngine, known_by: date) -> Resolver:
    """Keep the names that were known by a day: reading them takes longer than all questions."""
    return Resolver(engine, known_by)


def _match(match: Match) -> Record:
    return {
        "thing": compact(match.thing),
        "label": match.label,
        "matched": match.how,
        "score": match.score,
    }


def _why(engine: OxigraphEngine, ask: Ask, _: str) -> tuple[Record, list[str]]:
    """Give the claims that affirm, deny or doubt something; of a claim, itself."""
    thing = expand(_needed(ask, "thing"))
    refuse_unknown(engine, [thing])
    about = {claim for claim, _, _ in links(engine, [thing], POLARITIES)}
    said = statements(engine, [thing])[thing]
    if NamedNode(expand("ally:Claim")) in said.get(expand("rdf:type"), []):
        about.add(thing)
    rests = said.get(expand("ally:restsOn"), []) + said.get(expand("ally:derivedFrom"), [])
    about |= {value.value for value in rests if isinstance(value, NamedNode)}
    known = list(evidence.read(engine, about, ask.known_by).values())
    label = labels(engine, [thing]).get(thing) or compact(thing)
    structured = {"thing": compact(thing), "label": label, "claims": _by_id(known)}
    if not known:
        hint = "describe_thing lists its relationships; ask why of one of them"
        return structured, [f"No claim known by {ask.known_by} is about {label}; {hint}."]
    return structured, [f"{label}:", *_claim_lines(known)]


def _describe_thing(engine: OxigraphEngine, ask: Ask, _: str) -> tuple[Record, list[str]]:
    """Describe a thing on the clocks: its names, what is said of it, relationships, claims."""
    found = describe(engine, _needed(ask, "thing"), ask.as_of, ask.known_by)
    most = _count(ask, "limit", _MOST_RELATIONS, MOST_ROWS)
    shown = [
        (group.heading, group.relations[:most], len(group.relations)) for group in found.groups
    ]
    kept = [relation for _, relations, _ in shown for relation in relations]
    claims = [*found.evidence, *(one for relation in kept for one in relation.evidence)]
    structured: Record = {
        "thing": found.iri,
        "label": found.label,
        "types": found.types,
        "names": [{"text": text, "language": language} for text, language in found.names],
        "as_of": found.as_of,
        "properties": _properties(found),
        "certainty": found.certainty,
        "standing": found.standing,
        "review": found.review,
        "claims_about_it": [one.claim for one in found.evidence],
        "relationships": [
            {"heading": heading, "total": total, "shown": [_relation(one) for one in relations]}
            for heading, relations, total in shown
        ],
        "claims": _by_id(claims),
    }
    lines = [
        f"{found.label} ({found.iri}), {', '.join(found.types)}",
        *_claim_lines(found.evidence),
    ]
    for heading, relations, total in shown:
        lines += ["", f"{heading} ({total})"]
        for one in relations:
            lines.append(f"- {one.label} ({one.iri}): {one.certainty or 'not on this day'}")
    return structured, lines


def _ontology(engine: OxigraphEngine, ask: Ask, _: str) -> tuple[Record, list[str]]:
    """Give the ontology as Turtle: terms, kinds and what they are linked to."""
    graphs = PREFIXES["graph"] + "ontology/"
    quads = engine.store.quads_for_pattern(None, None, None, None)
    own = (quad for quad in quads if getattr(quad.graph_name, "value", "").startswith(graphs))
    return {}, [write(own, "turtle").decode()]


def _relation(relation: Relation) -> Record:
    return {
        "relationship": relation.iri,
        "label": relation.label,
        "kind": relation.kind,
        "properties": _properties(relation),
        "certainty": relation.certainty,
        "standing": relation.standing,
        "review": relation.review,
        "claims": [one.claim for one in relation.evidence],
    }


def _properties(found: Description | Relation) -> dict[str, list[str]]:
    return {name: list(values) for name, values in found.properties}


def _by_id(claims: Iterable[Evidence]) -> dict[str, Record]:
    return {one.claim: asdict(one) for one in claims}


def _claim_lines(claims: Iterable[Evidence]) -> list[str]:
    return [
        f"    {line}" for one in claims for line in (one.claim, *evidence.lines(one, whole=True))
    ]


def _labels(engine: OxigraphEngine, table: Table) -> dict[str, str]:
    named = {v.value for row in table.rows for v in row if isinstance(v, NamedNode)}
    return {compact(iri): label for iri, label in labels(engine, named).items()}


def _short(value: Any) -> Any:
    return compact(value) if isinstance(value, str) and value.startswith("http") else value


def _needed(ask: Ask, name: str) -> str:
    if not (value := ask.one(name)):
        raise ParameterError(f"there is no '{name}'", expected=f"a value for '{name}'")
    return value


def _count(ask: Ask, name: str, default: int, most: int) -> int:
    given = ask.one(name, str(default))
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= most:
        raise ParameterError(f"{name}: '{given[:20]}' does not fit", expected=f"1 to {most}")
    return int(given)
