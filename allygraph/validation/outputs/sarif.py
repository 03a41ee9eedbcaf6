"""SARIF 2.1.0: findings for code scanning (GitHub, GitLab, Azure DevOps, editors).

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Files are named as they
were given; columns count characters; a finding is known again by rule, thing, path and values.
"""

import json
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from allygraph.names import BASE
from allygraph.positions import Place
from allygraph.validation.findings import Finding, Report
from allygraph.validation.outputs.excerpt import marked_line
from allygraph.validation.outputs.printable import printable
from allygraph.validation.outputs.setting import Setting, page_address
from allygraph.validation.outputs.words import Words, words

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def write(report: Report, setting: Setting) -> str:
    """Give a log with one run."""
    first = {finding.rule: finding for finding in reversed(report.findings)}
    rules = sorted(first)
    index = {rule: number for number, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    results = []
    for finding in report.findings:
        seen[finding.fingerprint] += 1
        occurrence = seen[finding.fingerprint]
        results.append(_result(finding, index[finding.rule], occurrence, report, setting))
    run = {
        "tool": {"driver": _driver([_rule(first[rule], setting) for rule in rules])},
        "language": words(setting.lang).lang,
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, **_delegated(report)}],
        "artifacts": [{"location": {"uri": _uri(name)}} for name in report.files],
        "results": results,
        "properties": {
            "relationships": report.relationships,
            "claims": report.claims,
            "known": report.known,
            "background": report.background,
        },
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _driver(rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "allygraph",
        "fullName": "allygraph, ally validate",
        "version": version("allygraph"),
        "informationUri": BASE,
        "rules": rules,
    }


def _delegated(report: Report) -> dict[str, Any]:
    notes = [
        {"level": "note", "message": {"text": f"{shape} was judged by pySHACL: {reason}"}}
        for shape, reason in report.delegated
    ]
    return {"toolExecutionNotifications": notes} if notes else {}


def _rule(finding: Finding, setting: Setting) -> dict[str, Any]:
    """Describe a rule: from what we know of it, else from its first finding."""
    known = setting.rules.get(finding.rule)
    message = printable(finding.message(setting.lang))
    title = known.title if known and known.title else message
    about = known.message(setting.lang) if known else message
    address = page_address(finding)
    link = f"\n\n[{finding.rule}]({address})" if address else ""
    return {
        "id": finding.rule,
        "shortDescription": {"text": title},
        "fullDescription": {"text": about},
        "help": {"text": about, "markdown": f"{about}{link}"},
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"tags": ["rdf", "shacl" if finding.shape else "check"]},
    }


def _result(
    finding: Finding, index: int, occurrence: int, report: Report, setting: Setting
) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": _physical(finding.place, report)}
    if finding.focus:
        location["logicalLocations"] = [
            {"name": finding.about, "fullyQualifiedName": finding.focus, "kind": "resource"}
        ]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding, words(setting.lang), setting)},
        "locations": [location],
        "relatedLocations": [
            {
                "id": number,
                "physicalLocation": _physical(other.place, report),
                "message": {"text": printable(other.text)},
            }
            for number, other in enumerate(finding.related, start=1)
        ],
        "partialFingerprints": {
            "allygraph/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint[:16]}:{occurrence}",
        },
        "properties": _properties(finding),
    }


def _message(finding: Finding, said: Words, setting: Setting) -> str:
    lines = [printable(line) for line in finding.message(setting.lang).splitlines()]
    if finding.found:
        lines.append(f"{said['found']}{said['colon']}{printable(', '.join(finding.found))}")
    if expected := finding.expectation(said.lang):
        lines.append(f"{said['expected']}{said['colon']}{printable(expected)}")
    # A link to a related place is [text](id); any other bracket is text.
    lines = [_plain(line) for line in lines]
    lines.extend(
        f"{said['see']}{said['colon']}[{_plain(printable(other.text))}]({number})"
        for number, other in enumerate(finding.related, start=1)
    )
    return "\n".join(lines)


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _properties(finding: Finding) -> dict[str, Any]:
    fields: Iterable[tuple[str, Any]] = (
        ("focus", finding.focus),
        ("path", finding.path),
        ("found", finding.found),
        ("expected", finding.expected),
        ("components", finding.component),
        ("shape", finding.shape),
        ("messages", dict(finding.messages)),
        ("engineText", finding.engine_text),
    )
    return {name: value for name, value in fields if value}


def _physical(place: Place, report: Report) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file)}}
    region: dict[str, Any] = {
        name: number
        for name, number in (
            ("startLine", place.line),
            ("startColumn", place.column),
            ("endLine", place.end_line),
            ("endColumn", place.end_column),
        )
        if number is not None
    }
    if place.line is not None:
        if (line := marked_line(place, report.texts)) is not None:
            region["snippet"] = {"text": line.text}
        location["region"] = region
    return location


def _uri(name: str) -> str:
    """Give a file as a URI reference, relative where its name is; an address stays as it is."""
    if "://" in name or name.startswith("urn:"):
        return name
    path = PurePath(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), safe="/~!$&'()*+,;=@")
