"""Form: canonical Turtle, two head lines, no blank nodes in data, one block for a thing."""

from collections.abc import Iterator

from pyoxigraph import BlankNode

from allygraph.errors import NotCanonical
from allygraph.positions import Place
from allygraph.turtle import canonical
from allygraph.validation.findings import Finding, Levels, rule_page, said
from allygraph.validation.sources import SourceFile, Sources

_HEAD = "# "
_LICENCE = ("# licence:", "# SPDX-License-Identifier:")


def find(sources: Sources, severity: Levels) -> Iterator[Finding]:
    """Give the findings on the form of the judged files."""
    for file in sources.judged:
        yield from _canonical(file, severity)
        yield from _head_lines(file, severity)
        if file.part in ("data", "given"):
            yield from _blank_nodes(file, severity)
    yield from _stated_twice(sources, severity)


def _canonical(file: SourceFile, severity: Levels) -> Iterator[Finding]:
    try:
        wanted = canonical(file.text, place=file.name).split("\n")
    except NotCanonical as error:
        _, _, line = (error.place or "").rpartition(":")
        number = int(line) if line.isdecimal() else 1
        yield _finding(file, number, severity, "form", f"{error.message}. {error.expected}.")
        return
    given = file.text.split("\n")
    if given != wanted:
        pairs = enumerate(zip(given, wanted, strict=False), start=1)
        number = next((line for line, (one, other) in pairs if one != other), len(given))
        message = 'The file is not in canonical form. Run "ally fmt" on it.'
        yield _finding(file, number, severity, "form", message)


def _head_lines(file: SourceFile, severity: Levels) -> Iterator[Finding]:
    lines = [*file.text.split("\n")[:2], "", ""]
    if not (lines[0].startswith(_HEAD) and lines[1].startswith(_LICENCE)):
        message = "A file begins with a line on what it holds and one on its licence. Add them."
        yield _finding(file, 1, severity, "head-lines", message)


def _blank_nodes(file: SourceFile, severity: Levels) -> Iterator[Finding]:
    if any(isinstance(quad.subject, BlankNode) for quad in file.quads):
        message = "Data has no blank nodes: they cannot be cited. Give the thing a name of its own."
        yield _finding(file, 1, severity, "blank-node", message)


def _stated_twice(sources: Sources, severity: Levels) -> Iterator[Finding]:
    """A thing has one block: a second one elsewhere would be overlooked."""
    first: dict[str, SourceFile] = {}
    for file in sources.files:
        if file.part != "data":
            continue
        for subject, line in file.lines.items():
            other = first.setdefault(subject, file)
            if other is not file and file.judged:
                message = f"The thing has a block in {other.name} as well. Join the two."
                yield Finding(
                    Place(file.name, line),
                    severity["subject-twice"],
                    "subject-twice",
                    subject,
                    said(message),
                    page=rule_page("subject-twice"),
                )


def _finding(file: SourceFile, line: int, severity: Levels, rule: str, message: str) -> Finding:
    return Finding(
        Place(file.name, line), severity[rule], rule, None, said(message), page=rule_page(rule)
    )
