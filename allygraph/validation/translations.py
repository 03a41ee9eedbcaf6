"""Translations: what the rules that are no shapes say in other languages than English.

``queries/checks/<language>.tsv`` has a line for each rule: its name, problem and remedy. A
message in English may tell more, such as the day that would be right. Shapes carry their messages
in all languages themselves.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from allygraph.errors import QueryFileError
from allygraph.graph import read
from allygraph.validation.findings import Finding, Messages

LANGUAGES = ("fr", "ja")
_FIELDS = ["rule", "problem", "remedy"]
Translations = Mapping[str, Messages]
"""Fault and remedy of each rule, in each language, by its name."""


def translations(root: Path) -> Translations:
    """Read the translations of a root.

    Raises:
        QueryFileError: a file has no line of fields, or a line lacks one.
    """
    found: dict[str, Messages] = {}
    for language in LANGUAGES:
        for row in _rows(root, language):
            text = f"{row['problem']}{_space(language)}{row['remedy']}"
            found[row["rule"]] = (*found.get(row["rule"], ()), (language, text))
    return found


def in_all_languages(findings: Iterable[Finding], table: Translations) -> Iterator[Finding]:
    """Give findings with what their rules say in other languages, where they say nothing there."""
    for finding in findings:
        said = {language for language, _ in finding.messages}
        more = tuple(pair for pair in table.get(finding.rule, ()) if pair[0] not in said)
        yield replace(finding, messages=(*finding.messages, *more)) if more else finding


def _rows(root: Path, language: str) -> Iterator[dict[str, str]]:
    name = f"queries/checks/{language}.tsv"
    lines = read(root / name, name=name).splitlines()
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    if rows.fieldnames != _FIELDS:
        raise QueryFileError(
            "the first line does not name the fields",
            expected="\t".join(_FIELDS),
            place=f"{name}:1",
        )
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise QueryFileError(
                "the line has other fields than the first",
                expected="three",
                place=f"{name}:{number}",
            )
        yield row


def _space(language: str) -> str:
    """Japanese sets no space between sentences."""
    return "" if language == "ja" else " "
