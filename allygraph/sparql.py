"""The words of a SPARQL text, without its comments: enough to check its form, not to run it.

Shape: a text in, ``Token``s in order out. What is not SPARQL is split into single signs.
Source: the terminals of SPARQL 1.1, section 19.8, https://www.w3.org/TR/sparql11-query/.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_KINDS = {
    "comment": r"#[^\n]*",
    "iri": r"<[^<>\"{}|^`\\\x00-\x20]*>",
    "text": (
        r'"""(?:[^"\\]|\\.|"(?!""))*"""'
        r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
        r'|"(?:[^"\\\n]|\\.)*"'
        r"|'(?:[^'\\\n]|\\.)*'"
    ),
    "variable": r"[?$]\w+",
    "name": r"(?:[A-Za-z][\w.-]*)?:[\w.-]*(?<!\.)",
    "word": r"[A-Za-z_]\w*",
    "number": r"[0-9]+(?:\.[0-9]+)?",
    "space": r"\s+",
    "sign": r".",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{form})" for kind, form in _KINDS.items()), re.DOTALL)
_ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


class Token(NamedTuple):
    """A word of a query: what it is, how it is written, and on which line (from 1)."""

    kind: str
    text: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    """Give the tokens of a SPARQL text; comments and blanks are left out."""
    yield from (token for _, token in placed(text))


def placed(text: str) -> Iterator[tuple[int, Token]]:
    """Give the tokens of a SPARQL text, each with where it begins (from 0)."""
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup not in ("comment", "space"):
            yield match.start(), Token(str(match.lastgroup), match[0], line)
        line += match[0].count("\n")


def words(text: str) -> list[str]:
    """List the keywords of a query in capitals, as a parser sees them: escapes are read first."""
    decoded = _ESCAPED.sub(_sign, text)
    return [token.text.upper() for token in tokens(decoded) if token.kind == "word"]


def form(text: str) -> str:
    """Tell the form of a query (SELECT, ASK, CONSTRUCT, DESCRIBE), or the empty text."""
    forms = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
    return next((word for word in words(text) if word in forms), "")


def _sign(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else match[0]
