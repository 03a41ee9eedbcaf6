"""One copy of the graph in which changes of data are made and taken back, one after the other.

After a change only what it can reach is derived anew: the things that are touched, those that are
judged together with them (the stages of one subject, the positions of one holder, reasons), and
the claims about all of these. `World.near` says which; before each change the same is derived
without it, and has to be what the whole graph has.
"""

from collections import defaultdict

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from allygraph.competency import Question, Seed, ask
from allygraph.derive import evidence, origins
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.graph import source_quads
from allygraph.names import PREFIXES, expand

_GRAPH = NamedNode(expand("graph:seeded"))
_SAYS = ("affirms", "denies", "doubts")
_STRIKES = ("supersedes", "corrects", "retracts")
_VOICES = ("source", "assertedBy", "mayBeAssertedBy")
_TOGETHER = ("subject", "on", "reason")
_HOLDING_OF = NamedNode(expand("ally:holdingOf"))
_ROOT_SOURCE = NamedNode(expand("ally:rootSource"))


class World:
    """The copy: its source graphs alone, and the whole with what follows from them."""

    def __init__(self, root):
        self.sources = Store()
        self.sources.bulk_extend(source_quads(root))
        derived = list(evidence(self.sources))
        self.whole = Store()
        self.whole.bulk_extend([*self.sources, *derived])
        self.derived = _by_thing(derived)

    def notices(self, question: Question) -> bool:
        """Tell whether an answer is another one after the seeded change, and take that back."""
        removed, added = self._quads(question.seeded)
        names = self.near(removed | added)
        before = self._derive(names)
        known = {quad for name in names for quad in self.derived.get(name, ())}
        assert before == known, "what is near is not what the whole graph has"
        before |= set(origins(self.sources))
        exchange(self.sources, removed, added)
        try:
            after = self._derive(names | self.near(added)) | set(origins(self.sources))
            out, into = removed | (before - after), added | (after - before)
            exchange(self.whole, out, into)
            try:
                engine = OxigraphEngine(self.whole)
                return any(ask(engine, asked) != asked.expected for asked in question.asks)
            finally:
                exchange(self.whole, into, out)
        finally:
            exchange(self.sources, added, removed)

    def near(self, quads: set[Quad]) -> set[NamedNode]:
        """Give the things that a change can reach, and the claims about them."""
        found: set[NamedNode] = set()
        wanted = {quad.subject for quad in quads}
        wanted |= {quad.object for quad in quads if isinstance(quad.object, NamedNode)}
        claims = {claim for node in wanted for claim in self._pointing(node, _VOICES)}
        wanted = {node for node in wanted if self._is_judged(node)} | claims
        while wanted:
            node = wanted.pop()
            found.add(node)
            next_ones = {*self._pointing(node, _SAYS + _STRIKES), *self._rivals(node)}
            next_ones |= {*self._values(node, _SAYS + _STRIKES)}
            wanted |= next_ones - found
        return found

    def _is_judged(self, node: NamedNode) -> bool:
        """Tell claims, and what claims are about, from kinds, actors and places."""
        return any(self._values(node, _SAYS)) or any(self._pointing(node, _SAYS))

    def _rivals(self, node: NamedNode) -> set[NamedNode]:
        """Give what is judged together with a thing."""
        subjects = {*self._values(node, _TOGETHER)}
        found = {one for subject in subjects for one in self._pointing(subject, _TOGETHER)}
        found |= {*self._pointing(node, _TOGETHER)} | subjects
        return {one for one in found if self._is_judged(one)}

    def _derive(self, names: set[NamedNode]) -> set[Quad]:
        part = Store()
        voices = {voice for name in names for voice in self._values(name, _VOICES)}
        for name in names | voices:
            part.extend(self.sources.quads_for_pattern(name, None, None, None))
        return {quad for quad in evidence(part) if quad.predicate != _ROOT_SOURCE}

    def _values(self, node: NamedNode, properties: tuple[str, ...]):
        for name in properties:
            predicate = NamedNode(expand(f"ally:{name}"))
            for quad in self.sources.quads_for_pattern(node, predicate, None, None):
                yield quad.object

    def _pointing(self, node: NamedNode, properties: tuple[str, ...]):
        for name in properties:
            predicate = NamedNode(expand(f"ally:{name}"))
            for quad in self.sources.quads_for_pattern(None, predicate, node, None):
                yield quad.subject

    def _quads(self, seed: Seed) -> tuple[set[Quad], set[Quad]]:
        removed: set[Quad] = set()
        for pattern in seed.remove:
            terms = [_term(text) for text in pattern] + [None] * (3 - len(pattern))
            found = set(self.sources.quads_for_pattern(*terms, None))
            assert found, f"nothing to remove: {' '.join(pattern)}"
            removed |= found
        heads = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
        triples = parse(input=heads + seed.add, format=RdfFormat.TURTLE)
        return removed, {Quad(t.subject, t.predicate, t.object, _GRAPH) for t in triples}


def exchange(store: Store, out: set[Quad], into: set[Quad]) -> None:
    """Take quads out of a store and put others in."""
    for quad in out:
        store.remove(quad)
    store.extend(into)


def _by_thing(derived: list[Quad]) -> dict[NamedNode, set[Quad]]:
    """Sort derived quads: holdings by what they are of, currency by its claim."""
    thing_of = {quad.subject: quad.object for quad in derived if quad.predicate == _HOLDING_OF}
    found: dict[NamedNode, set[Quad]] = defaultdict(set)
    for quad in derived:
        if quad.predicate == _ROOT_SOURCE:
            continue  # the roots of all sources are few, and are derived anew as a whole
        found[thing_of.get(quad.subject, quad.subject)].add(quad)
    return found


def _term(text: str) -> NamedNode | Literal:
    if not text.startswith('"'):
        return NamedNode(expand("rdf:type" if text == "a" else text))
    head, _, tail = text[1:].rpartition('"')
    if tail.startswith("^^"):
        return Literal(head, datatype=NamedNode(expand(tail[2:])))
    return Literal(head, language=tail[1:]) if tail else Literal(head)
