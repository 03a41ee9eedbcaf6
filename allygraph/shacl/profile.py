"""What stands in data, counted while they are loaded, so that many queries need not be asked.

Three things are learnt: which kinds of value each property has; how often each property stands at
the things of a class; whether the triples of a thing stand together, without which the last is no
upper bound. The counts may be too careful, never wrong: where they do not tell, a query does.
"""

from collections.abc import Collection, Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from allygraph.shacl.literals import SURE, find_stored, is_free
from allygraph.shacl.model import Term
from allygraph.shacl.names import RDF_TYPE

IRI, BLANK, TRIPLE = "IRI", "blank node", "triple"
_KINDS = {NamedNode: IRI, BlankNode: BLANK, Triple: TRIPLE}
_MOST_SORTS = 20_000
Sort = tuple[str | Term, ...]
"""The properties of a thing, with repetitions, each with the kind of its value or the class."""


class Profile:
    """What is learnt of quads on their way into a store.

    Attributes:
        kept: some literals are stored otherwise than written.
        kinds: how many triples there are of a property and kind of value.
    """

    def __init__(self) -> None:
        self.kept = False
        self.kinds: dict[tuple[str, str], int] = {}
        self._sorts: dict[Sort, int] = {}
        self._too_many = False
        self._scattered = False
        self._by_class: dict[Term, list[Sort]] | None = None
        self._found: dict[tuple[Term, str], tuple[int, int]] = {}

    def passing(self, quads: Iterable[Quad | Triple]) -> Iterator[Quad]:
        """Give the quads as they are stored; written for speed, it takes a fifth of the loading."""
        type_name = RDF_TYPE.value
        sure, free = SURE, set[str]()
        seen: set[int] = set()
        last: object = None
        of_thing: list[str | Term] = []
        kind: str | Term
        for quad in quads:
            value = quad.object
            if type(value) is Literal:
                kind = value.datatype.value
                test = sure.get(kind)
                if not (kind in free if test is None else test(value.value)):
                    quad, kind = self._literal(quad, value, free)
            else:
                kind = _KINDS[type(value)]
            name = quad.predicate.value
            if name == type_name and not isinstance(value, Literal | Triple):
                kind = value
            subject = quad.subject
            if subject != last:
                self._add(of_thing)
                mark = hash(subject)
                self._scattered |= mark in seen
                seen.add(mark)
                last, of_thing = subject, []
            of_thing.append(name)
            of_thing.append(kind)
            yield Quad(*quad) if type(quad) is Triple else quad
        self._add(of_thing)
        self._count()

    def _literal(
        self, quad: Quad | Triple, literal: Literal, free: set[str]
    ) -> tuple[Quad | Triple, str]:
        """Look closer at a literal that may have to be stored otherwise."""
        kind = literal.datatype.value
        if is_free(kind):
            free.add(kind)
        elif (stored := find_stored(literal)) is not None:
            self.kept = True
            return Quad(quad.subject, quad.predicate, stored), stored.datatype.value
        return quad, kind

    def _add(self, of_thing: list[str | Term]) -> None:
        if of_thing:
            sort = tuple(of_thing)
            self._sorts[sort] = self._sorts.get(sort, 0) + 1
            if len(self._sorts) > _MOST_SORTS:
                self._too_many = True
                self._count()
                self._sorts.clear()

    def _count(self) -> None:
        """Count the kinds of value from the sorts of things."""
        for sort, number in self._sorts.items():
            for name, kind in zip(sort[::2], sort[1::2], strict=True):
                key = (str(name), kind if isinstance(kind, str) else _KINDS[type(kind)])
                self.kinds[key] = self.kinds.get(key, 0) + number

    def counted(
        self, classes: Collection[Term], properties: Collection[NamedNode]
    ) -> tuple[int, int | None] | None:
        """Tell how many values the things of some classes have, of all these properties together.

        Args:
            classes: of which a thing is said to be, of one or more.
            properties: a value is counted for each triple, and again if it was given twice.

        Returns:
            At least and at most so many; None for what is not known.
        """
        if self._too_many:
            return None
        names = [name.value for name in properties]
        ranges = [self._range(one, name) for one in classes for name in names]
        if len(names) > 1:
            ranges = [self._ranges(one, names) for one in classes]
        known = [found for found in ranges if found is not None]
        least = min((found[0] for found in known), default=0)
        most = max((found[1] for found in known), default=0)
        return least, None if self._scattered else most

    def _range(self, kind: Term, name: str) -> tuple[int, int] | None:
        if (kind, name) not in self._found:
            found = self._ranges(kind, [name])
            if found is None:
                return None
            self._found[kind, name] = found
        return self._found[kind, name]

    def _ranges(self, kind: Term, names: Collection[str]) -> tuple[int, int] | None:
        """Give the least and the most; None if there is no thing of the class."""
        sorts = self._of_class(kind)
        if not sorts:
            return None
        counts = [sum(map(sort.count, names)) for sort in sorts]
        return min(counts), max(counts)

    def _of_class(self, kind: Term) -> list[Sort]:
        if self._by_class is None:
            self._by_class = {}
            for sort in self._sorts:
                for one in {kind for kind in sort[1::2] if not isinstance(kind, str)}:
                    self._by_class.setdefault(one, []).append(sort[::2])
        return self._by_class.get(kind, [])
