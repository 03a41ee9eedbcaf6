"""Form: canonical Turtle, two head lines, no blank nodes in data, one block for a thing."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from pyoxigraph import BlankNode, RdfFormat

from allygraph.errors import NotCanonical
from allygraph.names import compact
from allygraph.positions import Place
from allygraph.turtle import canonical
from allygraph.validation.findings import Finding, Levels, Related, rule_page, said
from allygraph.validation.sources import SourceFile, Sources

_FEW = 4  # files for which a process is not worth its start
_TWICE = "subject-twice"
_HEAD = "# "
_LICENCE = ("# licence:", "# SPDX-License-Identifier:")


def find(
    files: Sequence[SourceFile], sources: Sources, severity: Levels, jobs: int = 1
) -> Iterator[Finding]:
    """Give the findings on the form of files.

    Args:
        files: those that are judged.
        sources: all files, in which things may have a second block.
        severity: the severity of each rule.
        jobs: how many files are worked on at a time, each in a process of its own.
    """
    written = [file for file in files if file.format == RdfFormat.TURTLE]
    yield from _not_canonical(written, severity, jobs)
    for file in written:
        yield from _head_lines(file, severity)
    for file in files:
        if file.part in ("data", "given"):
            yield from _blank_nodes(file, severity)
    yield from _stated_twice(sources, severity)


def _not_canonical(files: Sequence[SourceFile], severity: Levels, jobs: int) -> Iterator[Finding]:
    """Give the first line of each file that is not as `ally fmt` would write it."""
    texts = [(file.text, file.name) for file in files]
    if jobs > 1 and len(texts) > _FEW:
        with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
            found = list(pool.map(_first_other_line, texts, chunksize=_FEW))
    else:
        found = [*map(_first_other_line, texts)]
    for file, fault in zip(files, found, strict=True):
        if fault is not None:
            line, message = fault
            yield _finding(file, line, severity, "form", message)


def _first_other_line(named_text: tuple[str, str]) -> tuple[int, str] | None:
    """Give line and fault of a text that is not canonical; None if it is."""
    text, name = named_text
    try:
        wanted = canonical(text, place=name)
    except NotCanonical as error:
        _, _, line = (error.place or "").rpartition(":")
        return int(line) if line.isdecimal() else 1, f"{error.message}. {error.expected}."
    if text == wanted:
        return None
    lines = text.split("\n")
    pairs = enumerate(zip(lines, wanted.split("\n"), strict=False), start=1)
    number = next((line for line, (one, other) in pairs if one != other), len(lines))
    return number, 'The file is not in canonical form. Run "ally fmt" on it.'


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
        for subject in sorted(file.subjects):
            other = first.setdefault(subject, file)
            if other is file or not (file.judged or other.judged):
                continue
            here, there = (file, other) if file.judged else (other, file)
            yield Finding(
                here.place_of(subject),
                severity[_TWICE],
                _TWICE,
                subject,
                said(f"The thing has a block in {there.name} as well. Join the two."),
                related=(Related(there.place_of(subject), compact(subject)),),
                page=rule_page(_TWICE),
            )


def _finding(file: SourceFile, line: int, severity: Levels, rule: str, message: str) -> Finding:
    return Finding(
        Place(file.name, line), severity[rule], rule, None, said(message), page=rule_page(rule)
    )
