"""Examples: for each rule a file that breaks it, one that does not, and what is printed about it.

They stand in ``tests/`` of the checkout. To judge hundreds of them in one run, the things of each
get names of their own; what is printed has the names of the file again.
"""

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, parse

from allygraph.graph import read
from allygraph.names import compact
from allygraph.positions import Place
from allygraph.validation import Options, queries, validate
from allygraph.validation.findings import Finding, Report
from allygraph.validation.outputs import write

_STRICTEST = "publishable"  # asks what other profiles leave out
_FOLDERS = ("shapes", "checks", "rules")


@dataclass(frozen=True)
class Example:
    """An example of a rule: a file below the root, its text, and what is printed about it."""

    file: str
    text: str
    printed: str = ""


def valid(root: Path, rule: str) -> Example | None:
    """Find an example that keeps a rule: the rule's own, or that of the shape around it."""
    for folder in _FOLDERS:
        for name in (rule, rule.partition("-")[0] if folder == "shapes" else rule):
            for path in sorted((root / "tests" / folder / name).glob("valid-*.ttl")):
                return Example(path.relative_to(root).as_posix(), read(path))
    return None


def invalid(root: Path) -> dict[str, Example]:
    """Judge the first invalid example of each rule; by rule, without those that have none."""
    texts = tuple(sorted((root / "tests" / "rules").glob("*/*.txt")))
    levels = queries.levels(root)
    things = [*_first(root, "shapes"), *_first(root, "rules")]
    checks = _first(root, "checks")
    # Checks look across things: they are judged apart, so that no broken shape is in their way.
    return {
        **_judged(root, things, "shapes", Options(texts=texts)),
        **_judged(root, [one for one in checks if one.parent.name in levels], "checks", Options()),
        **_judged(
            root,
            [one for one in checks if one.parent.name not in levels],
            "checks",
            Options(profile=_STRICTEST),
        ),
    }


def _first(root: Path, folder: str) -> list[Path]:
    files: dict[Path, Path] = {}
    for path in sorted((root / "tests" / folder).glob("*/invalid-*.ttl")):
        files.setdefault(path.parent, path)
    return list(files.values())


def _judged(root: Path, files: list[Path], folder: str, options: Options) -> dict[str, Example]:
    """Judge examples beside the neighbours that those of a folder refer to."""
    neighbours = root / "tests" / folder / "neighbours.ttl"
    with tempfile.TemporaryDirectory() as copied:
        copies: dict[str, tuple[Path, str]] = {}
        for number, path in enumerate(files):
            mark = f"x{number}x"
            copy = Path(copied) / f"{number}.ttl"
            copy.write_text(_renamed(read(path), mark), encoding="utf-8")
            copies[str(copy)] = (path, mark)
        report = validate([*map(Path, copies), neighbours], root=root, options=options)
    found = {}
    for judged, (path, mark) in copies.items():
        rule, name = path.parent.name, path.relative_to(root).as_posix()
        mine = [one for one in report.findings if one.place.file == judged and one.rule == rule]
        told = _printed(mine, mark, judged, name, report.texts.get(judged, ""))
        found[rule] = Example(name, read(path), told.replace(f"{root}/", ""))
    return found


def _renamed(text: str, mark: str) -> str:
    """Put a mark behind the name of each thing that a text describes."""
    subjects = {
        compact(quad.subject.value)
        for quad in parse(input=text, format=RdfFormat.TURTLE)
        if isinstance(quad.subject, NamedNode)
    }
    for name in sorted(subjects, key=len, reverse=True):
        text = re.sub(rf"(?<![\w:-]){re.escape(name)}(?![\w-])", rf"{name}{mark}", text)
    return text


def _printed(findings: Iterable[Finding], mark: str, copy: str, name: str, text: str) -> str:
    shown = tuple(replace(one, place=_moved(one.place, mark, text.split("\n"))) for one in findings)
    told = write("text", Report(shown, texts={copy: text.replace(mark, "")}))
    lines = told.replace(mark, "").replace(copy, name).splitlines()
    return "\n".join(lines[:-1])


def _moved(place: Place, mark: str, lines: list[str]) -> Place:
    """Give the place that something has in a line when the marks are taken out."""

    def column(number: int | None, line: int | None) -> int | None:
        if number is None or line is None:
            return number
        return number - lines[line - 1][: number - 1].count(mark) * len(mark)

    return replace(
        place,
        column=column(place.column, place.line),
        end_column=column(place.end_column, place.end_line),
    )
