"""Nodes: the things that a row makes, with their properties, as lines of N-Quads."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from allygraph.errors import MappingError, UnknownName
from allygraph.names import compact, expand
from allygraph.tables.conditions import Block, Condition, block, condition, repeated
from allygraph.tables.faults import RowFault
from allygraph.tables.mapping import REPEATED, check
from allygraph.tables.templates import Row, Scope
from allygraph.tables.terms import full, node, plain, typed, words

Values = Callable[[Row], list[str]]
_LABELS = ("rdfs:label", "skos:prefLabel")
_VALUE_KEYS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "text": (str,),
    "lang": (str,),
    "value": (str,),
    "type": (str,),
    **REPEATED,
}


class Thing(NamedTuple):
    """A thing as it is written: IRI, lines of N-Quads, English label, classes, and in which part.

    ``part`` is claims, things or sources: which files it goes to.
    """

    iri: str
    lines: str
    label: str
    classes: tuple[str, ...]
    part: str
    unverified: bool = False


class Node:
    """A ``[[node]]``, compiled: makes its things for a row."""

    def __init__(self, spec: dict[str, Any], scope: Scope, place: str, graph: str) -> None:
        self.name: str = spec.get("name", "")
        self.existing = _existing(spec.get("existing", "keep"), place)
        self.block = block(spec, scope, place)
        self.repeated = repeated(spec)
        inner = self.block.scope
        self.when = condition(spec.get("when"), inner, f"{place} when")
        self.iri = inner.compile(spec["iri"], f"{place} iri")
        self.graph = graph
        if "a" not in spec["properties"]:
            raise MappingError("a node has no class", expected='a = "ally:…"', place=place)
        # In one order, so that the same thing made by two nodes has the same lines.
        self.properties = sorted(
            (predicate(key, place), key, values(value, inner, f"{place} {key}"))
            for key, value in spec["properties"].items()
        )

    def make(self, row: Row) -> Iterator[Thing]:
        """Give the things of a row; the node's name stands in the row afterwards.

        Raises:
            RowFault: a name or value is wrong.
        """
        for _ in self.block.each_turn(row):
            name = self.iri.fill(row) if self.when(row) else ""
            if self.name:
                row[self.name] = name
            if name:
                yield self._thing(row, name)

    def named(self, row: Row) -> str:
        """Give the short name of the thing of this row and turn, or nothing where none is made."""
        if self.block.prepare is not None:
            row = dict(row)
            self.block.prepare(row)
        return self.iri.fill(row) if self.when(row) else ""

    def _thing(self, row: Row, name: str) -> Thing:
        try:
            iri = full(name)
        except RowFault as fault:
            raise fault.at(self.iri.columns) from None
        lines: list[str] = []
        label = ""
        classes: tuple[str, ...] = ()
        for term, key, get in self.properties:
            found = sorted(get(row))
            lines += [f"<{iri}> {term} {value} {self.graph} .\n" for value in found]
            if key in _LABELS and not label:
                label = next((text[1:-4] for text in found if text.endswith('"@en')), "")
            elif key in ("a", "rdf:type"):
                classes = tuple(compact(value[1:-1]) for value in found)
        return Thing(iri, "".join(lines), label, classes, "things")


def _existing(value: str, place: str) -> str:
    if value not in ("keep", "error"):
        raise MappingError(f"existing = '{value}'", expected="keep or error", place=place)
    return value


def scope_for(scope: Scope, nodes: list[Node], spec: dict[str, Any]) -> Scope:
    """Give the scope in which a node or claim is compiled: it may name the nodes before it.

    A node that is made once a turn can be named by what has the same ``for`` and ``each``.
    """
    turns = repeated(spec)
    inner = scope.copy()
    for made in nodes:
        if not made.name:
            continue
        if made.repeated and made.repeated != turns:
            inner.hidden[made.name] = "it is made once a turn: give the same 'for' and 'each'"
            continue
        inner.names[made.name] = made.iri.columns
        if made.repeated:
            inner.getters[made.name] = made.named
    return inner


def predicate(key: str, place: str) -> str:
    """Give a property as N-Quads writes it; ``a`` is rdf:type.

    Raises:
        MappingError: it is no name.
    """
    try:
        return f"<{expand('rdf:type' if key == 'a' else key)}>"
    except UnknownName as error:
        raise MappingError(error.message, expected=error.expected, place=place) from error


def values(spec: Any, scope: Scope, place: str) -> Values:
    """Compile the value of a property: a text is a name, a table says what else, a list several.

    Raises:
        MappingError: it is none of these.
    """
    if isinstance(spec, list):
        several = [values(one, scope, place) for one in spec]
        return lambda row: list(dict.fromkeys(term for get in several for term in get(row)))
    if isinstance(spec, bool):
        constant = [typed(str(spec).lower(), expand("xsd:boolean"))]
        return lambda row: constant
    if isinstance(spec, int):
        number = [typed(str(spec), expand("xsd:integer"))]
        return lambda row: number
    if isinstance(spec, str):
        return _one(spec, scope, place, node)
    if isinstance(spec, dict):
        return _table(spec, scope, place)
    raise MappingError("no value", expected='"ally:…", { text = "…", lang = "en" }', place=place)


def _table(spec: dict[str, Any], scope: Scope, place: str) -> Values:
    check(spec, _VALUE_KEYS, place, "")
    kinds = [key for key in ("name", "text", "value") if key in spec]
    if len(kinds) != 1:
        raise MappingError("no value, or several", expected="name, text or value", place=place)
    own = block(spec, scope, place)
    when = condition(spec.get("when"), own.scope, f"{place} when")
    get = _one(spec[kinds[0]], own.scope, place, _writer(spec, kinds[0], place))
    return _conditional(get, when, own) if set(spec) & set(REPEATED) else get


def _writer(spec: dict[str, Any], kind: str, place: str) -> Callable[[str], str]:
    if kind == "name":
        return node
    if kind == "text":
        language = spec.get("lang", "")
        return (lambda text: words(text, language)) if language else plain
    datatype = predicate(spec.get("type", "xsd:string"), place)[1:-1]
    return plain if datatype == expand("xsd:string") else lambda text: typed(text, datatype)


def _conditional(get: Values, when: Condition, own: Block) -> Values:
    def several(row: Row) -> list[str]:
        found = [term for _ in own.each_turn(row) if when(row) for term in get(row)]
        return list(dict.fromkeys(found))

    return several


def _one(text: str, scope: Scope, place: str, write: Callable[[str], str]) -> Values:
    template = scope.compile(text, place)
    if template.constant is not None:
        try:
            fixed = [write(template.constant)] if template.constant else []
        except RowFault as fault:
            raise MappingError(fault.message, expected=fault.expected, place=place) from fault
        return lambda row: fixed

    def fill(row: Row) -> list[str]:
        value = template.fill(row)
        if not value.strip():
            return []
        try:
            return [write(value)]
        except RowFault as fault:
            raise fault.at(template.columns) from None

    return fill
