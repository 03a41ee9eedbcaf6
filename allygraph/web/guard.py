"""Guard: what the text of a query shows before anything parses it.

It gives better messages and saves workers; safety does not rest on it where the sandbox holds
(see ``sandbox``). The scanner knows the tokens in which a keyword can be hidden: IRIs, strings,
comments, variables, prefixed names, language tags. An escaped keyword counts as the keyword.
"""

import re
from dataclasses import dataclass

from allygraph.web.problems import Problem

DEEPEST = 100
_QUERIES = frozenset({"ASK", "CONSTRUCT", "DESCRIBE", "SELECT"})
_UPDATES = frozenset({"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE"})
_VOLATILE = frozenset({"BNODE", "NOW", "RAND", "STRUUID", "UUID"})
_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
TOKEN = re.compile(
    rf"""
      (?P<iri><[^<>"{{}}|^`\x00-\x20]*>)
    | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    | (?P<unclosed>["'])
    | (?P<comment>\#[^\n\r]*)
    | (?P<variable>[?$]\w+)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<word>(?:[^\W\d]|{_ESCAPE})(?:[\w.\-]|{_ESCAPE})*)
    | (?P<prefixed>:(?:[\w.\-:%]|\\.)*)
    | (?P<open>[{{(\[]|<<)
    | (?P<close>[}})\]]|>>)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Reading:
    """What the text shows: its bare words in capitals, in order of first appearance."""

    words: tuple[str, ...]

    @property
    def has_dataset(self) -> bool:
        """Whether the query itself chooses graphs, with FROM."""
        return any(word.startswith("FROM") for word in self.words)

    @property
    def is_volatile(self) -> bool:
        """Whether the same query may give another answer a moment later."""
        return not _VOLATILE.isdisjoint(self.words)


def read(query: str, most_bytes: int) -> Reading:
    """Look through a query.

    Raises:
        Problem: it is too large, nests too deeply, or asks for an operation not allowed here.
    """
    size = len(query.encode("utf-8"))
    if size > most_bytes:
        raise Problem(
            "request-too-large", f"the query has {size} bytes", expected=f"at most {most_bytes}"
        )
    words = _scan(query)
    # The grammar lets keywords touch other words ("trueSERVICE<…>"), so it is looked for in them.
    if any("SERVICE" in word for word in words):
        raise Problem(
            "query-unsafe",
            "SERVICE is not allowed: this endpoint asks no other",
            expected="a query of the data that is here; no prefix is called service",
        )
    first = next((word for word in words if word in _QUERIES | _UPDATES), "")
    if first in _UPDATES:
        raise Problem(
            "query-unsafe", f"{first} is an update", expected="a query: data is read only"
        )
    return Reading(words)


def _scan(query: str) -> tuple[str, ...]:
    words: dict[str, None] = {}
    depth = 0
    for match in TOKEN.finditer(query):
        kind = match.lastgroup
        if kind == "word":
            parts = _plain(match.group())
            if query[match.end() : match.end() + 1] == ":":
                parts = [part for part in parts if "SERVICE" in part]
            words.update(dict.fromkeys(parts))
        elif kind == "open":
            depth += 1
            if depth > DEEPEST:
                raise _broken(query, match.start(), "there are too many brackets within each other")
        elif kind == "close":
            depth -= 1
        elif kind == "unclosed":
            raise _broken(query, match.start(), "a string is not closed")
    return tuple(words)


def _plain(word: str) -> list[str]:
    """Give the parts of a word in capitals, without escapes."""
    if "\\" in word:
        word = re.sub(_ESCAPE, lambda found: _character(found.group()[2:]), word)
    return re.split(r"[.\-]", word.upper())


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number < 0x110000 else "?"


def _broken(query: str, position: int, detail: str) -> Problem:
    before = query[:position]
    line, column = before.count("\n") + 1, position - before.rfind("\n")
    return Problem(
        "query-syntax",
        f"{detail}, at line {line}, column {column}",
        line=line,
        column=column,
        expected=f"closed strings, and at most {DEEPEST} open brackets",
    )
