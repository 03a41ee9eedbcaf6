"""A plan is run on data: rows become results."""

from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import Literal, NamedNode

from allygraph.shacl.data import DataGraph, written
from allygraph.shacl.model import Path, Predicate, Result, Term
from allygraph.shacl.plan import Ask, Call, Fault, Fill, Put, Unit
from allygraph.shacl.steps import Row


def run(unit: Unit, data: DataGraph) -> list[Result]:
    """Judge one unit; its scratch graphs are thrown away at the end."""
    found: list[Result] = []
    graphs: list[NamedNode] = []
    try:
        for step in unit.steps:
            match step:
                case Put(graph, terms):
                    graphs.append(graph)
                    data.put(graph, terms)
                case Fill(graph, select):
                    graphs.append(graph)
                    data.fill(graph, select)
                case Ask():
                    if step.into is not None:
                        graphs.append(step.into)
                    found.extend(_repeated(list(_ask(step, data)), step.repeats, data))
                case Call(fault, rows, into):
                    if into is not None:
                        graphs.append(into)
                    called = list(_called(fault, rows.rows(data), into, data))
                    found.extend(_repeated(called, step.repeats, data))
    finally:
        data.clear(dict.fromkeys(graphs))
    return found


def _repeated(found: list[Result], repeats: str | None, data: DataGraph) -> list[Result]:
    if repeats is None or not found:
        return found
    times = {written(row["this"]): int(row["n"].value) for row in data.rows(repeats)}
    return [result for result in found for _ in range(times.get(result.focus, 1))]


def _ask(step: Ask, data: DataGraph) -> Iterator[Result]:
    if step.gate is not None and not data.holds(step.gate):
        return
    if step.into is not None:
        data.fill(step.into, step.select)
        return
    seen: set[tuple[object, ...]] = set()
    for row in data.rows(step.select):
        key = tuple(row)
        if key in seen:
            continue
        seen.add(key)
        for number, fault in enumerate(step.faults):
            if not step.flags or row[f"f{number}"].value == "true":
                yield _result(step, fault, row)


def _result(step: Ask, fault: Fault, row: Any) -> Result:
    messages = None
    if step.messages is not None:
        names = ["this", *(["value"] if step.value else []), *(["path"] if step.path else [])]
        bound = {n: row[n] for n in (*names, *step.columns) if row[n] is not None}
        messages = step.messages({name: written(term) for name, term in bound.items()})
    path: Path | None = None
    if step.path and isinstance(row["path"], NamedNode):
        path = Predicate(row["path"])
    value = row["value"] if step.value else None
    if step.value and value is None:
        value = _own_value(fault, row["this"])
    return _of(fault, row["this"], value, path, messages)


def _of(
    fault: Fault,
    focus: Term,
    value: Term | None,
    path: Path | None,
    messages: tuple[Literal, ...] | None,
) -> Result:
    shape, constraint = fault.shape, fault.constraint
    sparql = constraint.component.value.endswith("#SPARQLConstraintComponent")
    return Result(
        focus=written(focus),
        path=path or shape.path,
        value=None if value is None else written(value),
        shape=shape.node,
        component=constraint.component,
        severity=shape.severity,
        messages=shape.messages if messages is None else messages,
        constraint=constraint.value if sparql else None,
    )


def _called(
    fault: Fault, rows: Iterable[Row], into: NamedNode | None, data: DataGraph
) -> Iterator[Result]:
    if into is not None:
        data.put(into, [row.this for row in rows])
        return
    for row in rows:
        value = _own_value(fault, row.this) if row.value is None else row.value
        yield _of(fault, row.this, value, row.path, row.messages)


def _own_value(fault: Fault, focus: Term) -> Term | None:
    """Give the value where a query of the shapes names none: of a node shape, the node itself."""
    return focus if fault.shape.path is None else None
