"""Faults: what is wrong with a query that the engine's parser does not read, and where.

The parser tells the furthest place that it reached, and every sign that could stand there. Two
faults are found here by their own place, because they are the usual ones: a prefix that nobody
declared, and an IRI with a blank in it. Lines and columns count from 1, columns in characters.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from allygraph.web.guard import TOKEN

_PLACE = re.compile(r"^error at (\d+):(\d+): (?:expected )?(?:one of )?(.*)$", re.DOTALL)
_SENTENCE = re.compile(r"(?:^|, )((?:[A-Z][\w*]*|\\u) [^,\[\"]+)")
_SIGN = re.compile(r'"(?:[^"\\]|\\.)+"')
_FUNCTION = re.compile(r"custom function <([^>]*)>")
_SHOWN_SIGNS = 12
_NEAR = 30


def syntax(query: str, message: str, prefixes: Mapping[str, str]) -> dict[str, Any]:
    """Say what is wrong.

    Args:
        query: the text.
        message: what the parser said about it.
        prefixes: short names that we know, for the one who forgot to declare one.

    Returns:
        ``message`` and, as far as they are known, ``line``, ``column`` and ``expected``.
    """
    if (fault := _undeclared(query, prefixes)) is not None:
        return fault
    match = _PLACE.match(message)
    if match is None:
        return {"message": message[:500]}
    line, column = int(match[1]), int(match[2])
    return {"message": _told(query, line, column, match[3])[:500], "line": line, "column": column}


def evaluation(query: str, message: str) -> dict[str, Any]:
    """Say what cannot be evaluated, and where the function stands that the message names.

    Returns:
        ``message`` and, where the name was found, ``line`` and ``column``.
    """
    told = {"message": message[:500]}
    named = _FUNCTION.search(message)
    position = _position(query, named[1]) if named else None
    return told if position is None else told | _place(query, position)


def _position(query: str, iri: str) -> int | None:
    """Find an IRI as it is written in a query: whole, or as a prefixed name that ends like it."""
    for token in _tokens(query):
        text = token.group()
        if token.lastgroup == "iri" and text == f"<{iri}>":
            return token.start()
        if token.lastgroup == "prefixed" and len(text) > 1 and iri.endswith(text[1:]):
            start = token.start()
            while start and (query[start - 1].isalnum() or query[start - 1] in "._-"):
                start -= 1
            return start
    return None


def _told(query: str, line: int, column: int, expected: str) -> str:
    """Give a sentence: the words of the parser where it has some, else the signs it waits for."""
    lines = query.split("\n")
    before = " ".join(lines[line - 1][: column - 1].split())[-_NEAR:] if line <= len(lines) else ""
    where = f"past line {line}, column {column}" + (f", after '{before}'" if before else "")
    text = f"the query cannot be read {where}"
    if sentence := _SENTENCE.search(expected):
        return f"{text}: {sentence[1].strip()}"
    signs = [sign[1:-1].replace('\\"', '"') for sign in _SIGN.findall(expected)]
    if signs and len(signs) <= _SHOWN_SIGNS:
        return f"{text}; what may stand there: {' '.join(signs)}"
    return text


def _undeclared(query: str, prefixes: Mapping[str, str]) -> dict[str, Any] | None:
    """Find the first prefix that is used and not declared."""
    declared: set[str] = set()
    last = ""
    for position, prefix, word in _words(query):
        if query[position - 1 : position] == "<" and prefix not in declared:
            fault = "the IRI that begins here has a sign that no IRI has, or no end"
            return _at(query, position - 1, fault, "a blank in an IRI is written %20")
        if prefix is None:
            last = word
        elif last == "PREFIX":
            declared.add(prefix)
            last = ""
        elif prefix not in declared and prefix != "_":
            known = prefixes.get(prefix)
            expected = f"PREFIX {prefix}: <{known or '…'}> before the query"
            return _at(query, position, f"the prefix '{prefix}:' is not declared", expected)
    return None


def _tokens(query: str) -> Iterator[re.Match[str]]:
    """Give the tokens up to a string that is not closed: what follows is no text of a query."""
    for match in TOKEN.finditer(query):
        if match.lastgroup == "unclosed":
            return
        yield match


def _words(query: str) -> Iterator[tuple[int, str | None, str]]:
    """Give prefixes of names (``None`` for other words) and other words in capitals."""
    word_end = -1
    for match in _tokens(query):
        kind, text = match.lastgroup, match.group()
        if kind == "prefixed" and match.start() != word_end:
            yield match.start(), "", ""
        elif kind == "word" and query[match.end() : match.end() + 1] == ":":
            word_end = match.end()
            yield match.start(), text, ""
        elif kind == "word":
            yield match.start(), None, text.upper()


def _at(query: str, position: int, fault: str, expected: str) -> dict[str, Any]:
    place = _place(query, position)
    told = f"{fault}, at line {place['line']}, column {place['column']}"
    return {"message": told, **place, "expected": expected}


def _place(query: str, position: int) -> dict[str, int]:
    before = query[:position]
    return {"line": before.count("\n") + 1, "column": position - before.rfind("\n")}
