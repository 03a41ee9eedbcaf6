"""JSON-LD in the published context, written from sorted blocks.

rdflib's writer needs an rdflib graph and its own order, pyoxigraph's knows no context, PyLD is a
dependence for one function: see docs/decisions. What a key cannot hold is written as a value
object, so nothing is lost: a reader gets back the same quads.
"""

import json
from collections.abc import Iterable
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from allygraph.errors import InputError
from allygraph.export.context import ADDRESS, Context
from allygraph.names import expand
from allygraph.turtle.blocks import TYPE, Block, Term, blocks, graphs

_BOOLEAN = expand("xsd:boolean")
_INTEGER = expand("xsd:integer")
_STRING = expand("xsd:string")
# Beyond this, readers of JSON may round whole numbers.
_SAFE_WHOLE = 2**53


def jsonld(quads: Iterable[Quad], context: Context, *, inline: bool = True) -> str:
    """Give the JSON-LD of quads, with the context inside or only its address.

    Raises:
        InputError: an IRI begins like a prefix of the context and would be read as another.
    """
    writer = Writer(context)
    nodes: list[dict[str, Any]] = []
    for graph, triples in graphs(quads):
        members = writer.nodes(triples)
        nodes += members if graph is None else [{"id": writer.node(graph), "@graph": members}]
    document = {"@context": context if inline else ADDRESS, "@graph": nodes}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


class Writer:
    """Knows for each property its key and what the context says of its values.

    Attributes:
        prefixes: name to namespace.
        entries: property or class to its key, and to what the context says of it.
        backwards: property to the key of what points by it.
    """

    def __init__(self, context: Context) -> None:
        self.prefixes = {
            name: iri
            for name, iri in context.items()
            if isinstance(iri, str) and iri.endswith(("/", "#"))
        }
        self.entries: dict[str, tuple[str, dict[str, str]]] = {}
        self.backwards: dict[str, str] = {}
        for key, entry in context.items():
            if isinstance(entry, str):
                entry = {"@id": entry}
            if isinstance(entry, dict) and "@reverse" in entry:
                self.backwards[self.whole(entry["@reverse"])] = key
            elif isinstance(entry, dict) and key not in self.prefixes and entry["@id"][0] != "@":
                self.entries[self.whole(entry["@id"])] = (key, entry)

    def whole(self, name: str) -> str:
        """Give the IRI of a name of the context."""
        prefix, _, local = name.partition(":")
        return self.prefixes[prefix] + local if prefix in self.prefixes else name

    def nodes(self, triples: Iterable[Triple]) -> list[dict[str, Any]]:
        """Give the nodes of triples, in the order of the house."""
        return [self.block(block) for block in blocks(triples)]

    def block(self, block: Block) -> dict[str, Any]:
        """Give a subject with its properties under their keys, each with one value or a list."""
        subject, properties = block
        node: dict[str, Any] = {"id": self.node(subject)}
        for name, values in properties:
            if name == TYPE and all(isinstance(value, NamedNode) for value in values):
                node["type"] = _one_or_all([self.term(value.value) for value in values])
                continue
            key, entry = self.entries.get(name, (self.term(name), {}))
            if entry.get("@container") == "@language":
                mapped = [v for v in values if _is_text(v)]
                # A language map holds texts only; the whole IRI as key is free of it.
                rest = [self.value(v, "") for v in values if not _is_text(v)]
                if mapped:
                    node[key] = _language_map(mapped)
                if rest:
                    node[name] = _one_or_all(rest)
            else:
                coercion = self.whole(entry.get("@type", ""))
                node[key] = _one_or_all([self.value(v, coercion) for v in values])
        return node

    def term(self, iri: str) -> str:
        """Give a class or property by its key, else with a prefix, else whole."""
        if iri in self.entries:
            return self.entries[iri][0]
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        for prefix, namespace in self.prefixes.items():
            if namespace == iri[:cut] and iri[cut:]:
                return f"{prefix}:{iri[cut:]}"
        return iri

    def node(self, node: NamedNode | BlankNode) -> str:
        """Give the text by which a node is named.

        Raises:
            InputError: its IRI begins like a prefix of the context.
        """
        if isinstance(node, BlankNode):
            return f"_:{node.value}"
        scheme, _, rest = node.value.partition(":")
        if scheme in self.prefixes and not rest.startswith("//"):
            raise InputError(
                f"the IRI <{node.value}> cannot be written in JSON-LD: '{scheme}:' is a prefix",
                expected="another format, such as nq",
            )
        return node.value

    def value(self, value: Term, coercion: str) -> Any:
        """Give a value; coercion is the type that the key gives it without a word."""
        if not isinstance(value, Literal):
            iri = self.node(value)
            return iri if coercion == "@id" else {"id": iri}
        if value.language:
            return {"@value": value.value, "@language": value.language}
        return self.literal(value, coercion)

    def literal(self, value: Literal, coercion: str) -> Any:
        """Give a literal without language, as plain as its key allows."""
        kind = value.datatype.value
        if kind == _STRING:
            return value.value if not coercion else {"@value": value.value}
        if coercion in ("", kind) and (native := _native(value)) is not None:
            return native
        if coercion == kind:
            return value.value
        return {"@value": value.value, "@type": self.term(kind)}


def _native(value: Literal) -> bool | int | None:
    """Give a literal as a JSON value where that reads back as the same literal."""
    kind, text = value.datatype.value, value.value
    if kind == _BOOLEAN and text in ("true", "false"):
        return text == "true"
    if kind == _INTEGER and text.lstrip("-").isascii() and text.lstrip("-").isdigit():
        number = int(text)
        return number if str(number) == text and abs(number) < _SAFE_WHOLE else None
    return None


def _is_text(value: Term) -> bool:
    return isinstance(value, Literal) and bool(value.language or value.datatype.value == _STRING)


def _language_map(values: list[Term]) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for value in values:
        assert isinstance(value, Literal)
        found.setdefault(value.language or "@none", []).append(value.value)
    return {language: _one_or_all(texts) for language, texts in found.items()}


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
