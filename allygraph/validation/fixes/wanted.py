"""What a shape wants of a value: the constraints that bear on how one value is written.

Shape: the quads of shapes in, a `Wanted` for each shape out. Read from the shapes themselves, so
that remedies work for any shapes. Source: https://www.w3.org/TR/shacl/#core-components.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from allygraph.names import PREFIXES, expand

Node = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal
_SH = PREFIXES["sh"]
_FIRST, _REST = expand("rdf:first"), expand("rdf:rest")


@dataclass(frozen=True)
class Wanted:
    """Constraints on one value.

    ``either`` holds the alternatives of sh:or and sh:xone, ``all_of`` what sh:and and sh:node ask
    beside.
    """

    datatypes: frozenset[str] = frozenset()
    node_kinds: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    patterns: tuple[tuple[str, str], ...] = ()
    values: frozenset[Term] = frozenset()
    of_a_class: bool = False
    one_a_language: bool = False
    either: tuple["Wanted", ...] = ()
    all_of: tuple["Wanted", ...] = ()

    @property
    def iri(self) -> bool:
        """Whether a value must be an IRI."""
        return self.node_kinds == {"IRI"}

    @property
    def options(self) -> tuple["Wanted", ...]:
        """What one value can fit: the alternatives, or itself, and what is asked beside."""
        beside = (option for other in self.all_of for option in other.options)
        return (*(self.either or (self,)), *beside)

    def accepts(self, term: Term) -> bool:
        """Tell whether a term fits the constraints that are known here."""
        if self.either and not any(option.accepts(term) for option in self.either):
            return False
        return self._accepts(term) and all(other.accepts(term) for other in self.all_of)

    def _accepts(self, term: Term) -> bool:
        if self.values and term not in self.values:
            return False
        if not all(_matches(_text(term), *pattern) for pattern in self.patterns):
            return False
        if not isinstance(term, Literal):
            return not self.datatypes
        return self._accepts_literal(term)

    def _accepts_literal(self, literal: Literal) -> bool:
        if self.iri or self.of_a_class or self.datatypes - {literal.datatype.value}:
            return False
        return not self.languages or _is_one_of(literal.language, self.languages)


class Shapes:
    """The shapes of a graph, asked one by one."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._statements: dict[Node, dict[str, list[Term]]] = {}
        self._known: dict[Node, Wanted] = {}
        for quad in quads:
            if isinstance(quad.subject, NamedNode | BlankNode) and not _is_triple(quad.object):
                properties = self._statements.setdefault(quad.subject, {})
                properties.setdefault(quad.predicate.value, []).append(quad.object)  # type: ignore[arg-type]

    def wanted(self, shape: Node) -> Wanted:
        """Give what a shape wants of each value; shapes inside it count as far as sh:or."""
        if shape not in self._known:
            self._known[shape] = self._wanted(shape, ())
        return self._known[shape]

    def _wanted(self, shape: Node, above: tuple[Node, ...]) -> Wanted:
        if shape in above:
            return Wanted()
        above = (*above, shape)
        return Wanted(
            datatypes=frozenset(_texts(self._objects(shape, "datatype"))),
            node_kinds=frozenset(
                kind.removeprefix(_SH) for kind in _texts(self._objects(shape, "nodeKind"))
            ),
            languages=frozenset(
                tag
                for head in self._objects(shape, "languageIn")
                for tag in _texts(self._members(head))
            ),
            patterns=tuple(self._patterns(shape)),
            values=frozenset(
                value for head in self._objects(shape, "in") for value in self._members(head)
            ),
            of_a_class=bool(self._objects(shape, "class")),
            one_a_language="true" in _texts(self._objects(shape, "uniqueLang")),
            either=self._parts(self._listed(shape, "or", "xone"), above),
            all_of=self._parts([*self._listed(shape, "and"), *self._objects(shape, "node")], above),
        )

    def _parts(self, shapes: Iterable[Term], above: tuple[Node, ...]) -> tuple[Wanted, ...]:
        nodes = (shape for shape in shapes if isinstance(shape, NamedNode | BlankNode))
        return tuple(self._wanted(node, above) for node in nodes)

    def _listed(self, shape: Node, *names: str) -> list[Term]:
        heads = (head for name in names for head in self._objects(shape, name))
        return [member for head in heads for member in self._members(head)]

    def _patterns(self, shape: Node) -> Iterable[tuple[str, str]]:
        flags = "".join(_texts(self._objects(shape, "flags")))
        return ((text, flags) for text in _texts(self._objects(shape, "pattern")))

    def _objects(self, shape: Node, name: str) -> list[Term]:
        return self._statements.get(shape, {}).get(_SH + name, [])

    def _members(self, head: Term) -> list[Term]:
        members: list[Term] = []
        seen: set[Term] = set()
        while isinstance(head, NamedNode | BlankNode) and head not in seen:
            seen.add(head)
            statements = self._statements.get(head, {})
            members += statements.get(_FIRST, [])[:1]
            rest = statements.get(_REST, [])
            if not rest:
                break
            head = rest[0]
        return members


def _texts(terms: Iterable[Term]) -> list[str]:
    return [term.value for term in terms]


def _text(term: Term) -> str:
    return "" if isinstance(term, BlankNode) else term.value


def _matches(text: str, pattern: str, flags: str) -> bool:
    """Ask SPARQL, which takes linear time at most; a broken pattern fits nothing."""
    words = ", ".join(str(Literal(word)) for word in (text, pattern, flags))
    return bool(Store().query(f"ASK {{ FILTER(REGEX({words})) }}"))


def _is_triple(term: object) -> bool:
    return not isinstance(term, NamedNode | BlankNode | Literal)


def _is_one_of(language: str | None, ranges: frozenset[str]) -> bool:
    tag = (language or "").casefold()
    wanted = [one.casefold() for one in ranges]
    return any(tag == one or tag.startswith(f"{one}-") for one in wanted)
