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


def path_triples(path: Path, triples: list[tuple[Node, NamedNode, Term]], name: str) -> Node:
    """Write a path as triples of the shapes language.

    Args:
        path: what is written.
        triples: where the new ones are put.
        name: begins the names of the new blank nodes.

    Returns:
        the node that stands for the path.
    """
    match path:
        case Predicate(iri):
            return iri
        case Sequence(paths):
            return _list(paths, triples, name)
        case Alternative(paths):
            node = BlankNode(f"{name}-a")
            triples.append((node, _ALTERNATIVE, _list(paths, triples, f"{name}-a")))
            return node
        case Inverse(inner) | ZeroOrMore(inner) | OneOrMore(inner) | ZeroOrOne(inner):
            node = BlankNode(f"{name}-p")
            triples.append((node, _WORDS[type(path)], path_triples(inner, triples, node.value)))
            return node


def _list(paths: tuple[Path, ...], triples: list[tuple[Node, NamedNode, Term]], name: str) -> Node:
    head: Node = RDF_NIL
    for number in reversed(range(len(paths))):
        node = BlankNode(f"{name}-{number}")
        triples.append((node, RDF_FIRST, path_triples(paths[number], triples, node.value)))
        triples.append((node, RDF_REST, head))
        head = node
    return head


def is_nullable(path: Path) -> bool:
    """Tell whether a path leads from every node to itself, over no triple at all."""
    match path:
        case ZeroOrMore() | ZeroOrOne():
            return True
        case Sequence(paths):
            return all(map(is_nullable, paths))
        case Alternative(paths):
            return any(map(is_nullable, paths))
        case Inverse(inner) | OneOrMore(inner):
            return is_nullable(inner)
        case Predicate():
            return False


def walk(focus: str, path: Path | None, start: str, end: str) -> str:
    """Write patterns that bind the value nodes of a path.

    A node that stands in no triple is its own value node under a path such as ``p*``, which
    the property paths of the store do not say.

    Args:
        focus: patterns that bind the start; empty where it is bound from outside.
        path: what is walked; none stays at the start.
        start: the variable of the focus node.
        end: the variable of the value node.
    """
    stay = f"BIND({start} AS {end})"
    if path is None:
        return f"{focus} {stay}".strip()
    steps = f"{focus} {start} {sparql_path(path)} {end} .".strip()
    if not is_nullable(path):
        return steps
    return f"{{ {steps} }} UNION {{ {focus} {stay} }}"
