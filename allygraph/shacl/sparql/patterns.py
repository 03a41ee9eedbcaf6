"""The triple patterns of a query, by the group in which they stand.

Expressions are passed over: what is read here is where the query looks, not what it makes of it.
Names become IRIs, blank nodes and literals variables that stand nowhere else, so that what is read
may look at more than the query does, never at less.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count, pairwise

from pyoxigraph import NamedNode

from allygraph.shacl.model import (
    Alternative,
    Inverse,
    OneOrMore,
    Path,
    Predicate,
    Sequence,
    ZeroOrMore,
    ZeroOrOne,
)
from allygraph.shacl.names import RDF_TYPE
from allygraph.shacl.sparql.groups import Group, Select
from allygraph.shacl.sparql.lexer import Token

_OPENERS = frozenset(("OPTIONAL", "MINUS", "UNION", "LATERAL"))
_ELSEWHERE = frozenset(("GRAPH", "SERVICE", "VALUES"))
_COUNTING = frozenset(("LIMIT", "OFFSET", "EXISTS"))
_TIMES: dict[str, type[ZeroOrMore | OneOrMore | ZeroOrOne]] = {
    "*": ZeroOrMore,
    "+": OneOrMore,
    "?": ZeroOrOne,
}


class Unread(ValueError):
    """The query has a part of which it is not known where it looks."""


@dataclass(frozen=True)
class Pattern:
    """One triple pattern; ends are variables (``?x``) or IRIs (``<…>``), the path may be either."""

    subject: str
    path: Path | str
    value: str

    def variables(self) -> frozenset[str]:
        """Give its variables."""
        ends = (self.subject, self.path, self.value)
        return frozenset(end for end in ends if isinstance(end, str) and end.startswith("?"))

    def renamed(self, names: Mapping[str, str]) -> "Pattern":
        """Give it with other variables."""
        path = names.get(self.path, self.path) if isinstance(self.path, str) else self.path
        return Pattern(
            names.get(self.subject, self.subject), path, names.get(self.value, self.value)
        )


@dataclass(frozen=True)
class Scope:
    """A group: its own patterns, and the groups in it, whatever they are for.

    Each solution of the group around it matches its patterns, if it is ``required``.
    """

    patterns: tuple[Pattern, ...] = ()
    scopes: tuple["Scope", ...] = ()
    required: bool = False

    def matched(self) -> tuple[Pattern, ...]:
        """Give the patterns that every solution matches."""
        inner = (one for scope in self.scopes if scope.required for one in scope.matched())
        return (*self.patterns, *inner)

    def variables(self) -> frozenset[str]:
        """Give all variables of it and of what is in it."""
        inner = (scope.variables() for scope in self.scopes)
        return frozenset().union(*(one.variables() for one in self.patterns), *inner)

    def renamed(self, names: Mapping[str, str]) -> "Scope":
        """Give it with other variables."""
        return replace(
            self,
            patterns=tuple(pattern.renamed(names) for pattern in self.patterns),
            scopes=tuple(scope.renamed(names) for scope in self.scopes),
        )


@dataclass
class Reading:
    """Reads the patterns of a query.

    Args:
        prefixes: namespaces by prefix.
        path: what stands for ``$PATH``.
    """

    prefixes: Mapping[str, str]
    path: Path | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def select(self, select: Select) -> Scope:
        """Read a query or sub-query; variables that do not come out of it get other names.

        Raises:
            Unread: it is not known where a part of it looks.
        """
        if not select.words.isdisjoint(_COUNTING):
            raise Unread("LIMIT, OFFSET or EXISTS outside of WHERE")
        scope = self.group(select.where)
        if select.everything or select.form == "ASK":
            return scope
        kept = {f"?{name}" for name in select.projected} | {"?this"}
        return scope.renamed({name: self.fresh() for name in scope.variables() - kept})

    def group(self, group: Group) -> Scope:
        """Read a group; raises Unread."""
        if group.select is not None:
            return Scope((), (replace(self.select(group.select), required=True),))
        tokens = _Tokens(group.own, self)
        while tokens.left():
            self._item(tokens)
        if len(group.groups) != len(tokens.nested):
            raise Unread("a group stands where none is expected")
        pairs = zip(group.groups, tokens.nested, strict=True)
        scopes = (
            replace(self.group(inner), required=joined and inner.kind == "group")
            for inner, joined in pairs
        )
        return Scope(tuple(tokens.patterns), tuple(scopes))

    def _item(self, tokens: "_Tokens") -> None:
        token = tokens.next()
        if token.keyword in _ELSEWHERE:
            raise Unread(token.text)
        if token.keyword in ("FILTER", "BIND"):
            tokens.skip_expression()
        elif token.text == "{}":
            tokens.nested.append(tokens.peek().keyword != "UNION")
        elif token.keyword not in _OPENERS and token.text != ".":
            tokens.place -= 1
            tokens.triples()

    def fresh(self) -> str:
        """Give a variable that stands nowhere else."""
        return f"?read{next(self._numbers)}_"

    def iri(self, token: Token) -> NamedNode:
        """Give the IRI that a token names."""
        if token.kind == "iri":
            return NamedNode(token.text[1:-1])
        prefix, colon, local = token.text.partition(":")
        if token.kind != "name" or not colon or prefix not in self.prefixes or "\\" in local:
            raise Unread(token.text)
        return NamedNode(self.prefixes[prefix] + local)


class _Tokens:
    """The tokens of a group, read from left to right."""

    def __init__(self, own: tuple[Token, ...], reading: Reading) -> None:
        self._own, self._reading = own, reading
        self.place = 0
        self.nested: list[bool] = []  # whether each group is joined with what stands before it
        self.patterns: list[Pattern] = []
        self._blank: dict[str, str] = {}

    def left(self) -> bool:
        return self.place < len(self._own)

    def peek(self) -> Token:
        return self._own[self.place] if self.left() else Token("sign", "", 0)

    def next(self) -> Token:
        token = self.peek()
        self.place += 1
        return token

    def take(self, text: str) -> bool:
        found = self.peek().text == text
        self.place += found
        return found

    def skip_expression(self) -> None:
        """Pass over what follows FILTER or BIND; groups in it are counted."""
        while self.peek().keyword in ("NOT", "EXISTS"):
            if self.next().keyword == "EXISTS":
                return
        while self.peek().text != "(":
            if self.next().kind not in ("word", "name", "iri"):
                raise Unread("an expression without brackets")
        depth = 0
        while True:
            token = self.next()
            depth += (token.text == "(") - (token.text == ")")
            self.nested += [False] * (token.text == "{}")
            if not depth:
                return
            if not self.left():
                raise Unread("a bracket is not closed")

    def triples(self) -> None:
        subject = self.term()
        while True:
            path = self.verb()
            self.patterns.append(Pattern(subject, path, self.term()))
            while self.take(","):
                self.patterns.append(Pattern(subject, path, self.term()))
            if not self.take(";"):
                return
            while self.take(";"):
                pass
            if self.peek().text in (".", "") or self.peek().text == "{}":
                return

    def term(self) -> str:
        token = self.next()
        if token.variable:
            return f"?{token.variable}"
        if token.kind in ("iri", "name"):
            return str(self._reading.iri(token))
        if token.kind == "blank":
            return self._blank.setdefault(token.text, self._reading.fresh())
        if token.text in "+-" and token.text:
            token = self.next()
        if token.kind not in ("string", "number") and token.keyword not in ("TRUE", "FALSE"):
            raise Unread(token.text)
        if self.peek().kind == "tag" or (self.take("^^") and self.left()):
            self.place += 1
        return self._reading.fresh()

    def verb(self) -> Path | str:
        if not self.peek().variable:
            return self.path()
        name = self.next().variable
        if name == "PATH" and self._reading.path is not None:
            return self._reading.path
        return f"?{name}"

    def path(self) -> Path:
        parts = [self._sequence()]
        while self.take("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Alternative(tuple(parts))

    def _sequence(self) -> Path:
        parts = [self._step()]
        while self.take("/"):
            parts.append(self._step())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _step(self) -> Path:
        if self.take("^"):
            return Inverse(self._step())
        path = self._primary()
        while (times := _TIMES.get(self.peek().text)) is not None:
            self.place += 1
            path = times(path)
        return path

    def _primary(self) -> Path:
        if self.take("("):
            path = self.path()
            if not self.take(")"):
                raise Unread("a bracket is not closed")
            return path
        token = self.next()
        if token.variable == "PATH" and self._reading.path is not None:
            return self._reading.path
        if token.kind == "word" and token.text == "a":
            return Predicate(RDF_TYPE)
        return Predicate(self._reading.iri(token))


def prologue(tokens: tuple[Token, ...], select: Select) -> dict[str, str]:
    """Give the prefixes that a query declares itself."""
    found = {}
    for one, two in pairwise(tokens):
        if two.end <= select.start and one.kind == "name" and two.kind == "iri":
            found[one.text.removesuffix(":")] = two.text[1:-1]
    return found


def with_pattern(scope: Scope, pattern: Pattern) -> Scope:
    """Give a group with one pattern more."""
    return replace(scope, patterns=(pattern, *scope.patterns))
