"""Pre-binding for all focus nodes at once: a query that sees ``$this`` bound, wherever it looks.

SHACL binds ``$this`` before a query runs, once for each focus node. Here the query runs once for
all of them: the pattern that binds ``?this`` is joined into every group where the variable is
mentioned, so that a filter in a nested group, a branch of UNION or a sub-query sees it bound.
Inside EXISTS it is bound already, by SPARQL's own substitution. Where joining would mean something
else (LIMIT counts over all focus nodes, GRAPH looks elsewhere), the query runs once for each focus
node inside one query, by LATERAL, which this engine has. Constants are written in place.

Source: https://www.w3.org/TR/shacl/#pre-binding; what it forbids is refused by `check`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from allygraph.shacl.sparql.groups import Group, Select, everywhere, mentions, read
from allygraph.shacl.sparql.lexer import WORDS, Token, comments, tokens
from allygraph.shacl.sparql.order import reordered

_FORBIDDEN = ("MINUS", "VALUES")
_ELSEWHERE = ("SERVICE", "FROM")
_NOTHING = Token("sign", "", 0)
_ESCAPE = re.compile(r"\\(.)")
THIS, VALUE, PATH = "this", "value", "PATH"
SHAPES_GRAPH, CURRENT_SHAPE = "shapesGraph", "currentShape"
RESERVED = frozenset((THIS, VALUE, PATH, "path", SHAPES_GRAPH, CURRENT_SHAPE))


class Forbidden(ValueError):
    """The query has a part that SHACL forbids."""


class Outside(Forbidden):
    """The query would leave the graph that is judged."""


class Beyond(ValueError):
    """The query is allowed, but has no form that judges all focus nodes at once."""


@dataclass(frozen=True)
class Constants:
    """What is bound besides ``$this``: terms as SPARQL text, by the name of the variable.

    Args:
        terms: those that have a text; written in place of the variable.
        absent: optional parameters without a value: they stay unbound.
        pattern: a pattern that binds others, which have no text (blank nodes).
        blank: the names that `pattern` binds.
        prefixes: namespaces by prefix, besides those of the query's own prologue.
        path: of a property shape its path in SPARQL, for ``$PATH``.
    """

    terms: Mapping[str, str]
    absent: Collection[str] = ()
    pattern: str = ""
    blank: Collection[str] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    path: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """Give the names of all of them, without those that SHACL lets a sub-query leave out."""
        every = frozenset(self.terms) | frozenset(self.absent) | frozenset(self.blank)
        return every - {SHAPES_GRAPH, CURRENT_SHAPE}


def check(select: Select, prebound: Collection[str]) -> None:
    """Refuse what SHACL forbids in a query with pre-bound variables.

    Args:
        select: the query.
        prebound: names of the variables that are bound before it runs; a sub-query must give
            each of them, but ``shapesGraph`` and ``currentShape``.

    Raises:
        Outside, Forbidden: with the part and the reason.
        Beyond: it has a word that is none of SPARQL, or two written as one.
    """
    for token in _all_tokens(select):
        if token.keyword and token.keyword not in WORDS:
            raise Beyond(f"'{token.text}' is no word of a query")
        if token.keyword in _ELSEWHERE:
            raise Outside(f"its query has {token.keyword}, which would leave the data graph")
        if token.keyword in _FORBIDDEN:
            raise Forbidden(f"its query has {token.keyword}, which SHACL forbids")
    previous: Token | None = None
    for token in _all_tokens(select):
        if token.variable in prebound and previous is not None and previous.keyword == "AS":
            raise Forbidden(f"the variable ${token.variable} is bound already: 'AS' cannot bind it")
        previous = token
    needed = set(prebound) - {SHAPES_GRAPH, CURRENT_SHAPE}
    for inner in _subqueries(select.where):
        if inner.everything:
            raise Forbidden(f"a sub-query must name ${min(needed)} among its variables, not '*'")
        if lost := sorted(needed - inner.projected):
            raise Forbidden(f"a sub-query must give the variable ${lost[0]}")


def set_at_a_time(text: str, focus: str, constants: Constants) -> str:
    """Turn a SELECT query of SHACL into one that judges all focus nodes.

    Args:
        text: the query, with its prologue.
        focus: pattern that binds ``?this`` to the focus nodes.
        constants: what else is bound.

    Returns:
        a query without a prologue, which gives ``?this``; its names are written as IRIs.

    Raises:
        Forbidden: SHACL forbids a part of it.
        Beyond: there is no such form.
        Malformed: it is no query.
    """
    original = read(text)
    _check_form(original, "SELECT")
    check(original, {THIS, SHAPES_GRAPH, CURRENT_SHAPE, *constants.names})
    filled = _fill(text, original, constants)
    select = read(filled)
    edits = _Edits(filled)
    if any("GROUP" in one.words for one in _selects(select)):
        # A node that is a target twice must not be counted twice.
        focus = f"{{ SELECT DISTINCT ?{THIS} WHERE {{ {focus} }} }}"
    bound = f" {focus} {constants.pattern} "
    names = (THIS, *constants.blank)
    if _needs_turns(select):
        _pass_in(select, constants, edits)
        edits.replace_all(reordered(select, names, by_row=True))
        return f"SELECT * WHERE {{{bound}LATERAL {{ {edits.text()} }} }}"
    if select.where.select is None:
        edits.insert(select.where.start, bound)
    else:
        edits.insert(select.where.start, bound + "{ ")
        edits.insert(select.where.end, " }")
        _bind_group(select.where, names, bound, edits)
    _bind_below(select.where, names, bound, edits)
    _give(select, (THIS,), edits)
    edits.replace_all(reordered(select, names, by_row=False))
    return edits.text()


def conforming(text: str, values: str, constants: Constants) -> str:
    """Turn an ASK query into one that gives ``?this`` and ``?value`` where it says no.

    Args:
        text: the query, with its prologue.
        values: pattern that binds ``?this`` to the focus nodes and ``?value`` to their value nodes.
        constants: what else is bound.

    Raises:
        Forbidden, Beyond, Malformed: as `set_at_a_time`.
    """
    original = read(text)
    _check_form(original, "ASK")
    check(original, {THIS, VALUE, SHAPES_GRAPH, CURRENT_SHAPE, *constants.names})
    if original.tail:
        raise Beyond(f"{original.tail[0].text} after an ASK query")
    filled = _fill(text, original, constants)
    edits, names = _Edits(filled), (THIS, VALUE, *constants.blank)
    edits.replace_all(reordered(read(filled), names, by_row=True))
    ordered = edits.text()
    where = read(ordered).where
    body = ordered[where.start : where.end]
    return (
        f"SELECT DISTINCT ?this ?value WHERE {{ {values} {constants.pattern} "
        f"FILTER NOT EXISTS {{{body}}} }}"
    )


class _Edits:
    """Texts to insert, by offset; those at one offset keep their order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[tuple[int, int, str]] = []

    def insert(self, place: int, new: str) -> None:
        self._edits.append((place, place, new))

    def replace(self, start: int, end: int, new: str) -> None:
        self._edits.append((start, end, new))

    def replace_all(self, changes: Iterable[tuple[int, int, str]]) -> None:
        self._edits.extend(changes)

    def text(self) -> str:
        parts, place = [], 0
        for start, end, new in sorted(self._edits, key=lambda edit: edit[0]):
            parts += [self._text[place:start], new]
            place = end
        return "".join([*parts, self._text[place:]])


def _check_form(select: Select, form: str) -> None:
    if select.form != form:
        raise Forbidden(f"{select.form} stands where {form} should")
    for group in everywhere(select.where):
        for token, name in zip(group.own, (*group.own[1:], _NOTHING), strict=False):
            # A graph with a name is not there, and empty; a variable would find what is ours.
            named = name.kind in ("iri", "name") or name.variable == SHAPES_GRAPH
            if token.keyword == "GRAPH" and not named:
                raise Beyond("GRAPH with a variable other than $shapesGraph")


def _selects(select: Select) -> Iterator[Select]:
    yield select
    for group in everywhere(select.where):
        if group.select is not None:
            yield group.select


def _subqueries(group: Group) -> Iterator[Select]:
    return (inner.select for inner in everywhere(group) if inner.select is not None)


def _all_tokens(select: Select) -> Iterator[Token]:
    for one in _selects(select):
        yield from one.head
        yield from one.tail
    for group in everywhere(select.where):
        yield from group.own


def _bare(select: Select) -> set[int]:
    """Give the offsets of variables that stand alone in a head or tail, where no term may."""
    places = set()
    for one in _selects(select):
        for part in (one.head, one.tail):
            depth = 0
            for token in part:
                depth += (token.text == "(") - (token.text == ")")
                if token.variable and depth == 0:
                    places.add(token.start)
    return places


def _fill(text: str, select: Select, constants: Constants) -> str:
    """Write constants, path and IRIs in place of variables and names; leave the prologue out."""
    found = tokens(text)
    edits, bare, prefixes = _Edits(text), _bare(select), {**constants.prefixes}
    for place, token in enumerate(found):
        if token.start < select.start:
            if token.kind == "name":
                prefixes[token.text[:-1]] = found[place + 1].text[1:-1]
        elif token.kind == "name":
            edits.replace(token.start, token.end, _iri(token.text, prefixes))
        elif token.variable == PATH:
            edits.replace(token.start, token.end, _path(constants))
        elif token.variable in constants.terms and token.start not in bare:
            if found[place - 2].keyword == "BOUND" and found[place - 1].text == "(":
                edits.replace(found[place - 2].start, found[place + 1].end, "(true)")
            else:
                edits.replace(token.start, token.end, constants.terms[token.variable])
    # In one line with what comes after, a comment would hide it.
    edits.replace_all((*span, " ") for span in comments(text) if span[0] > select.start)
    edits.replace(0, select.start, "")
    return edits.text()


def _path(constants: Constants) -> str:
    if constants.path is None:
        raise Forbidden("$PATH stands in a query, but the shape has no path")
    return constants.path


def _iri(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    if prefix not in prefixes:
        raise Beyond(f"the prefix '{prefix}:' is not declared")
    plain = _ESCAPE.sub(lambda match: match.group(1), local)
    return f"<{prefixes[prefix]}{plain}>"


def _needs_turns(select: Select) -> bool:
    if any(one.words & {"LIMIT", "OFFSET"} for one in _selects(select)):
        return True
    return any(
        group.kind in ("graph", "lateral") and mentions(group, THIS)
        for group in _outside_exists(select.where)
    )


def _outside_exists(group: Group) -> Iterator[Group]:
    yield group
    for inner in group.nested():
        if inner.kind != "exists":
            yield from _outside_exists(inner)


def _bind_below(group: Group, names: Collection[str], bound: str, edits: _Edits) -> None:
    """Join the pattern into the groups below that need it."""
    for inner in group.groups:
        needed = any(mentions(inner, name) for name in names)
        if inner.kind != "exists" and needed and not _sees_left(inner, names):
            _bind_group(inner, names, bound, edits)


def _bind_group(group: Group, names: Collection[str], bound: str, edits: _Edits) -> None:
    where = group
    if group.select is not None:
        where = group.select.where
        _give(group.select, (), edits)
    edits.insert(where.start, bound)
    _bind_below(where, names, bound, edits)


def _sees_left(group: Group, names: Collection[str]) -> bool:
    """Tell whether patterns and filters alone mention the names in an OPTIONAL.

    Its filters see the left side already, and joining the pattern again would cost a product.
    """
    if group.kind != "optional" or group.select is not None:
        return False
    if any(mentions(inner, n) for inner in group.groups if inner.kind != "exists" for n in names):
        return False
    return "BIND" not in {token.keyword for token in group.own}


def _give(select: Select, more: Collection[str], edits: _Edits) -> None:
    """Add variables to the result where they are missing, and ``?this`` to GROUP BY."""
    missing = [] if select.everything else sorted(set(more) - select.projected)
    if missing:
        edits.insert(_after_form(select), "".join(f" ?{name}" for name in missing) + " ")
    _group_by(select, (THIS, *more), edits)


def _after_form(select: Select) -> int:
    first = select.head[0]
    return first.end if first.keyword in ("DISTINCT", "REDUCED") else select.start + len("SELECT")


def _group_by(select: Select, names: Collection[str], edits: _Edits) -> None:
    by = [n for n, token in enumerate(select.tail) if token.keyword == "GROUP"]
    if not by:
        return
    present = {token.variable for token in select.tail[by[0] :]}
    added = "".join(f" ?{name}" for name in dict.fromkeys(names) if name not in present)
    edits.insert(select.tail[by[0] + 1].end, added + " ")


def _pass_in(select: Select, constants: Constants, edits: _Edits) -> None:
    """Let a sub-query see what is bound outside: only what it gives out, it takes in."""
    names = (THIS, *constants.blank)
    if not select.everything:
        return _give(select, names, edits)
    star = next(token for token in select.head if token.text == "*")
    seen = {token.variable for token in _all_tokens(select)} - {""}
    every = sorted(seen.union(names))
    edits.replace(star.start, star.end, " ".join(f"?{name}" for name in every))
    _group_by(select, names, edits)
    return None
