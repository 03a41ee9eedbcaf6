"""Faults: what a judge says is wrong, before anyone asks where it stands.

Judges (form, shapes, checks, links …) know things and values; files, lines and columns are looked
up afterwards, and only in the files that have faults (`allygraph.validation.locating`).
"""

from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from allygraph.shacl.model import Path, Predicate, Result
from allygraph.validation.findings import Messages, Severity

Term: TypeAlias = NamedNode | BlankNode | Literal


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        rule: the name of the rule, as ``--select`` takes it.
        severity: how bad it is.
        messages: fault and remedy in one text for each language.
        focus: the thing at fault.
        path: the way from the thing to the values, where the rule looks at a property.
        values: what was found there.
        expected: what would be right.
        expectations: the same in other languages, where it is words.
        component: local names of the constraint components that failed.
        engine_text: what the engine itself says, in English.
        shape: the IRI of the shape, where the rule is one of the shapes that were given.
        others: things because of which the values are wrong; their places are told beside.
        page: the page on the rule.
        results: the engine's own results that the fault tells, for a W3C report.
    """

    rule: str
    severity: Severity
    messages: Messages
    focus: Term
    path: Path | None = None
    values: tuple[Term, ...] = ()
    expected: str | None = None
    component: tuple[str, ...] = ()
    engine_text: str | None = None
    shape: str | None = None
    others: tuple[Term, ...] = ()
    page: str | None = None
    results: tuple[Result, ...] = ()
    expectations: Messages = ()


def property_path(name: str) -> Path:
    """Give the path that is one property, by its IRI."""
    return Predicate(NamedNode(name))
