"""Turtle and TriG in the shape of the text files, fast enough for the whole graph.

The canonical form is written through rdflib, which knows lists and nested blank nodes; an export
has tens of thousands of triples and needs only the same shape: prefixes in use, one block a
subject, properties in the order of the house, values sorted. Blank nodes keep their labels.
Source: https://www.w3.org/TR/turtle/ and https://www.w3.org/TR/trig/.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from allygraph.names import PREFIXES, compact, expand

FIRST_PROPERTIES = (
    "rdf:type",
    "rdfs:label",
    "skos:prefLabel",
    "skos:altLabel",
    "skos:definition",
    "skos:scopeNote",
    "skos:example",
)

Node = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal
Properties = list[tuple[str, list[Term]]]
Block = tuple[Node, Properties]

TYPE = expand("rdf:type")
_RANKS = {expand(name): rank for rank, name in enumerate(FIRST_PROPERTIES)}
_STRING = expand("xsd:string")
_PLAIN = {
    expand("xsd:boolean"): re.compile(r"true|false"),
    expand("xsd:integer"): re.compile(r"0|-?[1-9][0-9]*"),
    expand("xsd:decimal"): re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+"),
}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_TO_ESCAPE = re.compile(r'["\\\x00-\x08\x0a-\x1f\x7f]')
_TO_ESCAPE_IN_LINES = re.compile(r'\\|"""|"\Z|[\x00-\x08\x0b-\x1f\x7f]')


def turtle(triples: Iterable[Triple]) -> str:
    """Give the Turtle of triples: prefixes in use, then one block for each subject."""
    names = _Names()
    body = "\n".join(names.block(block) for block in blocks(triples))
    return names.head() + body


def trig(quads: Iterable[Quad]) -> str:
    """Give the TriG of quads: the default graph first, then the named graphs by IRI.

    Blocks are not indented inside a graph, so that a subject stays at the start of its line.
    """
    names = _Names()
    parts = []
    for graph, triples in graphs(quads):
        body = "\n".join(names.block(block) for block in blocks(triples))
        parts.append(body if graph is None else f"GRAPH {names.node(graph)} {{\n{body}}}\n")
    return names.head() + "\n".join(parts)


def graphs(quads: Iterable[Quad]) -> Iterator[tuple[Node | None, list[Triple]]]:
    """Give the triples of each graph, by name; the default graph is None and comes first."""
    ordered = sorted(quads, key=_graph_name)
    for _, group in groupby(ordered, key=_graph_name):
        members = list(group)
        name = members[0].graph_name
        yield None if isinstance(name, DefaultGraph) else name, [quad.triple for quad in members]


def blocks(triples: Iterable[Triple]) -> list[Block]:
    """Give the triples as blocks: named subjects by IRI, then blank ones, properties in order."""
    table: dict[Node, dict[str, set[Term]]] = {}
    for triple in triples:
        properties = table.setdefault(triple.subject, {})  # type: ignore[arg-type]
        properties.setdefault(triple.predicate.value, set()).add(triple.object)  # type: ignore[arg-type]
    subjects = sorted(table, key=lambda node: (isinstance(node, BlankNode), node.value))
    return [(subject, _ordered(table[subject])) for subject in subjects]


def _ordered(properties: dict[str, set[Term]]) -> Properties:
    rank = len(_RANKS)
    order = sorted(properties, key=lambda name: (_RANKS.get(name, rank), name))
    return [(name, sorted(properties[name], key=_value_order)) for name in order]


def _value_order(term: Term) -> tuple[int, str, str, str]:
    """Order values as the canonical form does: nodes, then texts by language, then the rest."""
    if not isinstance(term, Literal):
        return (isinstance(term, NamedNode), term.value, "", "")
    typed = not term.language and term.datatype.value != _STRING
    return (3 if typed else 2, term.language or "", term.value, term.datatype.value)


def _graph_name(quad: Quad) -> str:
    name = quad.graph_name
    return "" if isinstance(name, DefaultGraph) else name.value


def is_plain(literal: Literal) -> bool:
    """Tell whether a literal is written without quotes: true, 7, 2.5."""
    form = _PLAIN.get(literal.datatype.value)
    return form is not None and form.fullmatch(literal.value) is not None


class _Names:
    """Writes terms short, and remembers which prefixes that took."""

    def __init__(self) -> None:
        self.short: dict[str, str] = {}

    def head(self) -> str:
        used = {text.partition(":")[0] for text in self.short.values() if text[0] != "<"}
        lines = [f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in sorted(used)]
        return "".join([*lines, "\n"]) if lines else ""

    def block(self, block: Block) -> str:
        subject, properties = block
        lines = [self.node(subject), *(self.line(name, values) for name, values in properties)]
        return "\n".join(lines) + "\n.\n"

    def line(self, name: str, values: Sequence[Term]) -> str:
        verb = "a" if name == TYPE else self.iri(name)
        if len(values) == 1:
            return f"    {verb} {self.term(values[0])} ;"
        return f"    {verb}\n" + " ,\n".join(f"        {self.term(v)}" for v in values) + " ;"

    def term(self, term: Term) -> str:
        return self.literal(term) if isinstance(term, Literal) else self.node(term)

    def node(self, node: Node) -> str:
        return self.iri(node.value) if isinstance(node, NamedNode) else f"_:{node.value}"

    def iri(self, iri: str) -> str:
        if (short := self.short.get(iri)) is None:
            short = compact(iri)
            # A local name may not begin with a hyphen.
            short = f"<{iri}>" if short == iri or ":-" in short else short
            self.short[iri] = short
        return short

    def literal(self, literal: Literal) -> str:
        kind = literal.datatype.value
        if is_plain(literal):
            self.iri(kind)  # the canonical form has the prefix of a value in plain form too
            return literal.value
        if "\n" in literal.value:
            text = f'"""{_TO_ESCAPE_IN_LINES.sub(_escape, literal.value)}"""'
        else:
            text = f'"{_TO_ESCAPE.sub(_escape, literal.value)}"'
        if literal.language:
            return f"{text}@{literal.language}"
        return text if kind == _STRING else f"{text}^^{self.iri(kind)}"


def _escape(match: re.Match[str]) -> str:
    return "".join(_ESCAPES.get(sign) or f"\\u{ord(sign):04X}" for sign in match.group())
