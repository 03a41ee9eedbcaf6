"""Blank nodes: the parts of the ontology and of the shapes that have no name of their own.

In documents they have generated names (RDF 1.1, section 3.5), and these answer like any other. A
generated name lasts as long as the build that made it.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

from pyoxigraph import BlankNode, Quad, Store

from allygraph.graph import file_quads
from allygraph.names import BASE
from allygraph.resources import root, shape_files

GENERATED = f"{BASE}.well-known/genid/"
"""What generated names begin with."""


def around(store: Store, iri: str) -> list[Quad]:
    """Give what is said of a blank node and of those that it leads to, and what points to it.

    Args:
        store: a built graph; where it does not know the node, the shapes are looked through.
        iri: the generated name.
    """
    label = iri.removeprefix(GENERATED)
    if not (label.isascii() and label.isalnum()):
        return []
    start = BlankNode(label)
    found = _closure(start, lambda node: store.quads_for_pattern(node, None, None, None))
    if found:
        return [*found, *store.quads_for_pattern(None, None, start, None)]
    shapes = shape_quads()
    found = _closure(start, lambda node: [quad for quad in shapes if quad.subject == node])
    return found + [quad for quad in shapes if quad.object == start]


@lru_cache(maxsize=1)
def shape_quads() -> tuple[Quad, ...]:
    """Read all shape files once; each is the graph of its name."""
    top = root()
    files = shape_files(top)
    return tuple(
        quad for path in files for quad in file_quads(path, name=str(path.relative_to(top)))
    )


def _closure(start: BlankNode, about: Callable[[BlankNode], Iterable[Quad]]) -> list[Quad]:
    waiting, seen, found = [start], {start}, []
    while waiting:
        for quad in about(waiting.pop()):
            found.append(quad)
            if isinstance(quad.object, BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)
    return found
