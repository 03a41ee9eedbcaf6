"""What has no query of ours goes to pySHACL: those shapes alone, about the nodes they are asked of.

pySHACL gets the whole shapes graph, in which these shapes alone have targets: the very nodes.
"""

from collections.abc import Iterable, Sequence

from pyoxigraph import Triple

from allygraph.shacl import reference
from allygraph.shacl.data import DataGraph, written
from allygraph.shacl.model import Node, Result, ShapesGraph, Term
from allygraph.shacl.plan import Put, Unit


def judge(units: Iterable[Unit], data: DataGraph, shapes: ShapesGraph) -> tuple[Result, ...]:
    """Let pySHACL judge some units of a plan.

    Args:
        units: those that cannot be compiled; or any, to compare.
        data: the graph; literals are judged as they were written.
        shapes: the shapes graph that the units come from.

    Raises:
        Failed, Refused: as `reference.judge`.
    """
    aims: dict[Node, set[Term]] = {}
    for unit in _without_parts(list(units)):
        nodes = _focus(unit, data)
        if nodes:
            aims.setdefault(unit.shape.node, set()).update(nodes)
    if not aims:
        return ()
    return reference.judge(data.quads(), triples(shapes), aims=aims)


def triples(shapes: ShapesGraph) -> list[Triple]:
    """Give the shapes graph as it was read."""
    return [Triple(*triple) for triple in shapes.triples]


def _without_parts(units: Sequence[Unit]) -> list[Unit]:
    """Leave out property shapes whose parent is among the units: it is judged as a whole."""
    whole = {unit.parent for unit in units if unit.shape.node == unit.parent}
    return [u for u in units if u.shape.node == u.parent or u.parent not in whole]


def _focus(unit: Unit, data: DataGraph) -> list[Term]:
    puts = [step for step in unit.steps if isinstance(step, Put)]
    try:
        for put in puts:
            data.put(put.graph, put.terms)
        return [written(row["this"]) for row in data.rows(unit.select)]
    finally:
        data.clear([put.graph for put in puts])
