"""Judging by shapes: results of the SHACL library as faults, one a thing, shape and value.

Several components that fail on one value are one fault to a reader. A rule is called after its
shape; a shape without a name, after the named one that it belongs to and its property.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TypeAlias

from pyoxigraph import BlankNode, NamedNode

from allygraph.shacl import Report, Result, Shape, ShapesGraph
from allygraph.shacl.expecting import LANGUAGES, expected, joined
from allygraph.shacl.model import Path, Predicate
from allygraph.shacl.paths import predicates, sparql_path
from allygraph.validation.faults import Fault, Term
from allygraph.validation.findings import Severity
from allygraph.validation.wording import Names

Node = NamedNode | BlankNode
_SEVERITIES: dict[str, Severity] = {"Violation": "error", "Warning": "warning", "Info": "info"}
_TOO_FEW = {"MinCountConstraintComponent", "QualifiedMinCountConstraintComponent"}
# These look at what the value is; where it is described belongs to the finding.
_ABOUT_OTHERS = {
    f"{name}ConstraintComponent"
    for name in ("And", "Class", "In", "Node", "Not", "Or", "QualifiedMaxCount", "Xone")
}
_LOCAL_NAME = re.compile(r"[#/:]")
_MANY = 20
Values: TypeAlias = Callable[[Term, NamedNode], Iterable[Term]]
"""Gives the values of a property of a thing."""


@dataclass(frozen=True)
class Judged:
    """What is needed to tell the results of a report as faults.

    Args:
        shapes: the shapes that were asked.
        names: writes terms short.
        values: gives the values of a property of a thing, for faults of number.
    """

    shapes: ShapesGraph
    names: Names
    values: Values

    def faults(self, report: Report) -> Iterator[Fault]:
        """Give the faults of a report, in its order."""
        rules = rule_names(self.shapes)
        ordered = sorted(report.results, key=_order)
        for (focus, shape, value, path), results in groupby(ordered, _key):
            yield self._fault(focus, shape, value, path, list(results), rules)

    def _fault(
        self,
        focus: Term,
        node: Node,
        value: Term | None,
        path: Path | None,
        results: list[Result],
        rules: Mapping[Node, str],
    ) -> Fault:
        shape = self.shapes[node]
        components = tuple(sorted({_local(result.component) for result in results}))
        messages = dict.fromkeys(message for result in results for message in result.messages)
        failed = {result.component for result in results}
        expectation = self._expected(shape, failed)
        values = (value,) if value is not None else self._counted(focus, path, components)
        return Fault(
            rule=rules[node],
            severity=_SEVERITIES.get(_local(results[0].severity), "error"),
            messages=tuple((message.language or "", message.value) for message in messages),
            focus=focus,
            path=path,
            values=values,
            expected=expectation or None,
            component=components,
            engine_text=_engine_text(components, expectation),
            shape=node.value if isinstance(node, NamedNode) else None,
            results=tuple(results),
            expectations=self._translated(shape, failed) if expectation else (),
            others=values if _ABOUT_OTHERS & set(components) else (),
        )

    def _translated(self, shape: Shape, components: set[NamedNode]) -> tuple[tuple[str, str], ...]:
        """Say what the constraints that failed ask for, in the other languages."""
        others = (lang for lang in LANGUAGES if lang != "en")
        return tuple((lang, self._expected(shape, components, lang)) for lang in others)

    def _expected(self, shape: Shape, components: set[NamedNode], lang: str = "en") -> str:
        """Say what the constraints that failed ask for."""
        failed = [c for c in shape.constraints if c.component in components]
        told = (expected(c, self.names.short, self.shapes, lang=lang) for c in failed)
        return joined(told, lang)

    def _counted(
        self, focus: Term, path: Path | None, components: tuple[str, ...]
    ) -> tuple[Term, ...]:
        """Give the values that are too many; a result on a number of values names none."""
        if not isinstance(path, Predicate) or _TOO_FEW & set(components):
            return ()
        return tuple(islice(sorted(self.values(focus, path.iri), key=str), _MANY))


def rule_names(shapes: ShapesGraph) -> dict[Node, str]:
    """Name the rule of each shape: the end of its IRI, or of the shape around it and its path."""
    names: dict[Node, str] = {}
    for shape in shapes.shapes.values():
        if isinstance(shape.node, NamedNode):
            names[shape.node] = _local(shape.node) or shape.node.value
    waiting = list(names)
    while waiting:
        if (owner := shapes.shapes.get(waiting.pop())) is None:
            continue
        for node in _parts(owner):
            if node not in names and node in shapes.shapes:
                names[node] = "-".join(filter(None, (names[owner.node], _end(shapes[node]))))
                waiting.append(node)
    return defaultdict(lambda: "shape", names)


def _parts(shape: Shape) -> Iterator[Node]:
    yield from shape.properties
    for constraint in shape.constraints:
        yield from constraint.shapes


def _end(shape: Shape) -> str:
    path = shape.path
    return "" if path is None else "-".join(_local(iri) for iri in predicates(path))


def _engine_text(components: tuple[str, ...], expectation: str) -> str:
    failed = ", ".join(f"sh:{component}" for component in components)
    return f"{failed}: expected {expectation}" if expectation else failed


def _local(term: NamedNode) -> str:
    return _LOCAL_NAME.split(term.value)[-1]


def _order(result: Result) -> tuple[str, ...]:
    path = "" if result.path is None else sparql_path(result.path)
    return str(result.focus), str(result.shape), path, str(result.value), str(result.component)


def _key(result: Result) -> tuple[Term, Node, Term | None, Path | None]:
    return result.focus, result.shape, result.value, result.path
