"""The order of triple patterns inside EXISTS, where the engine does not know what is bound.

EXISTS is evaluated once for each row, with the row's variables bound. The engine plans it without
them, and may begin with a pattern that all of the data fit: measured, a thousand times slower. So
the patterns are put in order here, those first that what is bound leads to, and tied by LATERAL,
which for single patterns means the same as a join, and which the engine leaves in order.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from allygraph.shacl.sparql.groups import Group, Select
from allygraph.shacl.sparql.lexer import Token

_NODES = frozenset(("variable", "iri", "name", "string", "number"))
_VERBS = frozenset(("iri", "name", "variable"))
_ENDS = frozenset(("FILTER", "BIND", "OPTIONAL", "UNION", "GRAPH", "MINUS", "LATERAL", "VALUES"))


class _NoPattern(ValueError):
    """What stands there is no plain triple pattern: a list, a blank node, a quoted triple."""


@dataclass(frozen=True)
class _Triple:
    subject: tuple[Token, ...]
    verb: tuple[Token, ...]
    value: tuple[Token, ...]

    def rank(self, bound: Collection[str]) -> int:
        """Tell how far what is bound leads into the pattern: 0 is best."""
        subject, value = (_is_known(part, bound) for part in (self.subject, self.value))
        if subject:
            return 0 if value else 1
        # A constant alone, such as a class, may lead to much of the data.
        return (2 if self.value[0].variable else 3) if value else 4

    def text(self) -> str:
        parts = (*self.subject, *self.verb, *self.value)
        return " ".join(_written(parts))


def _written(parts: Sequence[Token]) -> Iterator[str]:
    """Give the texts of tokens; a language or a datatype stays at its text."""
    text = ""
    for token in parts:
        if token.kind == "tag" or token.text == "^^" or text.endswith("^^"):
            text += token.text
        else:
            if text:
                yield text
            text = token.text
    yield text


def _is_known(part: tuple[Token, ...], bound: Collection[str]) -> bool:
    return not part[0].variable or part[0].variable in bound


def reordered(
    select: Select, bound: Collection[str], *, by_row: bool
) -> Iterator[tuple[int, int, str]]:
    """Give the changes that put the patterns inside EXISTS in order: from, to, new text.

    Args:
        select: a query.
        bound: variables that are bound wherever the query looks.
        by_row: all of it is evaluated once for each row, not only what stands inside EXISTS.
    """
    yield from _below(select.where, frozenset(bound), inside=by_row)


def _below(group: Group, bound: frozenset[str], *, inside: bool) -> Iterator[tuple[int, int, str]]:
    if group.select is not None:
        inner = group.select
        seen = bound if inner.everything else bound & inner.projected
        yield from _below(inner.where, seen, inside=inside)
        return
    if inside:
        for run in _runs(group.own):
            yield from _chain(run, bound)
    beside = frozenset(token.variable for token in group.own if token.variable)
    for below in group.groups:
        if below.kind == "exists":
            yield from _below(below, bound | beside, inside=True)
        else:
            yield from _below(below, bound, inside=inside)


def _runs(own: Sequence[Token]) -> Iterator[list[Token]]:
    """Give the parts of a group that hold triple patterns alone."""
    run: list[Token] = []
    place = 0
    while place < len(own):
        token = own[place]
        if token.keyword in _ENDS or token.kind == "group":
            yield run
            run = []
            place = _after(own, place)
        else:
            run.append(token)
            place += 1
    yield run


def _after(own: Sequence[Token], place: int) -> int:
    """Give the place after a nested group, or after a keyword and its expression or group."""
    if own[place].kind == "group":
        return place + 1
    depth = 0
    for after in range(place + 1, len(own)):
        token = own[after]
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and (token.text == ")" or token.kind == "group"):
            return after + 1
    return len(own)


def _chain(run: list[Token], bound: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    try:
        triples = list(_triples(run))
    except _NoPattern:
        return
    if len(triples) < 2:
        return
    known = set(bound)
    ordered: list[_Triple] = []
    while triples:
        best = min(triples, key=lambda triple: triple.rank(known))
        triples.remove(best)
        ordered.append(best)
        known.update(t.variable for t in (*best.subject, *best.verb, *best.value) if t.variable)
    first, *others = (triple.text() for triple in ordered)
    text = " ".join([f"{first} .", *(f"LATERAL {{ {other} }}" for other in others)])
    yield run[0].start, run[-1].end, text


def _triples(run: Sequence[Token]) -> Iterator[_Triple]:
    """Read triple patterns; raises _NoPattern where one is not plain."""
    place = 0
    while place < len(run):
        subject, place = _node(run, place)
        while True:
            verb, place = _verb(run, place)
            while True:
                value, place = _node(run, place)
                yield _Triple(subject, verb, value)
                if _text(run, place) != ",":
                    break
                place += 1
            if _text(run, place) != ";":
                break
            while _text(run, place) == ";":
                place += 1
            if _text(run, place) in (".", ""):
                break
        if _text(run, place) == ".":
            place += 1
        elif place < len(run):
            raise _NoPattern


def _text(run: Sequence[Token], place: int) -> str:
    return run[place].text if place < len(run) else ""


def _node(run: Sequence[Token], place: int) -> tuple[tuple[Token, ...], int]:
    start = place
    if _text(run, place) in ("+", "-"):
        place += 1
    if place >= len(run):
        raise _NoPattern
    token = run[place]
    if token.kind not in _NODES and token.text not in ("true", "false"):
        raise _NoPattern
    place += 1
    if token.kind == "string" and place < len(run):
        if run[place].kind == "tag":
            place += 1
        elif run[place].text == "^^":
            place += 2
    return tuple(run[start:place]), place


def _verb(run: Sequence[Token], place: int) -> tuple[tuple[Token, ...], int]:
    """Read a property or a path: all up to where the value begins."""
    start, depth, ready = place, 0, False
    while place < len(run):
        token = run[place]
        opens, closes = token.text in ("(", "^", "!"), token.text == ")"
        names = token.kind in _VERBS or token.keyword == "A"
        if depth == 0 and ready and (names or opens or token.text not in ("/", "|", "*", "+", "?")):
            break
        if not (names or opens or closes or token.text in ("/", "|", "*", "+", "?")):
            raise _NoPattern
        depth += (token.text == "(") - closes
        if token.text == "+" and place + 1 < len(run) and run[place + 1].kind == "number":
            raise _NoPattern
        if names or closes:
            ready = True
        elif token.text in ("/", "|", "^", "!", "("):
            ready = False
        place += 1
    if not ready:
        raise _NoPattern
    return tuple(run[start:place]), place
