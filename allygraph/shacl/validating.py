"""The one question: does the data conform to the shapes, and if not, where?"""

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from typing import Literal as Word

from pyoxigraph import Quad, Store

from allygraph.shacl import confined, guards, reference
from allygraph.shacl.data import DataGraph
from allygraph.shacl.delegation import judge, triples
from allygraph.shacl.errors import CannotCompile
from allygraph.shacl.model import Node, Report, Result, ShapesGraph, Term
from allygraph.shacl.plan import Unit
from allygraph.shacl.planning import FOCUS_GRAPH, plan
from allygraph.shacl.reading import read_shapes
from allygraph.shacl.reporting import in_order
from allygraph.shacl.running import run

Engine = Word["auto", "compiled", "pyshacl"]
_WHOLE = "pySHACL was asked for"


def validate(
    data: DataGraph | Iterable[Quad],
    shapes: ShapesGraph | Iterable[Quad],
    *,
    engine: Engine = "auto",
    focus: Collection[Term] | None = None,
    only: Collection[Node] | None = None,
    jobs: int = 1,
    deadline: float | None = None,
    memory: int = confined.MEMORY,
) -> Report:
    """Judge data by shapes.

    Args:
        data: quads, their graph names dropped; or a graph made of them once.
        shapes: quads; or shapes that were read once.
        engine: ``compiled`` refuses what has no query of ours, ``auto`` hands it to pySHACL,
            ``pyshacl`` lets pySHACL judge all.
        focus: judge these targets only; what a property shape of a property shape finds is about
            the values that they lead to.
        only: ask these shapes only, of those with targets and those that hang on them.
        jobs: how many queries run at a time.
        deadline: seconds that it may take; everything then runs in a process of its own, which
            has no network and is ended when the time is over. By default here, without a limit.
        memory: with a deadline, bytes of address space that the process may use.

    Raises:
        IllFormedShapes: the shapes break the syntax rules of SHACL.
        CannotCompile: with ``compiled``.
        Refused: a shape is recursive or hostile.
        Failed: pySHACL could not judge, or a query reports a failure.
        LimitHit: the deadline has passed or the memory is used up.
    """
    if deadline is not None:
        options = {"engine": engine, "focus": focus, "only": only, "jobs": jobs}
        return _confined(data, shapes, options, deadline, memory)
    read = shapes if isinstance(shapes, ShapesGraph) else read_shapes(shapes)
    guards.check(read)
    if engine == "pyshacl" and focus is None and only is None:
        return _of_pyshacl(data, read)
    graph = data if isinstance(data, DataGraph) else DataGraph(data)
    with graph.lock:
        try:
            if focus is not None:
                graph.put(FOCUS_GRAPH, focus)
            units = plan(read, graph, restricted=focus is not None, only=only).units
            return _judge(units, graph, read, engine, jobs)
        finally:
            if focus is not None:
                graph.clear((FOCUS_GRAPH,))


def _confined(
    data: DataGraph | Iterable[Quad],
    shapes: ShapesGraph | Iterable[Quad],
    options: dict[str, Any],
    deadline: float,
    memory: int,
) -> Report:
    rules = triples(shapes) if isinstance(shapes, ShapesGraph) else shapes
    name, quads = "validating:validate", data
    if isinstance(data, DataGraph):
        name, options = "validating:validate_stored", {**options, "kept": data.kept}
    found = confined.run(
        name,
        quads.lines() if isinstance(quads, DataGraph) else quads,
        rules,
        options,
        deadline=deadline,
        memory=memory,
    )
    assert isinstance(found, Report)
    return found


def validate_stored(
    data: Iterable[Quad], shapes: Iterable[Quad], *, kept: bool, **options: Any
) -> Report:
    """Validate quads that come from the store of another `DataGraph`, as they stood there.

    Args:
        data: the quads.
        shapes: the shapes graph.
        kept: as `DataGraph.kept`.
        options: those of `validate`.
    """
    store = Store()
    store.bulk_extend(data)
    return validate(DataGraph.of_store(store, kept=kept), shapes, **options)


def _of_pyshacl(data: DataGraph | Iterable[Quad], shapes: ShapesGraph) -> Report:
    quads = data.quads() if isinstance(data, DataGraph) else data
    results = reference.judge(quads, triples(shapes))
    asked = tuple((shape.node, _WHOLE) for shape in shapes.targeted())
    return Report(in_order(results), delegated=asked, notes=guards.notes(shapes.triples))


def _judge(
    units: Sequence[Unit], graph: DataGraph, shapes: ShapesGraph, engine: Engine, jobs: int
) -> Report:
    """Run what has queries, hand on the rest, and put the results together."""
    ours = [u for u in units if u.reason is None] if engine != "pyshacl" else []
    others = [u for u in units if u.reason is not None or engine == "pyshacl"]
    if others and engine == "compiled":
        raise CannotCompile(others[0].shape.node, str(others[0].reason))
    results = [*_run(ours, graph, jobs), *judge(others, graph, shapes)]
    compiled = dict.fromkeys(unit.shape.node for unit in ours)
    delegated = dict.fromkeys((unit.shape.node, unit.reason or _WHOLE) for unit in others)
    return Report(
        in_order(results), tuple(compiled), tuple(delegated), notes=guards.notes(shapes.triples)
    )


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
