"""Mending: from the findings of a validation to the repairs of its files (``--fix``, ``--diff``).

The things with findings are judged once more by the shapes that found fault with them, because a
finding tells values in words and a repair needs terms. Only what a finding tells is mended: what a
profile, a baseline or ``--select`` leaves out stays as it is.
"""

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, NamedNode, Quad

from allygraph import shacl
from allygraph.names import expand
from allygraph.shacl import Result
from allygraph.validation.findings import Finding
from allygraph.validation.fixes import Repair, file_texts, find_language, fixes, wrong_values
from allygraph.validation.judging import rule_names
from allygraph.validation.sources import SourceFile, Sources

_TYPE, _ONTOLOGY = NamedNode(expand("rdf:type")), NamedNode(expand("owl:Ontology"))


def mend(sources: Sources, findings: Sequence[Finding], *, ours: bool) -> list[Repair]:
    """Mend what has one right answer in the judged files.

    Args:
        sources: what was judged, with its shapes and background.
        findings: what was found.
        ours: whether the files are to be in canonical form.
    """
    shapes = [quad for file in sources.files if file.part == "shapes" for quad in file.quads]
    described = {quad.subject for file in sources.files for quad in file.quads}
    language = _language(sources.files) if ours else None
    files = file_texts(sources.judged, findings, ours=ours, language=language)
    results = _results(sources, shapes, findings)
    return fixes(wrong_values(results), shapes, files, described=described.__contains__)


def _results(
    sources: Sources, shapes: Sequence[Quad], findings: Iterable[Finding]
) -> Iterator[Result]:
    """Give the results that the findings tell of."""
    told = {(finding.focus, finding.rule) for finding in findings if finding.component}
    focus = {_node(name) for name, _ in told if name and not name.startswith('"')}
    if not focus:
        return
    graph = shacl.read_shapes(shapes)
    rules = rule_names(graph)
    for result in shacl.validate(sources.quads, graph, focus=focus).results:
        if (_name(result.focus), rules[result.shape]) in told:
            yield result


def _language(files: Iterable[SourceFile]) -> str | None:
    """Give the language that our ontology declares, for all our files."""
    for file in files:
        if any(quad.predicate == _TYPE and quad.object == _ONTOLOGY for quad in file.quads):
            return find_language("", file.quads, None)
    return None


def _node(name: str) -> NamedNode | BlankNode:
    return BlankNode(name[2:]) if name.startswith("_:") else NamedNode(name)


def _name(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)
