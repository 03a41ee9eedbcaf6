"""A corpus: the triples of several files in one store, in which each file can be replaced.

A triple that two files state stays while one of them states it. Literals are stored as
`allygraph.shacl` stores them, so that their lexical form survives.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from allygraph.shacl.data import DataGraph, stored
from allygraph.shacl.literals import find_stored
from allygraph.shacl.model import Term
from allygraph.shacl.names import RDF_TYPE

_FILES = NamedNode("urn:x-allygraph:files")
_IN = NamedNode("urn:x-allygraph:describedIn")


@dataclass(frozen=True)
class Difference:
    """The triples by which a graph changed, as they were written."""

    added: frozenset[Triple] = frozenset()
    removed: frozenset[Triple] = frozenset()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.added or self.removed)

    def __iter__(self) -> Iterator[Triple]:
        """Give all triples that came or went."""
        yield from self.added
        yield from self.removed


@dataclass
class Corpus:
    """The triples of several files in a store, and how many there are of some sorts.

    Attributes:
        store: holds each triple once, in its default graph; which file describes a thing stands
            in a named one.
        kept: how many literals each property has that are stored under a private datatype.
        shared: counts the files of each triple that more than one states.
        counts: how many triples each property has.
        instances: how many instances each class has.
    """

    store: Store = field(default_factory=Store)
    kept: Counter[NamedNode] = field(default_factory=Counter)
    shared: Counter[Triple] = field(default_factory=Counter)
    counts: Counter[NamedNode] = field(default_factory=Counter)
    instances: Counter[Term] = field(default_factory=Counter)

    def fill(self, files: Iterable[tuple[str, Iterable[Quad]]]) -> None:
        """Fill an empty store with the triples of all files, by name, in one go."""
        self.store.bulk_extend(self._distinct(files))

    def files(self, node: Term) -> tuple[str, ...]:
        """Give the names of the files that describe a thing, in order."""
        if isinstance(node, Literal):
            return ()
        found = self.store.quads_for_pattern(node, _IN, None, _FILES)
        return tuple(sorted(q.object.value for q in found if isinstance(q.object, Literal)))

    def replace(self, name: str, old: Iterable[Quad], new: Iterable[Quad]) -> Difference:
        """Replace what one file states, and give what that changed in the whole graph."""
        before = {quad.triple for quad in old}
        after = {quad.triple for quad in new}
        for node in {triple.subject for triple in before}:
            self.store.remove(Quad(node, _IN, Literal(name), _FILES))
        self.store.extend([_described(node, name) for node in {t.subject for t in after}])
        added = frozenset(triple for triple in after - before if self._added(triple))
        removed = frozenset(triple for triple in before - after if self._removed(triple))
        self.store.extend(list(map(self._stored, added)))
        for triple in added:
            self._count(triple, 1)
        for triple in removed:
            self._count(triple, -1)
        return Difference(added, removed)

    def graph(self) -> DataGraph:
        """Give the store as a graph to validate."""
        # It would count all this itself, in passes over all triples.
        kept = frozenset(name for name, count in self.kept.items() if count)
        graph = DataGraph.of_store(self.store, kept=bool(kept))
        graph.kept_properties = kept
        graph.counts = {name: count for name, count in self.counts.items() if count}
        graph.instances = {kind: count for kind, count in self.instances.items() if count}
        return graph

    def _distinct(self, files: Iterable[tuple[str, Iterable[Quad]]]) -> Iterator[Quad]:
        seen: set[int] = set()
        for name, quads in files:
            triples = {quad.triple: None for quad in quads}
            yield from (_described(node, name) for node in {t.subject for t in triples})
            for triple in triples:
                known = len(seen)
                seen.add(hash(triple))
                if len(seen) > known:
                    self._count(triple, 1)
                    yield self._stored(triple)
                else:
                    self.shared[triple] += 1 + (triple not in self.shared)

    def _count(self, triple: Triple, number: int) -> None:
        self.counts[triple.predicate] += number
        if isinstance(triple.object, Literal) and find_stored(triple.object) is not None:
            self.kept[triple.predicate] += number
        if triple.predicate == RDF_TYPE and not isinstance(triple.object, Triple):
            self.instances[triple.object] += number

    def _stored(self, triple: Triple) -> Quad:
        value = triple.object
        kept = stored(value) if isinstance(value, Literal) else value
        return Quad(triple.subject, triple.predicate, kept)

    def _added(self, triple: Triple) -> bool:
        """Note that one more file states a triple; tell whether it is the first."""
        if self._stored(triple) not in self.store:
            return True
        self.shared[triple] += 1 + (triple not in self.shared)
        return False

    def _removed(self, triple: Triple) -> bool:
        """Note that a file no longer states a triple; tell whether none does."""
        count = self.shared.pop(triple, 1) - 1
        if count > 1:
            self.shared[triple] = count
        if not count:
            self.store.remove(self._stored(triple))
        return not count


def _described(node: NamedNode | BlankNode | Triple, name: str) -> Quad:
    return Quad(node, _IN, Literal(name), _FILES)


def difference(pairs: Iterable[tuple[Iterable[Quad], Iterable[Quad]]]) -> Difference:
    """Give the triples by which files differ, each given with its old and new quads.

    What moves from one of these files to another is no change. What a further file states as well
    counts as changed: that may only widen what is looked at.
    """
    before: set[Quad] = set()
    after: set[Quad] = set()
    for old, new in pairs:
        before.update(old)
        after.update(new)
    added, removed = ({quad.triple for quad in some} for some in (after - before, before - after))
    return Difference(frozenset(added - removed), frozenset(removed - added))
