"""The words of a Turtle text with their places: enough to find comments and subjects, no more.

A full parser is not needed for that, and rdflib's and pyoxigraph's do not tell places.
Units: lines are counted from 1. Source: https://www.w3.org/TR/turtle/#sec-grammar.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from allygraph.errors import UnknownName
from allygraph.names import expand

_TOKEN = re.compile(
    r'''(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\''''
    r"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<iri><[^<>"{}|^`\\\s]*>)"""
    r"""|(?P<comment>\#[^\n]*)"""
    r"""|(?P<mark>[;,\[\]()]|\.(?=[\s\#<"'\[\]()]|$))"""
    r"""|(?P<word>(?:[^\s;,\[\]()<>"'\#.]|\\.|\.(?![\s\#<"'\[\]()]|$))+)""",
    re.DOTALL,
)


class Token(NamedTuple):
    """One word of a Turtle text: its sort (string, iri, comment, mark, word), text and line."""

    sort: str
    text: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    """Give the words of a Turtle text in order; what is no word is passed over."""
    line, seen = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        yield Token(match.lastgroup or "word", match.group(), line)


def comments(text: str) -> list[tuple[int, str]]:
    """List the comments of a Turtle text as line and text."""
    return [(token.line, token.text) for token in tokens(text) if token.sort == "comment"]


def subject_lines(text: str) -> dict[str, int]:
    """Tell for each named subject of a Turtle text the line on which its first block begins.

    Blank nodes have no name and are left out; the text need not be canonical.
    """
    prefixes: dict[str, str] = {}
    lines: dict[str, int] = {}
    for statement in _statements(text):
        head = statement[0]
        if head.text.lower() in ("prefix", "@prefix") and len(statement) >= 3:
            prefixes[statement[1].text.rstrip(":")] = statement[2].text[1:-1]
        elif head.sort in ("iri", "word") and (iri := _iri(head.text, prefixes)):
            lines.setdefault(iri, head.line)
    return lines


def _statements(text: str) -> Iterator[list[Token]]:
    """Cut a text into statements; only the first three words of each are kept."""
    statement: list[Token] = []
    depth = 0
    for token in tokens(text):
        if token.sort == "comment":
            continue
        if token.text == "." and depth == 0:
            if statement:
                yield statement
            statement = []
            continue
        if token.sort == "mark":
            depth += (token.text in "[(") - (token.text in "])")
        if len(statement) < 3:
            statement.append(token)
        if len(statement) == 3 and statement[0].text.lower() == "prefix":
            yield statement
            statement = []
    if statement:
        yield statement


def _iri(text: str, prefixes: dict[str, str]) -> str | None:
    if text.startswith("<"):
        return text[1:-1]
    prefix, colon, local = text.partition(":")
    if not colon or prefix == "_":
        return None
    if prefix in prefixes:
        return prefixes[prefix] + local.replace("\\", "")
    try:
        return expand(text)
    except UnknownName:
        return None
