"""Findings: one shape for all that validation reports, whoever found it.

A finding tells where, which rule, about what, what is wrong with the remedy, what was found and
what would be right. `allygraph.validation.outputs` writes them.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from allygraph.names import compact
from allygraph.positions import Place
from allygraph.shacl.model import Result

Severity = Literal["error", "warning", "info"]
Messages = tuple[tuple[str, str], ...]
_SHORT = 80
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""From the worst to the mildest; sh:Violation is an error."""
_BARE = re.compile(r"xsd:integer [+-]?\d+|xsd:boolean (?:true|false)")
_LABEL = re.compile(r"_:\w+")


@dataclass(frozen=True)
class Related:
    """Another place that has to do with a finding, and what it has to do with it."""

    place: Place
    text: str


@dataclass(frozen=True)
class Finding:
    """One fault at one place.

    Attributes:
        place: the triple at fault, or its subject where the triple is missing.
        severity: how bad it is.
        rule: the local name of the shape, or the name of the check.
        focus: the IRI or ``_:label`` of the thing at fault; None where the file itself is.
        messages: the fault and its remedy, each with its language (``"en"``; ``""`` for none).
        found: the values at fault, in Turtle with short names.
        expected: what would be right, in English.
        path: the SPARQL path from the thing to the values, with short names.
        component: the local names of the SHACL constraint components that failed.
        related: other records because of which the value is wrong.
        engine_text: what the engine itself said.
        shape: the IRI of the shape.
        page: the page on the rule: a path below the root for ours, an address for others.
        short: the focus as a short name, where the file has prefixes of its own.
        expectations: what would be right, in other languages.
        results: the engine's results that the finding tells, for a W3C report.
    """

    place: Place
    severity: Severity
    rule: str
    focus: str | None
    messages: Messages
    found: tuple[str, ...] = ()
    expected: str | None = None
    path: str | None = None
    component: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    engine_text: str | None = None
    shape: str | None = None
    page: str | None = None
    short: str | None = None
    expectations: Messages = ()
    results: tuple[Result, ...] = field(default=(), compare=False, repr=False)

    def message(self, lang: str = "en") -> str:
        """Tell the fault in a language, else in English, else in any, else as the engine did.

        A message in ``fr-CA`` serves for ``fr``, and one in ``fr`` for ``fr-CA``.
        """
        return in_language(self.messages, lang) or self.engine_text or self.rule

    def expectation(self, lang: str = "en") -> str | None:
        """Tell what would be right in a language, else in English; None where nobody knows."""
        if self.expected is None:
            return None
        return in_language((("en", self.expected), *self.expectations), lang)

    @property
    def about(self) -> str:
        """The thing at fault as a short name; empty where the file itself is."""
        return self.short or (compact(self.focus) if self.focus else "")

    def text(self, lang: str = "en") -> str:
        """Tell the finding as compilers do, without its line of the file."""
        from allygraph.validation.outputs import tell

        return tell(self, lang=lang)

    @property
    def fingerprint(self) -> str:
        """Name the fault by rule, thing, path and values, not by its line: 32 hex digits.

        A thing without a name, or no thing at all, is told apart by its file.
        """
        named = self.focus and not self.focus.startswith("_:")
        parts = (self.rule, self.focus or "", self.path or "", *self.found)
        whose = "" if named else self.place.file
        text = "\0".join((whose, *(_LABEL.sub("_:", part) for part in parts)))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Report:
    """The findings of a validation, sorted by place, and what was looked at.

    Attributes:
        findings: the faults, each once.
        relationships: how many relationships were judged; 0 for graphs of others.
        claims: how many claims were judged.
        files: the names of the files, or graphs, that were judged.
        background: vocabularies that were looked at and never blamed, by name.
        delegated: shapes that went to pySHACL, each with the reason.
        known: findings of the baseline, which are not among the findings.
        texts: the text of the files that have findings, by name, where it is at hand; reports
            show the lines at fault from it.
    """

    findings: tuple[Finding, ...]
    relationships: int = 0
    claims: int = 0
    files: tuple[str, ...] = ()
    background: tuple[str, ...] = ()
    delegated: tuple[tuple[str, str], ...] = ()
    known: int = 0
    texts: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def fails(self, at_least: Severity = "error") -> bool:
        """Tell whether a finding is as bad as the given severity, or worse."""
        bad = SEVERITIES[: SEVERITIES.index(at_least) + 1]
        return any(finding.severity in bad for finding in self.findings)

    def counts(self) -> dict[Severity, int]:
        """Count the findings of each severity."""
        count = Counter(finding.severity for finding in self.findings)
        return {severity: count[severity] for severity in SEVERITIES}

    def summary(self, lang: str = "en") -> str:
        """Count the findings in one line, and what was looked at."""
        from allygraph.validation.outputs.words import summary, words

        return summary(self, words(lang))

    def text(self, lang: str = "en") -> str:
        """Tell all findings as compilers do, and their numbers in the last line."""
        from allygraph.validation.outputs import write

        return write("text", self, lang=lang).removesuffix("\n")

    def json(self, lang: str = "en") -> str:
        """Give findings and numbers as a JSON object; its fields are in docs/findings.md."""
        from allygraph.validation.outputs import write

        return write("json", self, lang=lang).removesuffix("\n")


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by place, then rule; the same finding stands once."""
    return tuple(sorted(set(findings), key=_order))


def in_language(messages: Messages, lang: str) -> str | None:
    """Choose the message in a language, else in English, else any; None where there is none."""
    said = {language.lower(): text for language, text in reversed(messages)}
    wanted, main = lang.lower(), lang.lower().partition("-")[0]
    near = sorted(language for language in said if language.startswith(f"{main}-"))
    for language in (wanted, main, *near, "en"):
        if language in said:
            return said[language]
    return messages[0][1] if messages else None


def said(text: str) -> Messages:
    """Give a message that we have in English only."""
    return (("en", text),)


def rule_page(rule: str) -> str:
    """Give the page on a rule of ours, below the root of the checkout."""
    return f"docs/rules/{rule}.md"


def literal(text: str, *, language: str | None, datatype: str | None) -> str:
    """Write a literal as Turtle would, with short names, cut after eighty signs."""
    short = compact(datatype or "xsd:string")
    if _BARE.fullmatch(f"{short} {text}"):
        return text
    text = text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
    text = text.translate(_ESCAPES)
    if language:
        return f'"{text}"@{language}'
    return f'"{text}"' if short == "xsd:string" else f'"{text}"^^{short}'


def _order(finding: Finding) -> tuple[object, ...]:
    return (
        finding.place,
        SEVERITIES.index(finding.severity),
        finding.rule,
        finding.focus or "",
        finding.path or "",
        finding.found,
        finding.messages,
    )


Levels = Mapping[str, Severity]
"""The severity of each rule that is not a shape, from ``queries/checks/levels.tsv``."""
Places = Mapping[str, Place]
"""Where each thing that is judged stands, by its IRI."""
