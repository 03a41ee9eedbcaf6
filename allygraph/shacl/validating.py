"""The one question: does the data conform to the shapes, and if not, where?"""

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal as Word

from pyoxigraph import Quad

from allygraph.shacl.data import DataGraph
from allygraph.shacl.errors import CannotCompile
from allygraph.shacl.model import Node, Report, Result, ShapesGraph, Term
from allygraph.shacl.plan import Unit
from allygraph.shacl.planning import FOCUS_GRAPH, plan
from allygraph.shacl.reading import read_shapes
from allygraph.shacl.reporting import in_order
from allygraph.shacl.running import run

Engine = Word["auto", "compiled", "pyshacl"]


def validate(
    data: DataGraph | Iterable[Quad],
    shapes: ShapesGraph | Iterable[Quad],
    *,
    engine: Engine = "auto",
    focus: Collection[Term] | None = None,
    only: Collection[Node] | None = None,
    jobs: int = 1,
) -> Report:
    """Judge data by shapes.

    Args:
        data: quads, their graph names dropped; or a graph made of them once.
        shapes: quads; or shapes that were read once.
        engine: ``compiled`` refuses what has no query of ours, ``auto`` hands it to pySHACL.
        focus: judge these focus nodes only.
        only: ask these shapes only, of those with targets and those that hang on them.
        jobs: how many queries run at a time.

    Raises:
        IllFormedShapes: the shapes break the syntax rules of SHACL.
        CannotCompile: with ``compiled``.
        Refused: a shape is recursive or hostile.
    """
    graph = data if isinstance(data, DataGraph) else DataGraph(data)
    read = shapes if isinstance(shapes, ShapesGraph) else read_shapes(shapes)
    with graph.lock:
        try:
            if focus is not None:
                graph.put(FOCUS_GRAPH, focus)
            units = plan(read, graph, restricted=focus is not None, only=only).units
            for unit in units:
                if unit.reason is not None:
                    raise CannotCompile(unit.shape.node, unit.reason)
            results = _run(units, graph, jobs)
        finally:
            if focus is not None:
                graph.clear((FOCUS_GRAPH,))
    compiled = dict.fromkeys(unit.shape.node for unit in units)
    return Report(in_order(results), compiled=tuple(compiled))


def _run(units: Collection[Unit], graph: DataGraph, jobs: int) -> list[Result]:
    """Run all units; what a shape finds twice, over two parents, is one result."""
    if jobs > 1:
        with ThreadPoolExecutor(jobs) as pool:
            found = list(pool.map(lambda unit: run(unit, graph), units))
    else:
        found = [run(unit, graph) for unit in units]
    seen: dict[Node, set[Result]] = {}
    results: list[Result] = []
    for unit, of_unit in zip(units, found, strict=True):
        before = seen.setdefault(unit.shape.node, set())
        results.extend(result for result in of_unit if result not in before)
        before.update(of_unit)
    return results
