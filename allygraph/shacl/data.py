"""The data that is judged: all triples in the default graph of a store in memory."""

from collections.abc import Iterable

from pyoxigraph import Quad, Store, Triple


class DataGraph:
    """A graph to validate, made once and asked as often as needed; graph names are dropped.

    Args:
        quads: what is judged.
    """

    def __init__(self, quads: Iterable[Quad | Triple]) -> None:
        self.store = Store()
        self.store.bulk_extend(Quad(q.subject, q.predicate, q.object) for q in quads)
