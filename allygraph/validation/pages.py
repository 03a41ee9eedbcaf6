"""Pages: one for each rule below ``docs/rules/``, and the list of them, written by ``make docs``.

A page says what is wrong, what to do, how bad it is and where the rule stands; it shows the rule,
an example that breaks it with what is printed about it, and one that does not.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from allygraph.validation.catalogue import Entry, catalogue
from allygraph.validation.examples import Example, invalid, valid

_LANGUAGES = {"en": "English", "fr": "Français", "ja": "日本語"}
_SENTENCE = re.compile(r"(?<=\.)\s+(?=[^\s.,;)])|(?<=。)(?=.)")
_ABBREVIATED = re.compile(r"(?:e\.g|i\.e|p\. ex|etc)\.$")
_HEADING = {
    "shape": "Shapes",
    "check": "Checks across records",
    "python": "Rules that are Python",
}
_CODE = {"shape": "turtle", "check": "sparql"}


def pages(root: Path, broken: Mapping[str, Example] | None = None) -> dict[str, str]:
    """Write all pages of a checkout: the text of each by its file name.

    Args:
        root: the checkout.
        broken: the judged examples, where that has been done.
    """
    entries = catalogue(root)
    broken = invalid(root) if broken is None else broken
    found = {"README.md": index(entries)}
    for name, entry in entries.items():
        found[f"{name}.md"] = page(entry, broken.get(name), valid(root, name))
    return found


def index(entries: Mapping[str, Entry]) -> str:
    """Write the list of rules."""
    lines = [
        "# Rules",
        "",
        "All that `ally validate` can find fault with; each finding names its rule. "
        "Written by `make docs`; do not edit.",
    ]
    for kind, heading in _HEADING.items():
        lines += [
            "",
            f"## {heading}",
            "",
            "| rule | severity | what is wrong |",
            "| --- | --- | --- |",
        ]
        for name, entry in sorted(entries.items(), key=lambda pair: pair[0].casefold()):
            if entry.kind == kind:
                problem, _ = _parts(entry.message())
                lines.append(f"| [`{name}`]({name}.md) | {_severity(entry)} | {_cell(problem)} |")
    return "\n".join(lines) + "\n"


def page(entry: Entry, broken: Example | None, kept: Example | None) -> str:
    """Write the page of one rule."""
    return "\n".join(_lines(entry, broken, kept)) + "\n"


def _lines(entry: Entry, broken: Example | None, kept: Example | None) -> Iterator[str]:
    yield from (f"# {entry.name}", "", "Written by `make docs`; do not edit.", "")
    problem, remedy = _parts(entry.message())
    rows = [("what", entry.title), ("severity", _severity(entry))]
    rows.append(("rule", f"[`{entry.file}`](../../{entry.file})"))
    if entry.targets:
        rows.append(("asked of", ", ".join(f"`{target}`" for target in entry.targets)))
    if entry.path:
        rows.append(("path", f"`{entry.path}`"))
    yield from ("| | |", "| --- | --- |")
    yield from (f"| {name} | {_cell(value)} |" for name, value in rows if value)
    yield from ("", "## Problem", "", problem)
    yield from ("", "## Remedy", "", remedy or problem)
    others = [(lang, text) for lang, text in entry.messages if lang not in ("", "en")]
    if others:
        yield from ("", "## In other languages", "")
        yield from (f"- {_LANGUAGES.get(lang, lang)}: {text}" for lang, text in others)
    if broken is not None and broken.printed:
        yield from ("", "## An example that breaks it", "")
        yield from _fenced("turtle", _body(broken.text))
        yield from ("", f"What `ally validate` prints ([the file](../../{broken.file})):", "")
        yield from _fenced("", broken.printed)
    if kept is not None:
        yield from ("", f"## An example that keeps it ([the file](../../{kept.file}))", "")
        yield from _fenced("turtle", _body(kept.text))
    if entry.text:
        yield from ("", "## The rule", "")
        yield from _fenced(_CODE[entry.kind], entry.text.rstrip("\n"))


def _severity(entry: Entry) -> str:
    return f"{entry.severity}, in profiles that ask it" if entry.optional else entry.severity


def _parts(message: str) -> tuple[str, str]:
    """Part a message into its fault, the first sentence, and its remedy, the others."""
    sentences = _SENTENCE.split(message)
    cut = 1
    while cut < len(sentences) and _ABBREVIATED.search(sentences[cut - 1]):
        cut += 1
    return " ".join(sentences[:cut]), " ".join(sentences[cut:])


def _body(text: str) -> str:
    """Leave out what every file begins with: two lines on it, and its prefixes."""
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if not re.match(r"#|PREFIX |$", line)), 0)
    return "\n".join(lines[start:]).rstrip()


def _fenced(language: str, text: str) -> Iterator[str]:
    yield from (f"```{language}", text, "```")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
