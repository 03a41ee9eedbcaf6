"""For which focus nodes a query reads a changed triple, found by queries made of its patterns.

A solution that comes or goes holds in the graph before the change or after it, so it holds in both
together, where only patterns count. Each pattern of the query is matched with the changed triples
alone; the other patterns of its group, and of the groups around it, lead from there to ``?this``.
What a filter would leave out is given too, so more nodes may be found, never fewer.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from allygraph.shacl.data import DataGraph, stored, written
from allygraph.shacl.model import (
    Alternative,
    Constraint,
    Inverse,
    OneOrMore,
    Path,
    Predicate,
    Shape,
    ShapesGraph,
    Term,
    ZeroOrMore,
    ZeroOrOne,
)
from allygraph.shacl.model import Sequence as PathSequence
from allygraph.shacl.names import sh
from allygraph.shacl.paths import sparql_path
from allygraph.shacl.reach import Change
from allygraph.shacl.sparql.groups import Malformed, read
from allygraph.shacl.sparql.lexer import tokens
from allygraph.shacl.sparql.patterns import (
    Pattern,
    Reading,
    Scope,
    Unread,
    prologue,
    with_pattern,
)
from allygraph.shacl.sparql.prefixes import prefixes

CHANGED = NamedNode("urn:x-shacl:changed")
_THIS = "?this"
_VALIDATORS = tuple(map(sh, ("validator", "nodeValidator", "propertyValidator")))


@dataclass(frozen=True)
class Split:
    """A step of a path: what leads to it, its property and direction, what follows it."""

    before: tuple[Path, ...]
    iri: NamedNode
    forwards: bool
    after: tuple[Path, ...]


class QueryReach:
    """Answers `reach.affected` about SPARQL constraints, while the store holds both graphs.

    Args:
        shapes: the shapes with their queries.
        data: the graph after the change; its store also gets what was removed, until the end.
        added: triples that came.
        removed: triples that went.
    """

    def __init__(
        self,
        shapes: ShapesGraph,
        data: DataGraph,
        added: Collection[Triple],
        removed: Collection[Triple],
    ) -> None:
        self._shapes, self._data = shapes, data
        self._changed = [_quad(triple) for triple in (*added, *removed)]
        self._removed = [_quad(triple) for triple in removed]

    def __enter__(self) -> "QueryReach":
        """Put both graphs together, and the changed triples beside them."""
        changed = (Quad(q.subject, q.predicate, q.object, CHANGED) for q in self._changed)
        self._data.store.extend([*self._removed, *changed])
        return self

    def __exit__(self, *_: object) -> None:
        """Leave only the graph after the change."""
        self._data.clear((CHANGED,))
        for quad in self._removed:
            self._data.store.remove(quad)

    def __call__(
        self, shape: Shape, constraint: Constraint, change: Change
    ) -> frozenset[Term] | None:
        """Give the focus nodes for which the constraint reads a changed triple; None for all."""
        try:
            texts = list(self._lookups(shape, constraint, change))
        except (Unread, Malformed):
            return None
        rows = (row for text in texts for row in self._data.rows(text))
        return frozenset(written(row["this"]) for row in rows)

    def _lookups(self, shape: Shape, constraint: Constraint, change: Change) -> Iterator[str]:
        triples = self._shapes.triples
        sparql = constraint.component == sh("SPARQLConstraintComponent")
        nodes: Iterable[Term] = (constraint.value,)
        if not sparql:
            component = constraint.component
            nodes = [node for word in _VALIDATORS for node in triples.objects(component, word)]
        for node in nodes:
            known = prefixes(triples, node, shape.node)
            for text in triples.objects(node, sh("select")):
                yield from lookups(text.value, known, shape.path, change)
            for text in triples.objects(node, sh("ask")):
                yield from lookups(text.value, known, shape.path, change, of_value=True)


def lookups(
    text: str,
    known: dict[str, str],
    path: Path | None,
    change: Change,
    *,
    of_value: bool = False,
) -> list[str]:
    """Make the queries that give in ``?this`` for which nodes a query reads a changed triple.

    Args:
        text: the query.
        known: namespaces by prefix, besides those that it declares.
        path: of the property shape that the query belongs to.
        change: the changed triples; what cannot match one is left out.
        of_value: the query is asked of each ``?value`` of the shape.

    Raises:
        Unread: it is not known where a part of the query looks, or nothing leads to ``?this``.
        Malformed: it is no query.
    """
    select = read(text)
    scope = Reading(known | prologue(tokens(text), select), path).select(select)
    if of_value and path is None:
        scope = scope.renamed({"?value": _THIS})
    elif of_value and path is not None:
        scope = with_pattern(scope, Pattern(_THIS, path, "?value"))
    return list(_of_scope(scope, (), change))


def _of_scope(scope: Scope, around: Sequence[Pattern], change: Change) -> Iterator[str]:
    joined = [one.matched() if one.required else () for one in scope.scopes]
    beside = [pattern for patterns in joined for pattern in patterns]
    for place, pattern in enumerate(scope.patterns):
        others = (*scope.patterns[:place], *scope.patterns[place + 1 :], *beside, *around)
        for begin, more in _begins(pattern, change):
            yield _lookup(begin, (*more, *others))
    for place, inner in enumerate(scope.scopes):
        siblings = (one for number, some in enumerate(joined) if number != place for one in some)
        yield from _of_scope(inner, (*scope.patterns, *siblings, *around), change)


def _begins(pattern: Pattern, change: Change) -> Iterator[tuple[Pattern, tuple[Pattern, ...]]]:
    """Give the ways in which a pattern can read a changed triple, each with what leads there."""
    if isinstance(pattern.path, str):
        yield pattern, ()
        return
    for number, split in enumerate(_splits(pattern.path)):
        if split.iri not in change.pairs:
            continue
        names = (f"?from{number}_", f"?to{number}_")
        start = names[0] if split.before else pattern.subject
        end = names[1] if split.after else pattern.value
        more = []
        if split.before:
            more.append(Pattern(pattern.subject, _sequence(split.before), start))
        if split.after:
            more.append(Pattern(end, _sequence(split.after), pattern.value))
        ends = (start, end) if split.forwards else (end, start)
        yield Pattern(ends[0], Predicate(split.iri), ends[1]), tuple(more)


def _splits(path: Path) -> Iterator[Split]:
    """Give each step of a path that may read a triple."""
    match path:
        case Predicate(iri):
            yield Split((), iri, True, ())
        case Inverse(inner):
            yield from map(_turned, _splits(inner))
        case PathSequence(steps):
            for place, step in enumerate(steps):
                yield from _within(_splits(step), steps[:place], steps[place + 1 :])
        case Alternative(paths):
            for step in paths:
                yield from _splits(step)
        case ZeroOrOne(inner):
            yield from _splits(inner)
        case ZeroOrMore(inner) | OneOrMore(inner):
            often = (ZeroOrMore(inner),)
            yield from _within(_splits(inner), often, often)


def _within(
    splits: Iterable[Split], before: tuple[Path, ...], after: tuple[Path, ...]
) -> Iterator[Split]:
    for one in splits:
        yield Split((*before, *one.before), one.iri, one.forwards, (*one.after, *after))


def _turned(split: Split) -> Split:
    """Give the step as it is walked from the other end."""
    before: tuple[Path, ...] = tuple(Inverse(step) for step in reversed(split.after))
    after: tuple[Path, ...] = tuple(Inverse(step) for step in reversed(split.before))
    return Split(before, split.iri, not split.forwards, after)


def _sequence(steps: tuple[Path, ...]) -> Path:
    return steps[0] if len(steps) == 1 else PathSequence(steps)


def _lookup(begin: Pattern, others: Iterable[Pattern]) -> str:
    """Write the query that leads from a changed triple to the focus nodes."""
    chosen, reached, waiting = [], set(begin.variables()), list(others)
    while more := [one for one in waiting if not reached.isdisjoint(one.variables())]:
        waiting = [one for one in waiting if one not in more]
        chosen.extend(more)
        reached.update(*(one.variables() for one in more))
    if _THIS not in reached:
        raise Unread("nothing leads from a pattern to $this")
    if _THIS in begin.variables():
        chosen = []  # nearer than this no other pattern leads
    walked = " ".join(map(_written, chosen))
    return f"SELECT DISTINCT {_THIS} {{ GRAPH {CHANGED} {{ {_written(begin)} }} {walked} }}"


def _written(pattern: Pattern) -> str:
    path = pattern.path if isinstance(pattern.path, str) else sparql_path(pattern.path)
    return f"{pattern.subject} {path} {pattern.value} ."


def _quad(triple: Triple) -> Quad:
    value = triple.object
    kept = stored(value) if isinstance(value, Literal) else value
    return Quad(triple.subject, triple.predicate, kept, DefaultGraph())
