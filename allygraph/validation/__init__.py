"""Validation: form, shapes, check queries, dates, quotes and consistency, as one list of findings.

Shape: paths in, a `Report` out. The shipped files, or the given ones beside them, are judged as
they were parsed (SHACL, dates, quotes) and as the built graph (check queries, with all derived
graphs). Source: https://www.w3.org/TR/shacl/ for the shapes.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pyoxigraph import NamedNode, Store

from allygraph import resources
from allygraph.bridge import quiet_rdflib
from allygraph.derive import extend
from allygraph.errors import InputError, QueryFileError
from allygraph.names import expand
from allygraph.positions import Place
from allygraph.reason import check
from allygraph.validation import bounds, form, links, queries, quotes, shapes
from allygraph.validation.findings import (
    SEVERITIES,
    Finding,
    Levels,
    Report,
    Severity,
    in_order,
    rule_page,
    said,
)
from allygraph.validation.sources import CLAIM, RELATIONSHIP, Sources, load

__all__ = ["SEVERITIES", "Finding", "Report", "Severity", "validate"]

_FOUND_BY_CHECKS = ("undeclared",)
_FOUND_BY_SHAPES = ("owl-domain", "owl-range")
_OBJECT_OF_A_CLAIM = frozenset(map(expand, ("ally:affirms", "ally:denies", "ally:doubts")))


def validate(
    paths: Sequence[Path] | None = None,
    *,
    root: Path | None = None,
    texts: Sequence[Path] = (),
    hermit: bool = False,
    staged: Mapping[Path, Path] | None = None,
) -> Report:
    """Judge the shipped ontology and data, or given files beside them.

    Args:
        paths: Turtle files and folders of them, whose findings alone are reported; None for all
            that is shipped. A thing that a given file describes replaces the shipped one.
        root: the folder that holds ontology/, data/ and queries/; by default the shipped one.
        texts: source texts against which quotes are checked, found by their sha256.
        hermit: ask the reasoner HermiT too, which needs Java and takes its time.
        staged: instead of paths, data files as they are to be: each place below the root with
            the file that holds its text for now. Findings name the places.

    Raises:
        UnreadableFile: a file is missing, not UTF-8, or not Turtle; with its line and column.
        QueryFileError: a check query or its header is malformed.
    """
    sources = load(root or resources.root(), paths, staged)
    with quiet_rdflib():
        found = [*_findings(sources, texts, hermit)]
    named = {finding.place.file for finding in found}
    return Report(
        in_order(found),
        sources.count(RELATIONSHIP),
        sources.count(CLAIM),
        files=tuple(file.name for file in sources.judged),
        texts={file.name: file.text for file in sources.judged if file.name in named},
    )


def _findings(sources: Sources, texts: Sequence[Path], hermit: bool) -> Iterator[Finding]:
    severity, places = queries.levels(sources.root), sources.places
    store, failures = _built(sources, severity)
    found = [
        *form.find(sources, severity),
        *bounds.find(sources.quads, places, severity),
        *links.find(sources.quads, places, severity),
        *quotes.find(sources.quads, texts, places, severity),
        *shapes.find(sources.root, sources.quads, places),
        *queries.find(sources.root, store, places, severity),
    ]
    yield from found
    if not any(finding.severity == "error" for finding in found):
        yield from failures
    told = {finding.focus for finding in found}
    yield from (
        fault
        for fault in _faults(sources, severity, hermit)
        if fault.focus not in told or fault.rule not in _FOUND_BY_SHAPES
    )


def _built(sources: Sources, severity: Levels) -> tuple[Store, list[Finding]]:
    """Build the graph that the check queries see; without derived graphs where that fails.

    The failure is told only where no other finding explains it.
    """
    store = Store()
    store.bulk_extend(
        quad
        for quad in sources.quads
        if quad.predicate.value not in _OBJECT_OF_A_CLAIM or isinstance(quad.object, NamedNode)
    )
    try:
        extend(store, sources.root)
    except QueryFileError:
        raise
    except InputError as error:
        place = Place(sources.judged[0].name, 1)
        message = said(f"Nothing could be derived: {error.message}. Give {error.expected}.")
        rule = "not-derivable"
        page = rule_page(rule)
        return store, [Finding(place, severity[rule], rule, None, message, page=page)]
    return store, []


def _faults(sources: Sources, severity: Levels, hermit: bool) -> Iterator[Finding]:
    """Give what contradicts the ontology."""
    for problem in check(sources.quads, hermit=hermit):
        if problem.rule in _FOUND_BY_CHECKS:
            continue
        place = sources.places.get(problem.subject)
        if place is None and problem.subject:
            continue
        rule = f"owl-{problem.rule}"
        yield Finding(
            place or Place(sources.judged[0].name, 1),
            severity["owl"],
            rule,
            problem.subject or None,
            said(f"The ontology does not allow this: {problem.message}."),
            page=rule_page(rule),
        )
