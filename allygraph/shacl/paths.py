"""Property paths: from a shapes graph, as SPARQL, and back as triples."""

from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode

from allygraph.shacl.errors import IllFormedShapes
from allygraph.shacl.model import (
    Alternative,
    Inverse,
    Node,
    OneOrMore,
    Path,
    Predicate,
    Sequence,
    Term,
    ZeroOrMore,
    ZeroOrOne,
)
from allygraph.shacl.names import RDF_FIRST, RDF_NIL, RDF_REST, sh
from allygraph.shacl.triples import Triples

_UNARY: dict[NamedNode, type[Inverse | ZeroOrMore | OneOrMore | ZeroOrOne]] = {
    sh("inversePath"): Inverse,
    sh("zeroOrMorePath"): ZeroOrMore,
    sh("oneOrMorePath"): OneOrMore,
    sh("zeroOrOnePath"): ZeroOrOne,
}
_ALTERNATIVE = sh("alternativePath")
_WORDS = {kind: word for word, kind in _UNARY.items()}
_SUFFIX: dict[type, str] = {ZeroOrMore: "*", OneOrMore: "+", ZeroOrOne: "?"}


def read_path(triples: Triples, node: Term, shape: Node) -> Path:
    """Read the path that stands at a node of the shapes graph.

    Raises:
        IllFormedShapes: it is no path of SHACL.
    """
    return _read(triples, node, shape, frozenset())


def _read(triples: Triples, node: Term, shape: Node, above: frozenset[Term]) -> Path:
    if node in above:
        raise IllFormedShapes(shape, "its path runs in a circle")
    if isinstance(node, NamedNode):
        return Predicate(node)
    if isinstance(node, Literal):
        raise IllFormedShapes(shape, f"a path is a property or a blank node, not {node}")
    above |= {node}
    if triples.objects(node, RDF_FIRST):
        return Sequence(_members(triples, node, shape, above, "a sequence"))
    for word, values in triples.properties(node).items():
        if word in (*_UNARY, _ALTERNATIVE) and len(values) > 1:
            raise IllFormedShapes(shape, f"a path has more than one {word}")
        if word == _ALTERNATIVE:
            return Alternative(_members(triples, values[0], shape, above, "an alternative"))
        if word in _UNARY:
            return _UNARY[word](_read(triples, values[0], shape, above))
    raise IllFormedShapes(shape, "its path is a blank node that describes no path")


def _members(
    triples: Triples, head: Term, shape: Node, above: frozenset[Term], what: str
) -> tuple[Path, ...]:
    members = triples.find_list(head)
    if members is None or len(members) < 2:
        raise IllFormedShapes(shape, f"{what} path is a list of two paths or more")
    return tuple(_read(triples, member, shape, above) for member in members)


def sparql_path(path: Path) -> str:
    """Write a path as a property path of SPARQL, in brackets where it needs them."""
    match path:
        case Predicate(iri):
            return str(iri)
        case Inverse(inner):
            return f"^{_bracketed(inner)}"
        case Sequence(paths):
            return "/".join(_bracketed(step) for step in paths)
        case Alternative(paths):
            return "|".join(_bracketed(step) for step in paths)
        case ZeroOrMore(inner) | OneOrMore(inner) | ZeroOrOne(inner):
            return _bracketed(inner) + _SUFFIX[type(path)]


def _bracketed(path: Path) -> str:
    text = sparql_path(path)
    return text if isinstance(path, Predicate) else f"({text})"


def predicates(path: Path) -> Iterator[NamedNode]:
    """Give the properties that a path walks along, forwards or backwards."""
    match path:
        case Predicate(iri):
            yield iri
        case Sequence(paths) | Alternative(paths):
            for step in paths:
                yield from predicates(step)
        case Inverse(inner) | ZeroOrMore(inner) | OneOrMore(inner) | ZeroOrOne(inner):
            yield from predicates(inner)


def path_triples(path: Path, triples: list[tuple[Node, NamedNode, Term]]) -> Node:
    """Write a path as triples of the shapes language.

    Args:
        path: what is written.
        triples: where the new ones are put; blank nodes are new.

    Returns:
        the node that stands for the path.
    """
    match path:
        case Predicate(iri):
            return iri
        case Sequence(paths):
            return _list(paths, triples)
        case Alternative(paths):
            node = BlankNode()
            triples.append((node, _ALTERNATIVE, _list(paths, triples)))
            return node
        case Inverse(inner) | ZeroOrMore(inner) | OneOrMore(inner) | ZeroOrOne(inner):
            node = BlankNode()
            triples.append((node, _WORDS[type(path)], path_triples(inner, triples)))
            return node


def _list(paths: tuple[Path, ...], triples: list[tuple[Node, NamedNode, Term]]) -> Node:
    head: Node = RDF_NIL
    for step in reversed(paths):
        node = BlankNode()
        triples.append((node, RDF_FIRST, path_triples(step, triples)))
        triples.append((node, RDF_REST, head))
        head = node
    return head
