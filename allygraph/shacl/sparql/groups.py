"""The groups of a SPARQL query: which braces open what, which variables stand where.

A query is read into selects and groups with the tokens that stand directly in them; expressions
and triple patterns are not taken apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from allygraph.shacl.sparql.lexer import Token, tokens

_OPENERS = {"OPTIONAL", "UNION", "MINUS", "EXISTS", "LATERAL"}
_MODIFIERS = {"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"}


@dataclass(frozen=True)
class Group:
    """What stands between two braces.

    Args:
        kind: optional, union, minus, exists, lateral, graph, service, or group.
        start: offset after the opening brace.
        end: offset of the closing brace.
        own: tokens directly in it; a nested group stands there as one token ``{}``.
        groups: the groups nested in it.
        select: the sub-query, where the group is one; its ``where`` is among no ``groups``.
    """

    kind: str
    start: int
    end: int
    own: tuple[Token, ...]
    groups: tuple["Group", ...] = ()
    select: "Select | None" = None

    def nested(self) -> Iterator["Group"]:
        """Give the groups directly below, the one of a sub-query too."""
        yield from self.groups
        if self.select is not None:
            yield self.select.where


@dataclass(frozen=True)
class Select:
    """A query or sub-query.

    Args:
        form: SELECT or ASK.
        start: offset of that word.
        head: tokens between the form and the first brace.
        where: its group.
        tail: tokens after the group: GROUP BY, HAVING, ORDER BY, LIMIT, OFFSET.
        end: offset after the last of them.
        words: the keywords of head and tail, in capitals.
    """

    form: str
    start: int
    head: tuple[Token, ...]
    where: Group
    tail: tuple[Token, ...] = ()
    end: int = 0
    words: frozenset[str] = field(default=frozenset())

    @property
    def projected(self) -> frozenset[str]:
        """The names of the variables that come out; of ``*`` none."""
        depth, names, previous = 0, set(), ""
        for token in self.head:
            depth += (token.text == "(") - (token.text == ")")
            if token.variable and (depth == 0 or (depth == 1 and previous == "AS")):
                names.add(token.variable)
            previous = token.keyword
        return frozenset(names)

    @property
    def everything(self) -> bool:
        """Whether it is ``SELECT *``; a product stands in brackets, never alone."""
        depth = 0
        for token in self.head:
            depth += (token.text == "(") - (token.text == ")")
            if token.text == "*" and depth == 0:
                return True
        return False


class Malformed(ValueError):
    """The text is no SELECT or ASK query, or its braces do not match."""


def read(text: str) -> Select:
    """Read a query; its prologue is what stands before `Select.start`.

    Raises:
        Malformed: it is no SELECT or ASK query, or its braces do not match.
    """
    found = tokens(text)
    reader = _Reader(found)
    reader.skip_prologue()
    select = reader.select()
    if reader.place < len(found):
        raise Malformed(f"'{found[reader.place].text}' stands after the end of the query")
    return select


def everywhere(group: Group) -> Iterator[Group]:
    """Give a group and all groups below it."""
    yield group
    for inner in group.nested():
        yield from everywhere(inner)


def mentions(group: Group, variable: str) -> bool:
    """Tell whether a variable stands in a group, at any depth, in a sub-query's head too."""
    for inner in everywhere(group):
        standing = inner.own
        if inner.select is not None:
            standing += inner.select.head + inner.select.tail
        if any(token.variable == variable for token in standing):
            return True
    return False


class _Reader:
    def __init__(self, found: tuple[Token, ...]) -> None:
        self.found = found
        self.place = 0

    def peek(self) -> Token:
        if self.place >= len(self.found):
            raise Malformed("the query ends too early: a brace is not closed")
        return self.found[self.place]

    def take(self) -> Token:
        token = self.peek()
        self.place += 1
        return token

    def skip_prologue(self) -> None:
        while self.peek().keyword in ("PREFIX", "BASE"):
            if self.take().keyword == "BASE":
                raise Malformed("BASE: write IRIs in full, or declare a prefix")
            while self.take().kind != "iri":
                pass

    def select(self) -> Select:
        form = self.take()
        if form.keyword not in ("SELECT", "ASK"):
            raise Malformed(f"'{form.text}' stands where SELECT or ASK should")
        head: list[Token] = []
        while self.peek().text != "{":
            # A variable of the result may be computed from EXISTS, whose braces are no WHERE.
            token = self.take()
            head.append(token)
            if token.keyword == "EXISTS":
                head.extend(self._flat())
        where = self.group("where")
        tail: list[Token] = []
        while self.place < len(self.found) and self.peek().text != "}":
            if self.peek().text == "{":
                tail.extend(self._flat())
            else:
                tail.append(self.take())
        end = tail[-1].end if tail else where.end + 1
        words = frozenset(token.keyword for token in (*head, *tail) if token.keyword)
        return Select(form.keyword, form.start, tuple(head), where, tuple(tail), end, words)

    def _flat(self) -> Iterator[Token]:
        depth = 0
        while True:
            token = self.take()
            depth += (token.text == "{") - (token.text == "}")
            yield token
            if depth == 0:
                return

    def group(self, kind: str) -> Group:
        start = self.take().end
        if self.peek().keyword == "SELECT":
            select = self.select()
            close = self.take()
            if close.text != "}":
                raise Malformed(f"'{close.text}' stands where a sub-query should be closed")
            return Group(kind, start, close.start, (), (), select)
        own: list[Token] = []
        groups: list[Group] = []
        while (token := self.peek()).text != "}":
            if token.text == "{":
                groups.append(self.group(_kind(own)))
                own.append(Token("group", "{}", token.start))
            else:
                own.append(self.take())
        return Group(kind, start, self.take().start, tuple(own), tuple(groups))


def _kind(before: list[Token]) -> str:
    """Tell from the tokens before a brace what it opens."""
    last = before[-1].keyword if before else ""
    if last in _OPENERS:
        return last.lower()
    for back in (2, 3):
        word = before[-back].keyword if len(before) >= back else ""
        if word in ("GRAPH", "SERVICE"):
            return word.lower()
    return "group"
