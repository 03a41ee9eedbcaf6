"""Mending: from the findings of a validation to the repairs of its files (``--fix``, ``--diff``).

Only what a finding tells is mended: what a profile or ``--select`` leaves out stays as it is.
"""

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode

from allygraph.names import expand
from allygraph.shacl import Result
from allygraph.validation.examined import Examined
from allygraph.validation.fixes import Repair, file_texts, find_language, fixes, wrong_values
from allygraph.validation.judging import rule_names
from allygraph.validation.sources import SourceFile

_TYPE, _ONTOLOGY = NamedNode(expand("rdf:type")), NamedNode(expand("owl:Ontology"))
_STDIN, _COMPRESSED = "-", ".gz"


def mend(examined: Examined, *, ours: bool) -> list[Repair]:
    """Mend what has one right answer in the judged files that can be written.

    Args:
        examined: what was judged and found.
        ours: whether the files are to be in canonical form, and are in the language of our
            ontology where they do not tell.
    """
    sources, findings = examined.sources, examined.report.findings
    described = {quad.subject for file in sources.files for quad in file.quads}
    language = _language(sources.files) if ours else None
    writable = [
        file
        for file in sources.judged
        if str(file.path) != _STDIN and file.path.suffix != _COMPRESSED
    ]
    return fixes(
        wrong_values(_told(examined)),
        examined.shapes.shape_quads,
        file_texts(writable, findings, ours=ours, language=language),
        described=described.__contains__,
    )


def _told(examined: Examined) -> Iterator[Result]:
    """Give the results that findings tell of."""
    told = {(finding.focus, finding.rule) for finding in examined.report.findings}
    if examined.results:
        rules = rule_names(examined.shapes.shapes)
        for result in examined.results:
            focus = result.focus
            name = focus.value if isinstance(focus, NamedNode) else str(focus)
            if (name, rules[result.shape]) in told:
                yield result


def _language(files: Iterable[SourceFile]) -> str | None:
    """Give the language that our ontology declares, for all our files."""
    for file in files:
        if any(quad.predicate == _TYPE and quad.object == _ONTOLOGY for quad in file.quads):
            return find_language("", file.quads, None)
    return None
