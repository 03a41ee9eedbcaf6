"""Links between files: names that are used and described nowhere, each with the nearest known one.

A name is described where it is the subject of a statement. Only names of the namespaces that the
data is in charge of are judged: ours, or those of which the given files describe most names.

Shape: parsed quads in, one `Dangling` for each statement that uses such a name out.
"""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from allygraph.names import BASE, compact, expand
from allygraph.shacl.data import DataGraph, written
from allygraph.shacl.model import Predicate
from allygraph.validation.corpus import Difference
from allygraph.validation.faults import Fault
from allygraph.validation.findings import Levels, rule_page, said

OURS = frozenset((BASE,))
"""What the names of our data begin with."""

_NOT_NAMES = (f"{BASE}ns/", f"{BASE}graph/")
_TYPE = NamedNode(expand("rdf:type"))
_ABOUT = (NamedNode(expand(name)) for name in ("ally:affirms", "ally:denies", "ally:doubts"))
_TOLD_BY_CHECKS = frozenset((_TYPE, *_ABOUT))
_RULE = "dangling-name"
_PROBLEM = "The value has a name of ours and is described nowhere."
_REMEDY = "Describe it, or correct the name."
_ALIKE = 75.0  # per cent of signs that two names share, in order, before one can mean the other
_SHOWN = 3
_COMPARISONS = 25_000_000  # about a second; who has more faults than that reads the first ones
_OWNED = 0.5  # of the used names of a namespace, at least so many are described by who owns it
_FEWEST = 3  # names that make a namespace of one's own


@dataclass(frozen=True)
class Dangling:
    """A name that nothing describes, and the statement that uses it.

    ``near`` holds up to three known names that it may stand for, the nearest first.
    """

    quad: Quad
    name: str
    near: tuple[str, ...] = ()

    @property
    def is_predicate(self) -> bool:
        """Whether the name is used as a property."""
        return self.quad.predicate.value == self.name


def dangling(quads: Collection[Quad], namespaces: Iterable[str]) -> list[Dangling]:
    """Find the statements that use an undescribed name, in the order of the quads.

    Args:
        quads: all that is known; graph names do not count.
        namespaces: the beginnings of the names that are judged.
    """
    starts = tuple(namespaces)
    described = {quad.subject for quad in quads}
    used = {quad.object for quad in quads} | {quad.predicate for quad in quads}
    missing = {
        name: name.value
        for name in used - described
        if isinstance(name, NamedNode) and _is_name(name.value, starts)
    }
    if not missing:
        return []
    nearest = Nearest(node.value for node in described if isinstance(node, NamedNode))
    found = []
    for quad in quads:
        for term in dict.fromkeys((quad.object, quad.predicate)):
            if isinstance(term, NamedNode) and term in missing:
                found.append(Dangling(quad, missing[term], nearest(missing[term])))
    return found


def dangling_after(data: DataGraph, told: Difference, namespaces: Iterable[str]) -> list[Dangling]:
    """Find the statements that may have begun to use an undescribed name by a change.

    Those are new statements, and any that use a name of which a statement was removed. What they
    tell is what `dangling` tells of the same statements in the graph after the change.

    Args:
        data: the graph after the change.
        told: the statements that came and went.
        namespaces: the beginnings of the names that are judged.
    """
    starts = tuple(namespaces)
    lost = {triple.subject for triple in told.removed}
    used = {term for triple in told.added for term in (triple.predicate, triple.object)}
    missing = [
        name
        for name in used | lost
        if isinstance(name, NamedNode)
        and _is_name(name.value, starts)
        and not any(data.store.quads_for_pattern(name, None, None, DefaultGraph()))
    ]
    if not missing:
        return []
    rows = data.rows("SELECT DISTINCT ?name { ?name ?property ?value FILTER (ISIRI(?name)) }")
    nearest = Nearest(row["name"].value for row in rows)
    found = []
    for name in sorted(missing, key=str):
        new = {triple for triple in told.added if name in (triple.predicate, triple.object)}
        uses = _uses(data, name) if name in lost else [Quad(*triple) for triple in new]
        for quad in sorted(uses, key=str):
            found.append(Dangling(quad, name.value, nearest(name.value)))
    return found


def _uses(data: DataGraph, name: NamedNode) -> Iterator[Quad]:
    yield from data.store.quads_for_pattern(None, None, name, DefaultGraph())
    for quad in data.store.quads_for_pattern(None, name, None, DefaultGraph()):
        value = quad.object
        kept = written(value) if isinstance(value, Literal) else value
        if value != name:
            yield Quad(quad.subject, quad.predicate, kept)


def find(quads: Collection[Quad], judged: Container[str], severity: Levels) -> Iterator[Fault]:
    """Give a fault for each judged thing and property that name what nothing describes.

    Args:
        quads: ontology and data.
        judged: the things to judge, by IRI.
        severity: the severity of the rule.
    """
    yield from faults(dangling(quads, OURS), judged, severity)


def faults(names: Iterable[Dangling], judged: Container[str], severity: Levels) -> Iterator[Fault]:
    """Give a fault for each judged thing and property with such names; as `find`."""
    found: dict[tuple[NamedNode, NamedNode], list[Dangling]] = defaultdict(list)
    for fault in names:
        subject = fault.quad.subject
        if isinstance(subject, NamedNode) and subject.value in judged and not left_to_checks(fault):
            found[subject, fault.quad.predicate].append(fault)
    for (focus, predicate), some in found.items():
        near = dict.fromkeys(name for fault in some for name in fault.near)
        yield Fault(
            _RULE,
            severity[_RULE],
            said(f"{_PROBLEM} {_REMEDY}"),
            focus,
            Predicate(predicate),
            tuple(NamedNode(name) for name in sorted({fault.name for fault in some})),
            expected=meant(near),
            page=rule_page(_RULE),
        )


def meant(near: Iterable[str]) -> str | None:
    """Ask whether near names were meant, in short names; None where there is none."""
    names = ", ".join(map(compact, near))
    return f"did you mean {names}?" if names else None


def left_to_checks(fault: Dangling) -> bool:
    """Tell whether a check query finds the fault: what claims are about, classes, properties.

    No fault is told by two rules: see ``claim-about-nothing``, ``class-not-declared`` and
    ``term-not-declared`` in ``queries/checks/``.
    """
    return fault.is_predicate or fault.quad.predicate in _TOLD_BY_CHECKS


def own_namespaces(quads: Iterable[Quad]) -> frozenset[str]:
    """Find the namespaces that a graph is in charge of.

    A namespace belongs to the graph when it describes at least three of its names, and at least
    half of those that it uses: to say one thing of a name of Wikidata makes nobody its keeper.
    """
    used: dict[str, set[str]] = defaultdict(set)
    described: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, NamedNode):
                used[_namespace(term.value)].add(term.value)
        if isinstance(quad.subject, NamedNode):
            described[_namespace(quad.subject.value)].add(quad.subject.value)
    return frozenset(
        space
        for space, names in described.items()
        if len(names) >= max(_FEWEST, _OWNED * len(used[space]))
    )


@dataclass
class Nearest:
    """The known names nearest to one that is not known: of its namespace, else of its last part.

    Names are compared until the work is worth about a second; after that none is near.
    """

    known: Iterable[str]
    _left: int = _COMPARISONS
    _found: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, name: str) -> tuple[str, ...]:
        """Give up to three names, the nearest first; none where none is alike."""
        if name not in self._found:
            self._found[name] = tuple(self._near(name))
        return self._found[name]

    def _near(self, name: str) -> Iterator[str]:
        # Only a graph with faults waits for this import.
        from rapidfuzz import fuzz, process

        space = _namespace(name)
        names = self._by_namespace.get(space, {})
        self._left -= len(names)
        if self._left < 0:
            return
        local = name[len(space) :]
        alike = process.extract(local, names, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=_SHOWN)
        ranked = sorted((-score, text) for _, score, text in alike if text != name)
        yield from (text for _, text in ranked) if ranked else self._elsewhere(local, name)

    def _elsewhere(self, local: str, name: str) -> list[str]:
        return [text for text in self._by_local.get(local, []) if text != name][:_SHOWN]

    @cached_property
    def _by_namespace(self) -> dict[str, dict[str, str]]:
        """For each namespace the last parts of its names, by the whole names."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for name in sorted(self.known):
            space = _namespace(name)
            found[space][name] = name[len(space) :]
        return dict(found)

    @cached_property
    def _by_local(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for names in self._by_namespace.values():
            for name, local in names.items():
                found[local].append(name)
        return dict(found)


def _namespace(name: str) -> str:
    return name[: max(name.rfind("#"), name.rfind("/"), name.rfind(":")) + 1]


def _is_name(name: str, starts: tuple[str, ...]) -> bool:
    return name.startswith(starts) and not name.startswith(_NOT_NAMES)
