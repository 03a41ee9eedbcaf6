"""Findings: one shape for all that validation reports, and their text and JSON forms.

A finding tells where (file and line of its subject), which rule, about what, what is wrong with
the remedy, and what was found there. Units: lines are counted from 1.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from allygraph.names import compact

Severity = Literal["violation", "warning", "info"]
_SHORT = 80
SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")
"""From the worst to the mildest."""


@dataclass(frozen=True)
class Finding:
    """One fault at one place.

    ``focus`` is the IRI of the thing at fault, or None where the file itself is; ``found`` holds
    the values at fault as short names or literals.
    """

    file: str
    line: int
    severity: Severity
    rule: str
    focus: str | None
    message: str
    found: tuple[str, ...] = ()

    def text(self) -> str:
        """Tell the finding in two lines, or three with the values found."""
        about = f" {compact(self.focus)}" if self.focus else ""
        lines = [
            f"{self.file}:{self.line}: {self.severity}[{self.rule}]{about}",
            f"  {self.message}",
        ]
        if self.found:
            lines.append(f"  found: {', '.join(self.found)}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Report:
    """The findings of a validation, sorted by place, and how much was looked at."""

    findings: tuple[Finding, ...]
    relationships: int
    claims: int

    def fails(self, at_least: Severity = "violation") -> bool:
        """Tell whether a finding is as bad as the given severity, or worse."""
        bad = SEVERITIES[: SEVERITIES.index(at_least) + 1]
        return any(finding.severity in bad for finding in self.findings)

    def text(self) -> str:
        """Tell all findings, and their numbers in the last line."""
        return "\n".join([*(finding.text() for finding in self.findings), self.summary()])

    def summary(self) -> str:
        """Count the findings in one line."""
        count: Counter[str] = Counter(finding.severity for finding in self.findings)
        numbers = [_number(count["violation"], "violation"), _number(count["warning"], "warning")]
        if count["info"]:
            numbers.append(f"{count['info']} for information")
        looked_at = f"{_number(self.relationships, 'relationship')} and "
        return f"{', '.join(numbers)} in {looked_at}{_number(self.claims, 'claim')}"

    def json(self) -> str:
        """Give findings and numbers as a JSON object; full IRIs, short names in ``found``."""
        count = Counter(finding.severity for finding in self.findings)
        numbers = {
            "relationships": self.relationships,
            "claims": self.claims,
            **{f"{severity}s": count[severity] for severity in SEVERITIES},
        }
        report = {"findings": [asdict(finding) for finding in self.findings], "counts": numbers}
        return json.dumps(report, ensure_ascii=False, indent=2)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by place, then rule; the same finding stands once."""
    return tuple(sorted(set(findings), key=_place))


def literal(text: str, *, language: str | None, datatype: str | None) -> str:
    """Write a literal as Turtle would, with short names, cut after eighty signs."""
    short = compact(datatype or "xsd:string")
    if short in ("xsd:integer", "xsd:boolean"):
        return text
    text = text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
    if language:
        return f'"{text}"@{language}'
    return f'"{text}"' if short == "xsd:string" else f'"{text}"^^{short}'


def _place(finding: Finding) -> tuple[object, ...]:
    return (
        finding.file,
        finding.line,
        SEVERITIES.index(finding.severity),
        finding.rule,
        finding.focus or "",
        finding.found,
        finding.message,
    )


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


Levels = Mapping[str, Severity]
"""The severity of each rule that is not a shape, from ``queries/checks/levels.tsv``."""
