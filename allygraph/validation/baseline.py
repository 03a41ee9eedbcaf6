"""Baselines: findings that are known and do not count, so that only new ones fail.

A baseline is a JSON file of findings by rule, thing, path and values, with how often each occurs.
It knows no lines, so that moving a block makes nothing new. A thing without a name is known by the
named thing that leads to it (decision 135).
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, NamedNode, Quad

from allygraph.errors import UnreadableFile
from allygraph.graph import read as read_text
from allygraph.names import compact
from allygraph.validation.findings import Finding, Report

FORMAT = "allygraph-baseline"
VERSION = 1
_LABEL = re.compile(r"_:([\w.-]*\w)")
_EXPECTED = "a file that 'ally validate --write-baseline FILE' wrote"
Key = tuple[str, str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Compared:
    """A report held against a baseline.

    Attributes:
        report: the report with the new findings alone; its ``known`` counts the others.
        gone: how many findings of the baseline are there no more.
    """

    report: Report
    gone: int

    def remark(self) -> str:
        """Tell what the baseline did; empty if there is nothing to tell."""
        if not self.gone:
            return ""
        are = "is" if self.gone == 1 else "are"
        return f"{self.gone} of the baseline {are} gone: write it anew with --write-baseline"


Baseline = Mapping[Key, int]
"""How often each finding is known."""
Owners = Callable[[str], str]
"""Gives what stands for the label of a blank node."""


def nameless(label: str) -> str:
    """Give what stands for a blank node to which nothing named leads."""
    return "[]"


def write(findings: Iterable[Finding], owner: Owners = nameless) -> str:
    """Give the text of a baseline that knows the findings.

    Args:
        findings: what is to be known.
        owner: what stands for a blank node, as `owners` tells.
    """
    counts = Counter(_key(finding, owner) for finding in findings)
    entries = [
        {
            "fingerprint": _fingerprint(key),
            "rule": key[0],
            "focus": key[1],
            "path": key[2],
            "found": list(key[3]),
            "count": counts[key],
        }
        for key in sorted(counts)
    ]
    content = {"format": FORMAT, "version": VERSION, "findings": entries}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def read(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        UnreadableFile: the file is missing, not UTF-8, not JSON, or no baseline.
    """
    text = read_text(path)
    try:
        content = json.loads(text)
    except ValueError as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise UnreadableFile(
            f"not JSON: {getattr(error, 'msg', error)}",
            expected=_EXPECTED,
            place=f"{path}:{line}:{column}",
        ) from error
    except RecursionError as error:
        raise _foreign(path, "it is nested too deep") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _foreign(path, f"its format is not '{FORMAT}'")
    if content.get("version") != VERSION:
        raise _foreign(path, f"its version is {content.get('version')!r}, not {VERSION}")
    entries = content.get("findings")
    if not isinstance(entries, list):
        raise _foreign(path, "it has no list of findings")
    return dict(_entry(entry, number, path) for number, entry in enumerate(entries, start=1))


def compare(report: Report, known: Baseline, owner: Owners = nameless) -> Compared:
    """Take the known findings out of a report; of several that are alike, as many as are known."""
    left = Counter(dict(known))
    new = []
    for finding in report.findings:
        key = _key(finding, owner)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(finding)
    count = len(report.findings) - len(new)
    compared = replace(report, findings=tuple(new), known=report.known + count)
    return Compared(compared, sum(left.values()))


def owners(quads: Iterable[Quad]) -> Owners:
    """Tell what stands for a blank node: the named thing that leads to it, and the way there.

    Shape: a label in, ``claim:one/oa:hasTarget`` out; ``[]`` where nothing named leads there.
    """
    above: dict[str, tuple[NamedNode | BlankNode, str]] = {}
    for quad in quads:
        if isinstance(quad.object, BlankNode) and isinstance(quad.subject, NamedNode | BlankNode):
            way = (quad.subject, quad.predicate.value)
            known = above.setdefault(quad.object.value, way)
            if _rank(way) < _rank(known):
                above[quad.object.value] = way
    return lambda label: _owner(label, above)


def _rank(way: tuple[NamedNode | BlankNode, str]) -> tuple[bool, str, str]:
    node, name = way
    blank = isinstance(node, BlankNode)
    return blank, "" if blank else node.value, name


def _owner(label: str, above: Mapping[str, tuple[NamedNode | BlankNode, str]]) -> str:
    steps: list[str] = []
    seen: set[str] = set()
    while label in above and label not in seen:
        seen.add(label)
        node, name = above[label]
        steps.append(compact(name))
        if isinstance(node, NamedNode):
            return "/".join([compact(node.value), *reversed(steps)])
        label = node.value
    return nameless(label)


def _key(finding: Finding, owner: Owners) -> Key:
    """Give by what a finding is known again; a fault of a whole file is one of that file."""

    def named(text: str) -> str:
        return _LABEL.sub(lambda match: owner(match[1]), text)

    focus = named(finding.focus or finding.place.file)
    return finding.rule, focus, finding.path or "", tuple(map(named, finding.found))


def _fingerprint(key: Key) -> str:
    rule, focus, path, found = key
    text = "\0".join((rule, focus, path, *found))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _entry(entry: Any, number: int, path: Path) -> tuple[Key, int]:
    fields = entry if isinstance(entry, dict) else {}
    texts = [fields.get(name) for name in ("rule", "focus", "path")]
    found, count = fields.get("found"), fields.get("count")
    if not all(isinstance(text, str) for text in texts) or not isinstance(found, list):
        raise _foreign(path, f"its finding {number} lacks rule, focus, path or found")
    if not all(isinstance(text, str) for text in found) or type(count) is not int or count < 1:
        raise _foreign(path, f"its finding {number} has no texts as found, or no count")
    key = (str(texts[0]), str(texts[1]), str(texts[2]), tuple(found))
    if fields.get("fingerprint") != _fingerprint(key):
        raise _foreign(path, f"its finding {number} was edited: the fingerprint does not fit")
    return key, count


def _foreign(path: Path, reason: str) -> UnreadableFile:
    return UnreadableFile(f"'{path}' is no baseline: {reason}", expected=_EXPECTED, place=str(path))
