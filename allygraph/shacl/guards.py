"""What is refused before anything runs: shapes in a circle, in absurd sizes, or with other engines.

Refused is what would be judged wrongly or not at all: a shape that refers to itself, JavaScript,
targets and expressions of SHACL's advanced features, and queries that would leave the data graph.
Passed over, and named in `notes`, is what no verdict of ours rests on: rules, functions that no
query calls, and ``owl:imports``, which are never followed.
"""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from allygraph.shacl.errors import Refused
from allygraph.shacl.model import Node, Path, Predicate, ShapesGraph, Term
from allygraph.shacl.names import RDF_TYPE, sh
from allygraph.shacl.sparql.lexer import decoded, tokens
from allygraph.shacl.triples import Triples

# A shape nested deeper, or a longer query, is no work of a person; engines fail on it slowly.
_MOST_NESTED = 50
_LONGEST_QUERY = 65_536
_MOST_PATTERNS = 500
_IMPORTS = NamedNode("http://www.w3.org/2002/07/owl#imports")
_ADVANCED = {
    "js": "JavaScript, which is never run",
    "target": "a target of SHACL's advanced features",
    "expression": "an expression of SHACL's advanced features",
}
_LEAVES = ("SERVICE", "FROM", "LOAD", "CLEAR", "DROP", "INSERT", "DELETE")


def check(shapes: ShapesGraph) -> None:
    """Refuse shapes that are in a circle, too large, or need what is not there.

    Raises:
        Refused: with the shape and the reason.
    """
    for shape in shapes.shapes.values():
        for word, reason in _ADVANCED.items():
            if shapes.triples.objects(shape.node, sh(word)):
                raise Refused(shape.node, f"sh:{word} is {reason}")
        if shape.path is not None and _depth(shape.path) > _MOST_NESTED:
            raise Refused(shape.node, f"its path is nested deeper than {_MOST_NESTED}")
    check_queries(shapes.triples)
    check_circles(shapes)


def check_queries(triples: Triples) -> None:
    """Refuse a query that would leave the data graph, or of an absurd size.

    Raises:
        Refused: with the node that holds the query, and the reason.
    """
    for subject, predicate, value in triples:
        if predicate in (sh("select"), sh("ask")) and isinstance(value, Literal):
            _check_query(value.value, subject)


def _check_query(text: str, node: Node) -> None:
    if len(text) > _LONGEST_QUERY:
        raise Refused(node, f"its query is longer than {_LONGEST_QUERY} characters")
    found = tokens(text)
    # rdflib resolves escapes before it reads, so a keyword may hide in them.
    for token in (*found, *tokens(decoded(text))):
        word = token.keyword or (
            token.text.partition(":")[0].upper() if token.kind == "name" else ""
        )
        # The store reads a word also where it is written together with the one before it.
        if token.keyword in _LEAVES or "SERVICE" in word:
            raise Refused(node, f"its query has {token.text}, which reaches beyond the data graph")
    if sum(token.text in (".", ";", ",", "{", "/", "|") for token in found) > _MOST_PATTERNS:
        raise Refused(node, f"its query has more than {_MOST_PATTERNS} patterns")


def notes(triples: Triples) -> tuple[str, ...]:
    """Tell what stands in a shapes graph and was passed over, a line each."""
    found = dict.fromkeys(_notes(triples))
    return tuple(sorted(found))


def _notes(triples: Triples) -> Iterator[str]:
    for subject, predicate, value in triples:
        if predicate == _IMPORTS:
            yield f"owl:imports {value} was not followed"
        elif predicate == sh("rule"):
            yield f"the rules of {subject} were not run"
        elif predicate == RDF_TYPE and value in (sh("SPARQLFunction"), sh("JSFunction")):
            yield f"the function {subject} was not defined"


def _depth(path: Path) -> int:
    if isinstance(path, Predicate):
        return 1
    inner = path.paths if hasattr(path, "paths") else (path.path,)
    return 1 + max(_depth(step) for step in inner)


def check_circles(shapes: ShapesGraph) -> None:
    """Refuse shapes that are asked of the data and refer to themselves, or are nested too deep.

    Raises:
        Refused: with the shape, and the way back to it.
    """
    # Without recursion of our own, which would end before the deepest of them.
    depth: dict[Term, int] = {}
    for start in shapes.targeted():
        above: list[Node] = []
        waiting: list[tuple[Node, bool]] = [(start.node, False)]
        while waiting:
            node, done = waiting.pop()
            below = _below(shapes, node)
            if done:
                above.pop()
                depth[node] = 1 + max((depth[inner] for inner in below), default=0)
                if depth[node] > _MOST_NESTED:
                    raise Refused(node, f"its shapes are nested deeper than {_MOST_NESTED}")
                continue
            if node in depth:
                continue
            if node in above:
                chain = " → ".join(map(str, [*above[above.index(node) :], node]))
                raise Refused(node, f"it refers to itself: {chain}")
            above.append(node)
            waiting.append((node, True))
            waiting.extend((inner, False) for inner in below)


def _below(shapes: ShapesGraph, node: Node) -> list[Node]:
    shape = shapes.shapes.get(node)
    if shape is None:
        return []
    found = [*shape.properties]
    for constraint in shape.constraints:
        found.extend(constraint.shapes)
        found.extend(constraint.siblings)
    return list(dict.fromkeys(found))
