"""Turtle: a W3C validation report (SHACL, section 3.6), one or more results a finding.

A finding of a shape gives the engine's own results, one for each component that failed. What no
shape finds (form, checks across records) gives one result, whose component is the page of its rule;
where the file itself is at fault its name stands as the focus node, as ``<file:…>``.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from allygraph.names import BASE, PREFIXES
from allygraph.shacl.model import Predicate, Result
from allygraph.shacl.model import Report as Judged
from allygraph.shacl.reporting import report_quads
from allygraph.validation.findings import Finding, Report
from allygraph.validation.outputs.setting import Setting, page_address

Term = NamedNode | BlankNode | Literal
_SH = PREFIXES["sh"]
_PREFIX = re.compile(r"(?:^|[\s^])([a-z]+):")
_SEVERITIES = {"error": "Violation", "warning": "Warning", "info": "Info"}


def write(report: Report, setting: Setting) -> str:
    """Give the report; the same findings give the same blank nodes."""
    results = tuple(result for finding in report.findings for result in _results(finding))
    triples = [quad.triple for quad in report_quads(Judged(results=results))]
    whole = triples[0].subject
    triples.sort(key=lambda triple: triple.subject != whole)  # one block for the report itself
    written = (serialize(triples, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b"").decode()
    return _with_used_prefixes(written)


def _with_used_prefixes(text: str) -> str:
    """Keep the prefixes that are used, in order; the writer gives all in that of a hash table."""
    lines = text.split("\n")
    body = "\n".join(lines[len(PREFIXES) :])
    used = set(_PREFIX.findall(body))
    head = sorted(line for line in lines[: len(PREFIXES)] if line.split()[1][:-1] in used)
    return "\n".join([*head, body])


def _results(finding: Finding) -> Iterator[Result]:
    severity = _sh(_SEVERITIES[finding.severity])
    if finding.results:
        # A profile may have changed how bad it is; a severity of the shape's own stays.
        standard = {_sh(name) for name in _SEVERITIES.values()}
        for result in finding.results:
            yield replace(result, severity=severity) if result.severity in standard else result
        return
    (value,) = [_term(text) for text in finding.found] if len(finding.found) == 1 else [None]
    names = [_sh(name) for name in finding.component]
    path = _term(finding.path) if finding.path else None
    page = page_address(finding) or f"{BASE}docs/rules/{quote(finding.rule)}"
    for component in names or [NamedNode(page)]:
        yield Result(
            focus=_focus(finding),
            path=Predicate(path) if isinstance(path, NamedNode) else None,
            value=value,
            shape=NamedNode(finding.shape or page),
            component=component,
            severity=severity,
            messages=tuple(
                Literal(text, language=lang) if lang else Literal(text)
                for lang, text in finding.messages
            ),
        )


def _focus(finding: Finding) -> Term:
    if finding.focus is None:
        return NamedNode(f"file:{quote(finding.place.file)}")
    if finding.focus.startswith("_:"):
        return BlankNode(finding.focus[2:])
    return _term(finding.focus) or Literal(finding.focus)


def _term(text: str) -> Term | None:
    """Read a value as findings write it; None where it was cut, or is no Turtle."""
    if text.startswith('"') and "…" in text:
        return None
    head = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    for written in (text, f"<{text}>"):
        try:
            (quad,) = parse(input=f"{head}<urn:s> <urn:p> {written} .", format=RdfFormat.TURTLE)
        except (SyntaxError, ValueError):
            continue
        return _plain(quad)
    return None


def _plain(quad: Quad) -> Term | None:
    return quad.object if isinstance(quad.object, NamedNode | BlankNode | Literal) else None


def _sh(name: str) -> NamedNode:
    return NamedNode(f"{_SH}{name}")
