"""Statements and tokens of Turtle, TriG, N-Triples and N-Quads: where each begins and ends.

A text is cut into statements by one regular expression that runs through a whole statement at
once, because most statements are never asked for; only those that are, are cut into tokens.
Shape: a text in, spans (start and end, counted in characters from 0) out. Text that is not of the
format is cut somehow, never refused: it has been parsed before.
Source: https://www.w3.org/TR/rdf12-turtle/#sec-grammar and https://www.w3.org/TR/rdf12-trig/.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_STRING = (
    r'"(?!"")[^"\\\n\r]*+(?:\\.[^"\\\n\r]*+)*+"'
    r'|"""(?:[^"\\]++|\\.|"(?!""))*+"""'
    r"|'(?!'')[^'\\\n\r]*+(?:\\.[^'\\\n\r]*+)*+'"
    r"|'''(?:[^'\\]++|\\.|'(?!''))*+'''"
)
_IRI = r"<(?!<)[^<>\"{}|^`\x00-\x20]*+>"
# A dot belongs to a name or number only where more of it follows.
_NAME = r"[\w:%·-]"
_WORD = rf"{_NAME}(?:{_NAME}|\\.|\.(?=\.*+(?:{_NAME}|\\)))*+"
_TAG = r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[a-z]++)?+"
_SPACE = r"(?:\s|#[^\n\r]*+)*+"
_DIRECTIVE = (
    rf"(?:(?i:prefix){_SPACE}[^\s<]*+{_SPACE}|(?i:base){_SPACE})<[^<>]*+>"
    rf"|(?i:version){_SPACE}(?:\"[^\"\n]*+\"|'[^'\n]*+')"
)
_HEAD = rf"(?P<head>{_IRI}|{_WORD}|[\[(]|<<|{_TAG}|[{{}}]|\S)"
_OUTSIDE_NAMES = rf"{_STRING}|\.(?=[0-9])|{_IRI}|\#[^\n\r]*+|\\.|[<\\\"']"
_INNER_DOT = rf"(?<={_NAME})\.(?=\.*+(?:{_NAME}|\\))"


def _statement(inside: str, *, graphs: bool) -> re.Pattern[str]:
    """Give the expression that runs through a statement, over all that cannot end it.

    In TriG a brace ends what stands before it, if it is not that of an annotation.
    """
    more = r"|\{\||(?<=\|)\}" if graphs else r"|[{}]"
    ends = r"\.|\{(?!\|)|(?<!\|)\}" if graphs else r"\."
    whole = rf"(?={_HEAD})(?:{inside}|{_OUTSIDE_NAMES}{more})*+(?:{ends}|\Z)"
    return re.compile(rf"{_SPACE}(?:(?P<directive>{_DIRECTIVE})|{whole})", re.DOTALL)


_LEAPS = rf"[^.<\"'#\\{{}}]++|{_INNER_DOT}"
# A full stop right after a language tag looks like one inside a name. Hardly anybody writes so,
# and to look at each name takes four times as long.
_STOP_AFTER_TAG = re.compile(rf"{_TAG}\.(?={_NAME})")
_STEPS = rf"[^.<\"'#\\{{}}@\w:%·-]++|{_TAG}|{_WORD}|@"
_STATEMENT = {
    (graphs, tagged): _statement(_STEPS if tagged else _LEAPS, graphs=graphs)
    for graphs in (False, True)
    for tagged in (False, True)
}
_TOKENS = re.compile(
    rf"(?P<literal>(?:{_STRING})(?:{_TAG}|{_SPACE}\^\^{_SPACE}(?:{_IRI}|{_WORD}))?+)"
    rf"|(?P<iri>{_IRI})"
    r"|(?P<comment>\#[^\n\r]*+)"
    rf"|(?P<anonymous>\[{_SPACE}\])"
    r"|(?P<mark><<\(|\)>>|<<|>>|\{\||\|\}|[;,\[\]()~{}])"
    rf"|(?P<word>[+-]?+(?:{_WORD}|\.[0-9][\w+-]*+)|{_TAG})"
    r"|(?P<end>\.)",
    re.DOTALL,
)


class Token(NamedTuple):
    """A token: its sort (literal, iri, word, anonymous, mark), text and span."""

    sort: str
    text: str
    start: int
    end: int


def statements(text: str, *, graphs: bool = False) -> Iterator[tuple[str, int, int]]:
    """Cut Turtle, or TriG with ``graphs``, into statements; directives are among them.

    Each is given by its first token, and the span of the whole of it. A directive's head is its
    whole text; of TriG the braces and names of graphs come too.
    """
    whole = _STATEMENT[graphs, _STOP_AFTER_TAG.search(text) is not None]
    for match in whole.finditer(text):
        directive, head = match.groups()
        if head is not None:
            yield head, match.start(2), match.end()
        elif directive is not None:
            yield directive, match.start(1), match.end()


def tokens(text: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """Cut a part of a text into tokens; comments and full stops are left out."""
    new = tuple.__new__  # Token(…) itself takes twice as long
    for match in _TOKENS.finditer(text, start, len(text) if end is None else end):
        sort = match.lastgroup
        if sort != "comment" and sort != "end":
            yield new(Token, (sort, match.group(), *match.span()))


def comments(text: str) -> Iterator[Token]:
    """Give the comments of a Turtle text."""
    for match in _TOKENS.finditer(text):
        if match.lastgroup == "comment":
            yield Token("comment", match.group(), match.start(), match.end())
