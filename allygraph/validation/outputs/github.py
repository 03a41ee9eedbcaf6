"""GitHub: workflow commands that GitHub Actions shows as annotations of the changed lines.

Source: "Workflow commands for GitHub Actions", setting an error, warning or notice message; the
escapes are those of its toolkit (``@actions/core``, ``command.ts``).
"""

from collections.abc import Iterator

from allygraph.positions import Place
from allygraph.validation.findings import Finding, Report
from allygraph.validation.outputs.printable import printable
from allygraph.validation.outputs.setting import Setting, page_address
from allygraph.validation.outputs.words import summary, words

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def write(report: Report, setting: Setting) -> str:
    """Give one command a line for each finding, and the numbers in the last line."""
    said = words(setting.lang)
    lines = [_command(finding, setting) for finding in report.findings]
    return "\n".join([*lines, summary(report, said)]) + "\n"


def _command(finding: Finding, setting: Setting) -> str:
    title = f"{finding.rule} {finding.about}".strip()
    properties = [*_place(finding.place), ("title", printable(title))]
    told = ",".join(f"{name}={_property(value)}" for name, value in properties)
    return f"::{_COMMANDS[finding.severity]} {told}::{_data(_message(finding, setting))}"


def _place(place: Place) -> Iterator[tuple[str, str]]:
    yield "file", place.file
    numbers = {
        "line": place.line,
        "endLine": place.end_line,
        "col": place.column,
        "endColumn": place.end_column,
    }
    # GitHub refuses columns where the lines differ.
    if place.end_line not in (None, place.line):
        del numbers["col"], numbers["endColumn"]
    yield from ((name, str(number)) for name, number in numbers.items() if number is not None)


def _message(finding: Finding, setting: Setting) -> str:
    said = words(setting.lang)
    lines = [*map(printable, finding.message(setting.lang).splitlines())]
    if finding.found:
        lines.append(f"{said['found']}{said['colon']}{printable(', '.join(finding.found))}")
    if expected := finding.expectation(setting.lang):
        lines.append(f"{said['expected']}{said['colon']}{printable(expected)}")
    lines.extend(
        f"{said['see']}{said['colon']}{other.place} {printable(other.text)}"
        for other in finding.related
    )
    if (address := page_address(finding)) is not None:
        lines.append(f"{said['more']}{said['colon']}{address}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
