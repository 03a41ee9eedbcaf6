"""JSON: every field of every finding, for programs. The fields are in ``docs/findings.md``."""

import json
from dataclasses import asdict
from typing import Any

from allygraph.positions import Place
from allygraph.validation.findings import Finding, Report
from allygraph.validation.outputs.setting import Setting

VERSION = 1
"""Goes up when a field is renamed or removed, not when one is added."""


def write(report: Report, setting: Setting) -> str:
    """Give findings and numbers as one object; IRIs in full, values with short names."""
    whole = {
        "version": VERSION,
        "conforms": not report.findings,
        "findings": [_finding(finding, setting.lang) for finding in report.findings],
        "counts": {
            "relationships": report.relationships,
            "claims": report.claims,
            "known": report.known,
            **{f"{severity}s": count for severity, count in report.counts().items()},
        },
        "checked": {
            "files": report.files,
            "background": report.background,
            "delegated": [{"shape": shape, "reason": reason} for shape, reason in report.delegated],
        },
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _finding(finding: Finding, lang: str) -> dict[str, Any]:
    return {
        **_place(finding.place),
        "severity": finding.severity,
        "rule": finding.rule,
        "focus": finding.focus,
        "name": finding.about or None,
        "message": finding.message(lang),
        "messages": [{"lang": language, "text": text} for language, text in finding.messages],
        "found": finding.found,
        "expected": finding.expectation(lang),
        "path": finding.path,
        "components": finding.component,
        "related": [{**_place(other.place), "text": other.text} for other in finding.related],
        "engine_text": finding.engine_text,
        "shape": finding.shape,
        "page": finding.page,
        "fingerprint": finding.fingerprint,
    }


def _place(place: Place) -> dict[str, Any]:
    return asdict(place)
