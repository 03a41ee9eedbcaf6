"""Changed: only what a change can affect is judged again, and nothing that it can is missed.

A shape is asked again about the focus nodes for which it reads a triple that came or went
(`allygraph.shacl.reach`); a shape that is itself another one, about all. What is found there is
what a run over everything finds there.

Shape: a graph, shapes and a difference in, a `Changed` out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode

from allygraph.shacl import Report, Result, ShapesGraph, validate
from allygraph.shacl.data import DataGraph
from allygraph.shacl.model import Node, Predicate, Shape, Term
from allygraph.shacl.reach import (
    Affected,
    Change,
    StoreGraph,
    affected,
    has_query,
    referred,
)
from allygraph.shacl.reporting import in_order
from allygraph.shacl.sparql.reads import QueryReach
from allygraph.shacl.validating import Engine
from allygraph.validation.corpus import Difference, difference
from allygraph.validation.git import Revised
from allygraph.validation.snapshot import Reader, Snapshot, current

_FEW = 1000  # shapes with so few nodes are asked about those of all of them, in one go


@dataclass(frozen=True)
class Changed:
    """What was judged again.

    Attributes:
        report: what the shapes say of the affected focus nodes.
        affected: the shapes that were asked, each with its nodes; None for all of its targets.
        difference: the triples that came and went.
        files: of the focus nodes and values of the results, the files that describe them.
        counted: the values of a property of a focus node, where a result is about their number.
    """

    report: Report
    affected: Affected
    difference: Difference
    files: Mapping[Term, tuple[Path, ...]]
    counted: Mapping[tuple[Term, NamedNode], tuple[Term, ...]]

    @property
    def nodes(self) -> frozenset[Term] | None:
        """All focus nodes that were judged again; None where a shape was asked about all."""
        sets = list(self.affected.values())
        if None in sets:
            return None
        return frozenset(node for nodes in sets for node in nodes or ())


def validate_changed(
    files: Sequence[Path],
    shapes: ShapesGraph,
    revised: Iterable[Revised],
    reader: Reader,
    *,
    key: str,
    home: Path | None = None,
    old_shapes: ShapesGraph | None = None,
    engine: Engine = "auto",
    jobs: int = 1,
) -> Changed:
    """Judge what the difference between a revision and the files can affect.

    The triples of all files come from the snapshot of the last run: only files that changed since
    then, and those that differ from the revision, are read.

    Args:
        files: all files that make the graph.
        shapes: as they are now.
        revised: the files that differ from the revision (`git.revised`); others than data
            files must be left out.
        reader: parses a file.
        key: tells apart what is judged, as the paths that were given.
        home: the folder of all that can be thrown away.
        old_shapes: the shapes of the revision, where their files differ.
        engine: as of `allygraph.shacl.validate`.
        jobs: how many queries run at a time.

    Raises:
        UnreadableFile: a file is missing or broken.
        ShaclError: as of `allygraph.shacl.validate`.
    """
    pairs = [
        [() if text is None else reader(one.path, text) for text in (one.before, one.after)]
        for one in revised
    ]
    with current(files, reader, key=key, home=home) as snapshot:
        told = difference((old, new) for old, new in pairs)
        return judge(snapshot, shapes, told, old_shapes=old_shapes, engine=engine, jobs=jobs)


def judge(
    snapshot: Snapshot,
    shapes: ShapesGraph,
    told: Difference,
    *,
    old_shapes: ShapesGraph | None = None,
    engine: Engine = "auto",
    jobs: int = 1,
) -> Changed:
    """Judge what a difference can affect, in a graph that has it already; as `validate_changed`."""
    data = snapshot.corpus.graph()
    reach = reached(data, shapes, told)
    if old_shapes is not None:
        reach |= dict.fromkeys(altered(old_shapes, shapes))
    report = again(data, shapes, reach, engine=engine, jobs=jobs)
    files = {node: tuple(map(Path, snapshot.corpus.files(node))) for node in _nodes(report)}
    counted = {
        (one.focus, one.path.iri): values(data, one.focus, one.path.iri)
        for one in report.results
        if one.value is None and isinstance(one.path, Predicate)
    }
    return Changed(report, reach, told, files, counted)


def values(data: DataGraph, focus: Term, name: NamedNode) -> tuple[Term, ...]:
    """Give the values of a property of a node, as they were written."""
    return tuple(StoreGraph(data.store).objects(focus, name))


def _nodes(report: Report) -> set[Term]:
    found = {one.focus for one in report.results}
    return found | {one.value for one in report.results if one.value is not None}


def reached(data: DataGraph, shapes: ShapesGraph, told: Difference) -> Affected:
    """Find what a difference can affect, in the graph after it."""
    if not told:
        return {}
    with data.lock, QueryReach(shapes, data, told.added, told.removed) as queried:
        return affected(shapes, StoreGraph(data.store), Change(told), queried)


def again(
    data: DataGraph,
    shapes: ShapesGraph,
    reach: Affected,
    *,
    engine: Engine = "auto",
    jobs: int = 1,
) -> Report:
    """Ask shapes again about the nodes that are affected."""
    reports = [
        validate(data, shapes, only=only, focus=nodes, engine=engine, jobs=jobs)
        for only, nodes in _rounds(reach)
    ]
    results: set[Result] = {result for report in reports for result in report.results}
    return Report(
        in_order(results),
        compiled=tuple(dict.fromkeys(node for one in reports for node in one.compiled)),
        delegated=tuple(dict.fromkeys(pair for one in reports for pair in one.delegated)),
    )


def altered(before: ShapesGraph, now: ShapesGraph) -> set[Node]:
    """Find the shapes with targets that say something else than before, or whose parts do.

    Queries stand in triples of their own: where any triple differs, a shape with a query does.
    """
    same = set(before.triples) == set(now.triples)
    if same:
        return set()
    return {shape.node for shape in now.targeted() if _differs(shape, before, now)}


def _differs(top: Shape, before: ShapesGraph, now: ShapesGraph) -> bool:
    seen: set[Node] = set()
    waiting = [top.node]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        shape = now[node]
        if before.shapes.get(node) != shape or any(map(has_query, shape.constraints)):
            return True
        waiting.extend(referred(shape))
    return False


def _rounds(reach: Affected) -> Iterator[tuple[list[Node], frozenset[Term] | None]]:
    """Give which shapes are asked together, and about which nodes."""
    few = {node: nodes for node, nodes in reach.items() if nodes is not None and len(nodes) <= _FEW}
    if few:
        yield list(few), frozenset().union(*few.values())
    for node, nodes in reach.items():
        if node not in few:
            yield [node], nodes
