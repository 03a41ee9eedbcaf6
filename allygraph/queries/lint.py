"""The form of a saved query, checked: what readers, engines and the binding of values rely on.

Shape: a ``SavedQuery`` in, sentences with line numbers out; none means that it is in form.
Source: docs/decisions/0040 to 0043 and 0100.
"""

import re
from collections.abc import Iterator

from allygraph.names import KINDS_OF_THING, PREFIXES
from allygraph.queries.header import ROW_MARK, SavedQuery
from allygraph.queries.portable import unportable
from allygraph.sparql import Token, tokens

_SELECT = re.compile(r"^SELECT (?:DISTINCT )?(\?\w+(?: \?\w+)*)\nWHERE \{\n", re.MULTILINE)
_FIRST = re.compile(r"^  VALUES \((\?\w+(?: \?\w+)*)\) \{\n    \(.*\)  # params\n  \}\n")
_PREFIX = re.compile(r"^PREFIX ([a-z]+): <([^>]*)>$", re.MULTILINE)
_SNAKE = re.compile(r"\?[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_INDIVIDUALS = frozenset(KINDS_OF_THING) - {"kind"}
_OUTSIDE = frozenset(("SERVICE", "FROM", "GRAPH", "NOW", "RAND", "UUID", "STRUUID", "LATERAL"))
_AGGREGATES = frozenset(("GROUP", "HAVING", "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE"))
_AGGREGATES |= {"GROUP_CONCAT"}
_LATE = frozenset(("OPTIONAL", "FILTER", "BIND", "MINUS"))
_LONGEST_LINE = 100


def lint(query: SavedQuery) -> list[str]:
    """List what is out of form in a saved query, by line."""
    checks = (_head, _layout, _prefixes, _bodies, _outside, _evidence, _portable)
    found = [finding for check in checks for finding in check(query)]
    lines = "\n".join("" if line.endswith(ROW_MARK) else line for line in _body(query).split("\n"))
    late = _Order(tokens(lines)).findings()
    return [f"line {line}: {text}" for line, text in sorted([*found, *late])]


def _body(query: SavedQuery) -> str:
    """Give the text with its header blanked, so that line numbers stay."""
    end = query.text.index("\n# ///\n") + len("\n# ///\n")
    return "\n" * query.text[:end].count("\n") + query.text[end:]


def _head(query: SavedQuery) -> Iterator[tuple[int, str]]:
    """The SELECT is one line with the header's columns; the parameters' VALUES comes first."""
    select = _SELECT.search(query.text)
    if select is None:
        yield 1, "SELECT and its variables stand on one line, WHERE { on the next"
        return
    line = query.text[: select.start()].count("\n") + 1
    if select[1].replace("?", "").split() != list(query.columns):
        yield line, "the columns of the SELECT are not those of the header, in its order"
    first = _FIRST.match(query.text[select.end() :])
    if query.params and first is None:
        yield line + 2, "WHERE begins with VALUES and its one row of parameters"
    elif first and first[1].replace("?", "").split() != list(query.params):
        yield line + 2, "the variables of VALUES are not the header's parameters, in its order"
    if not re.search(r"^\}\nORDER BY .+\n\Z", query.text, re.MULTILINE):
        yield query.text.count("\n"), "the query ends with ORDER BY, on one line"


def _layout(query: SavedQuery) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(query.text.split("\n"), start=1):
        if len(line) > _LONGEST_LINE and not (line.startswith("# ") or line.endswith(ROW_MARK)):
            yield number, f"the line has more than {_LONGEST_LINE} characters"
        if line != line.rstrip() or "\t" in line or "\r" in line:
            yield number, "the line has a tab, or ends in blanks"
        if (len(line) - len(line.lstrip(" "))) % 2 and not line.startswith("#"):
            yield number, "lines are indented by two spaces"


def _prefixes(query: SavedQuery) -> Iterator[tuple[int, str]]:
    """The prefixes declared are those used, sorted, each with its namespace of the one table."""
    declared = _PREFIX.findall(query.text)
    used = {t.text.partition(":")[0] for t in tokens(_body(query)) if t.kind == "name"}
    if [prefix for prefix, _ in declared] != sorted(used):
        yield 1, f"the prefixes declared are not those used, in order: {', '.join(sorted(used))}"
    for prefix, namespace in declared:
        if PREFIXES.get(prefix) != namespace:
            yield 1, f"'{prefix}:' is not the namespace of the prefix table"


def _bodies(query: SavedQuery) -> Iterator[tuple[int, str]]:
    """Individuals stand only in rows of parameters; variables are in snake_case."""
    lines = query.text.split("\n")
    for token in tokens(_body(query)):
        line = lines[token.line - 1]
        if token.kind == "variable" and not _SNAKE.fullmatch(token.text):
            yield token.line, f"{token.text} is not ?snake_case"
        if line.endswith(ROW_MARK) or line.startswith("PREFIX "):
            continue
        if token.kind == "name" and token.text.partition(":")[0] in _INDIVIDUALS:
            yield token.line, f"{token.text} is an individual: make it a parameter"
        if token.kind == "iri":
            yield token.line, f"{token.text} is written in full: use a prefix"


def _outside(query: SavedQuery) -> Iterator[tuple[int, str]]:
    """No clock, chance, other graph or endpoint, and no function that only one engine has."""
    before: Token | None = None
    for token in tokens(_body(query)):
        if token.kind == "word" and token.text.upper() in _OUTSIDE:
            yield token.line, f"{token.text} reaches outside the graph or changes by itself"
        called = token.text == "(" and before and before.kind == "name"
        if called and before and not before.text.startswith("xsd:"):
            yield token.line, f"{before.text} is a function of a vendor"
        before = token


def _evidence(query: SavedQuery) -> Iterator[tuple[int, str]]:
    """The variables of the evidence are in the body, and no aggregate hides them.

    A query that counts names the query that lists what it counts: there the evidence is.
    """
    body = list(tokens(_body(query)))
    variables = {token.text for token in body if token.kind == "variable"}
    for name in query.evidence:
        if f"?{name}" not in variables:
            yield 1, f"the evidence ?{name} is not a variable of the query"
    aggregates = any(t.text.upper() in _AGGREGATES for t in body if t.kind == "word")
    if aggregates and not query.counts:
        yield 1, 'an aggregate hides the evidence behind its rows: list them, or say counts = "…"'
    if query.counts and (query.evidence or not aggregates):
        yield 1, "a query that counts has an aggregate and no evidence of its own"


def _portable(query: SavedQuery) -> Iterator[tuple[int, str]]:
    """No form that an engine in use answers wrongly."""
    yield from unportable(list(tokens(_body(query))), query.params)


class _Order:
    """In every group, what is required comes before what is optional."""

    def __init__(self, stream: Iterator[Token]) -> None:
        self.stream = [token for token in stream if token.kind != "space"]
        self.at = 0

    def findings(self) -> list[tuple[int, str]]:
        """List the required patterns that come after an OPTIONAL of their group."""
        found: list[tuple[int, str]] = []
        while self.at < len(self.stream):
            if self._next().text == "{":
                found += self._group()
        return found

    def _next(self) -> Token:
        self.at += 1
        return self.stream[self.at - 1]

    def _group(self) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        optional = False
        while self.at < len(self.stream):
            token = self._next()
            word = token.text.upper()
            if token.text == "}":
                break
            if token.text == "{":
                found += self._group()
            elif word in _LATE:
                optional = optional or word == "OPTIONAL"
                found += self._late()
            elif optional and token.text != ".":
                found.append((token.line, f"'{token.text}' is required after an OPTIONAL"))
                optional = False
        return found

    def _late(self) -> list[tuple[int, str]]:
        """Pass over what follows OPTIONAL, FILTER, BIND or MINUS, and check its groups."""
        depth = 0
        found: list[tuple[int, str]] = []
        while self.at < len(self.stream):
            token = self._next()
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if token.text == "{":
                found += self._group()
                if depth == 0:
                    break
            elif token.text == ")" and depth == 0:
                break
        return found
