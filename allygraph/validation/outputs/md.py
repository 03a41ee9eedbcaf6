"""Markdown: a report for a merge request or an issue, by file."""

import re
from collections.abc import Iterator
from itertools import groupby

from allygraph.validation.findings import Finding, Report
from allygraph.validation.outputs.excerpt import marked_line
from allygraph.validation.outputs.printable import printable
from allygraph.validation.outputs.setting import Setting, page_address
from allygraph.validation.outputs.words import Words, summary, words

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$&@])")
_TICKS = re.compile(r"`+")


def write(report: Report, setting: Setting) -> str:
    """Give a heading with the numbers, then each file with its findings."""
    said = words(setting.lang)
    lines = [f"## {said['title']}", "", f"{_escaped(summary(report, said))}."]
    if not report.findings:
        lines += ["", said["clean"]]
    for name, found in groupby(report.findings, key=lambda finding: finding.place.file):
        lines += ["", f"### {_code(name)}", ""]
        for finding in found:
            lines += _item(finding, report, setting, said)
    for label, names in (
        ("background", report.background),
        ("delegated", [shape for shape, _ in report.delegated]),
    ):
        if names:
            lines += ["", f"{said[label]}{said['colon']}{', '.join(map(_code, names))}"]
    return "\n".join(lines) + "\n"


def _item(finding: Finding, report: Report, setting: Setting, said: Words) -> Iterator[str]:
    place = finding.place
    at = ":".join(str(part) for part in (place.line, place.column) if part)
    rule = _code(finding.rule)
    if (address := page_address(finding)) is not None:
        rule = f"[{rule}](<{address}>)"
    about = f" {_code(finding.about)}" if finding.about else ""
    yield f"- {f'{at} ' if at else ''}**{said[finding.severity]}** {rule}{about}\\"
    message = " ".join(finding.message(setting.lang).split())
    yield f"  {_escaped(printable(message))}"
    if (line := marked_line(place, report.texts)) is not None:
        blanks, signs = line.underline()
        fence = "`" * max(3, _longest(line.text) + 1)
        yield from ("", f"  {fence}", f"  {line.text.rstrip()}", f"  {blanks}{signs}", f"  {fence}")
        yield ""
    if finding.path:
        yield f"  - {said['path']}{said['colon']}{_code(finding.path)}"
    if finding.found:
        yield f"  - {said['found']}{said['colon']}{', '.join(map(_code, finding.found))}"
    if expected := finding.expectation(said.lang):
        yield f"  - {said['expected']}{said['colon']}{_escaped(printable(expected))}"
    for other in finding.related:
        text = _escaped(printable(other.text))
        yield f"  - {said['see']}{said['colon']}{_code(str(other.place))} {text}"


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text)


def _code(text: str) -> str:
    """Write a code span that the text cannot leave."""
    text = printable(text)
    ticks = "`" * (_longest(text) + 1)
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{blank}{text}{blank}{ticks}"


def _longest(text: str) -> int:
    return max((len(match[0]) for match in _TICKS.finditer(text)), default=0)
