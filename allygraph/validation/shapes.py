"""Shapes: what is judged is asked of the SHACL library, and its results become faults.

The quads are judged as they were parsed: the library keeps literals that a store would rewrite
("007" to "7"). Source: https://www.w3.org/TR/shacl/.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pyoxigraph import NamedNode, Quad

from allygraph import shacl
from allygraph.errors import IllFormedShape, LimitError, UsageError
from allygraph.graph import read
from allygraph.resources import shape_files
from allygraph.shacl import DataGraph, ShapesGraph
from allygraph.shacl.model import Node
from allygraph.validation.faults import Fault, Term
from allygraph.validation.findings import said
from allygraph.validation.judging import Judged, Values
from allygraph.validation.sources import Sources
from allygraph.validation.wording import Names

if TYPE_CHECKING:
    from rdflib import Graph

Engine = Literal["auto", "compiled", "pyshacl", "both"]
_REFUSED = "shape-refused"
_DIFFER = "engines-differ"


@dataclass
class Shapes:
    """Data and shapes that are to be judged.

    Args:
        quads: gives the data, when it is asked for.
        shape_quads: the shapes, one file after the other.
        names: writes terms short.
    """

    quads: Callable[[], Iterable[Quad]] = field(repr=False)
    shape_quads: Sequence[Quad] = field(repr=False)
    names: Names = field(default_factory=Names, repr=False)

    @cached_property
    def data(self) -> DataGraph:
        """The data as the library asks it."""
        # Which file says what is of no matter here, and to merge the graphs costs more.
        return DataGraph(Quad(q.subject, q.predicate, q.object) for q in self.quads())

    @cached_property
    def shapes(self) -> ShapesGraph:
        """The shapes as the library reads them.

        Raises:
            IllFormedShape: they break the rules of SHACL.
        """
        try:
            return shacl.read_shapes(self.shape_quads)
        except shacl.IllFormedShapes as error:
            about = "" if error.shape is None else f"{self.names.short(error.shape)}: "
            raise IllFormedShape(
                f"{about}{error.reason}", expected="shapes as https://www.w3.org/TR/shacl/ has them"
            ) from error

    def judge(
        self,
        *,
        engine: Engine = "auto",
        focus: Collection[Term] | None = None,
        only: Collection[Node] | None = None,
        jobs: int = 1,
    ) -> shacl.Report:
        """Ask an engine.

        Args:
            engine: ``both`` asks the compiled queries (the findings are theirs) and pySHACL.
            focus: the things to judge; None for all targets.
            only: the shapes to ask; None for all.
            jobs: queries at a time.

        Raises:
            UsageError: with ``compiled``, a shape that has no query.
            LimitError: a limit was reached.
            Refused, Failed: a shape is hostile, or an engine failed on it.
        """
        first = "auto" if engine == "both" else engine
        with translated():
            return shacl.validate(
                self.data, self.shapes, engine=first, focus=focus, only=only, jobs=jobs
            )

    def faults(self, report: shacl.Report, values: Values) -> Iterator[Fault]:
        """Tell the results of a report as faults.

        Args:
            report: what an engine found.
            values: gives the values of a property of a thing.
        """
        return Judged(self.shapes, self.names, values).faults(report)

    def differences(
        self,
        report: shacl.Report,
        *,
        focus: Collection[Term] | None = None,
        only: Collection[Node] | None = None,
    ) -> list[Fault]:
        """Ask pySHACL the same and tell in what it differs, one fault a result."""
        other = self.judge(engine="pyshacl", focus=focus, only=only)
        found = shacl.compare(report, other)
        told = [("the compiled queries", one) for one in found.first]
        told += [("pySHACL", one) for one in found.second]
        return [
            Fault(
                _DIFFER,
                "error",
                said(f"Only {who} find this. Report it, or choose one with --engine."),
                focus,
                path,
                () if value is None else (value,),
                component=(component.value.rpartition("#")[2],),
            )
            for who, (focus, path, component, value) in told
        ]


def shapes_of(sources: Sources, names: Names) -> Shapes:
    """Take data and shapes from the files that hold them."""
    rules = [quad for file in sources.files if file.part == "shapes" for quad in file.quads]
    return Shapes(lambda: sources.quads, rules, names)


@contextmanager
def translated() -> Iterator[None]:
    """Raise errors of the library that are no findings as errors of ours."""
    try:
        yield
    except shacl.CannotCompile as error:
        raise UsageError(
            f"a shape has no query of its own: {error}", expected="--engine auto or pyshacl"
        ) from error
    except shacl.LimitHit as error:
        raise LimitError(str(error), expected="fewer shapes or a longer --deadline") from error


def refused(error: shacl.Refused | shacl.Failed) -> Fault:
    """Tell as a fault that a shape was not asked: it is hostile, or an engine failed on it."""
    return Fault(
        _REFUSED,
        "error",
        said(f"Nothing was judged by shapes, because of this one: {error.reason}. Take it out."),
        error.shape or NamedNode("urn:shapes"),
        engine_text=str(error),
    )


def shapes_graph(root: Path) -> "Graph":
    """Read all shape files of a root into one rdflib graph."""
    from rdflib import Graph

    graph = Graph()
    for path in shape_files(root):
        graph.parse(data=read(path), format="turtle")
    return graph
