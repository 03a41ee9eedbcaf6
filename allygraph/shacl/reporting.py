"""Results as a report: in a stable order, and as the triples of a W3C validation report."""

from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from allygraph.shacl.model import Node, Report, Result, Term
from allygraph.shacl.names import RDF_TYPE, sh, xsd
from allygraph.shacl.paths import path_triples, sparql_path


def in_order(results: Iterable[Result]) -> tuple[Result, ...]:
    """Sort results by focus node, shape, path, value and component."""
    return tuple(sorted(results, key=_key))


def _key(result: Result) -> tuple[str, ...]:
    return (
        str(result.focus),
        str(result.shape),
        "" if result.path is None else sparql_path(result.path),
        "" if result.value is None else str(result.value),
        str(result.component),
        *map(str, result.messages),
    )


def report_quads(report: Report) -> list[Quad]:
    """Write a report as the triples of a ``sh:ValidationReport``.

    Blank nodes are numbered, so that the same report gives the same triples; those of the data and
    the shapes keep their names.
    """
    node = BlankNode("report")
    quads = [
        Quad(node, RDF_TYPE, sh("ValidationReport")),
        Quad(node, sh("conforms"), _boolean(report.conforms)),
    ]
    for number, result in enumerate(report.results):
        name = BlankNode(f"result{number}")
        quads.append(Quad(node, sh("result"), name))
        quads.extend(_result_quads(name, result))
    return quads


def _boolean(value: bool) -> Literal:
    return Literal("true" if value else "false", datatype=xsd("boolean"))


def _result_quads(name: BlankNode, result: Result) -> Iterable[Quad]:
    yield Quad(name, RDF_TYPE, sh("ValidationResult"))
    yield Quad(name, sh("focusNode"), result.focus)
    if result.path is not None:
        triples: list[tuple[Node, NamedNode, Term]] = []
        yield Quad(name, sh("resultPath"), path_triples(result.path, triples, name.value))
        for subject, predicate, value in triples:
            yield Quad(subject, predicate, value)
    if result.value is not None:
        yield Quad(name, sh("value"), result.value)
    for message in result.messages:
        yield Quad(name, sh("resultMessage"), message)
    yield Quad(name, sh("resultSeverity"), result.severity)
    yield Quad(name, sh("sourceShape"), result.shape)
    yield Quad(name, sh("sourceConstraintComponent"), result.component)
    if result.constraint is not None:
        yield Quad(name, sh("sourceConstraint"), result.constraint)
