"""Consistency without a reasoner: disjoint classes, domains, ranges, undeclared terms, punning.

Not complete, as a reasoner is, but fast, always there, and able to say which thing and why.
A type counts where a file asserts it, or where a property's only domain or range says it.
A domain or range that is a union is broken when every part of it is disjoint with a known type.

Shape: quads in, `Problem`s out, sorted.
Source: https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules
(rules cax-dw, cax-adc, prp-dom, prp-rng) and https://www.w3.org/TR/owl2-syntax/#Typing_Constraints.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad

from allygraph.names import PREFIXES, compact

_OWL, _RDF, _RDFS = PREFIXES["owl"], PREFIXES["rdf"], PREFIXES["rdfs"]
_XSD = PREFIXES["xsd"]
_TYPE, _FIRST, _REST = f"{_RDF}type", f"{_RDF}first", f"{_RDF}rest"
_BUILT_IN = (_OWL, _RDF, _RDFS)
_SORTS = {
    f"{_OWL}Class": "class",
    f"{_RDFS}Datatype": "datatype",
    f"{_OWL}AnnotationProperty": "annotation property",
    f"{_OWL}DatatypeProperty": "datatype property",
    f"{_OWL}ObjectProperty": "object property",
}
_INTEGERS = frozenset(
    f"{_XSD}{name}" for name in ("int", "integer", "long", "nonNegativeInteger", "positiveInteger")
)


@dataclass(frozen=True, order=True)
class Problem:
    """One contradiction: which rule, of which thing (an IRI, or empty), why, in which graph."""

    rule: str
    subject: str
    message: str
    graph: str = ""


def problems(quads: Iterable[Quad]) -> list[Problem]:
    """List what contradicts the ontology among quads of ontology and data together."""
    known = list(quads)
    terms = _Terms.read(known)
    types = _asserted_types(known, terms)
    found = _declarations(known, terms)
    found += _uses(known, terms, types)
    found += _clashes(types, terms)
    return sorted(set(found))


Types = dict[str, dict[str, tuple[str, str]]]
"""For each thing its classes, each with a reason and the graph that gives it."""


@dataclass
class _Terms:
    """What the ontology says, as far as this check uses it; all names are IRIs."""

    sorts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    above: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    apart: set[frozenset[str]] = field(default_factory=set)
    domains: dict[str, list[list[str]]] = field(default_factory=lambda: defaultdict(list))
    ranges: dict[str, list[list[str]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls, quads: list[Quad]) -> "_Terms":
        terms = cls()
        values: dict[tuple[str, str], list[str]] = defaultdict(list)
        for quad in quads:
            if not isinstance(quad.object, Literal):
                values[_id(quad.subject), quad.predicate.value].append(_id(quad.object))
        for (subject, predicate), objects in values.items():
            for value in objects:
                terms._add(subject, predicate, value, values)
        return terms

    def _add(
        self, subject: str, predicate: str, value: str, values: dict[tuple[str, str], list[str]]
    ) -> None:
        if predicate == _TYPE and value in _SORTS and not subject.startswith("_:"):
            self.sorts[subject].add(_SORTS[value])
        elif predicate in (f"{_RDFS}subClassOf", f"{_RDFS}subPropertyOf"):
            self.above[subject].add(value)
        elif predicate == f"{_OWL}equivalentClass":
            self.above[subject].update(_members(value, f"{_OWL}intersectionOf", values))
        elif predicate == f"{_OWL}disjointWith":
            self.apart.add(frozenset((subject, value)))
        elif predicate == f"{_OWL}members":
            members = _list(value, values)
            self.apart.update(frozenset((a, b)) for a in members for b in members if a != b)
        elif predicate in (f"{_RDFS}domain", f"{_RDFS}range"):
            where = self.domains if predicate.endswith("domain") else self.ranges
            where[subject].append(_members(value, f"{_OWL}unionOf", values) or [value])

    @cached_property
    def _closures(self) -> dict[str, frozenset[str]]:
        return {}

    def closure(self, term: str) -> frozenset[str]:
        """Give a class or property with all that is above it."""
        if term not in self._closures:
            reached, rest = {term}, [term]
            while rest:
                new = self.above.get(rest.pop(), set()) - reached
                reached |= new
                rest += new
            self._closures[term] = frozenset(reached)
        return self._closures[term]

    @cached_property
    def _clashes(self) -> dict[tuple[str, str], bool]:
        return {}

    def disjoint(self, one: str, other: str) -> bool:
        """Tell whether two classes cannot share an individual."""
        key = (one, other)
        if key not in self._clashes:
            self._clashes[key] = any(
                frozenset((a, b)) in self.apart
                for a in self.closure(one)
                for b in self.closure(other)
            )
        return self._clashes[key]


def _id(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _graph(quad: Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""


def _list(head: str, values: dict[tuple[str, str], list[str]]) -> list[str]:
    """Give the members of an RDF list; one that is broken or runs in a circle ends there."""
    members: list[str] = []
    seen: set[str] = set()
    while head not in seen and (items := values.get((head, _FIRST))):
        seen.add(head)
        members += items
        head = values.get((head, _REST), [""])[0]
    return members


def _members(node: str, predicate: str, values: dict[tuple[str, str], list[str]]) -> list[str]:
    """Give the named classes of a union or intersection, or nothing."""
    heads = values.get((node, predicate), [])
    return [name for head in heads for name in _list(head, values) if not name.startswith("_:")]


def _asserted_types(quads: list[Quad], terms: _Terms) -> Types:
    types: Types = defaultdict(dict)
    for quad in quads:
        kind = _id(quad.object)
        if quad.predicate.value == _TYPE and "class" in terms.sorts.get(kind, ()):
            _learn(types, _id(quad.subject), kind, ("", _graph(quad)))
    return types


def _learn(types: Types, thing: str, kind: str, reason: tuple[str, str]) -> None:
    """Note a class of a thing with the first of its reasons, so that order does not matter."""
    types[thing][kind] = min(reason, types[thing].get(kind, reason))


def _declarations(quads: list[Quad], terms: _Terms) -> list[Problem]:
    found = []
    for term, sorts in terms.sorts.items():
        if len(sorts) > 1:
            names = " and ".join(sorted(sorts))
            found.append(Problem("punning", term, f"declared as {names}; one name, one use"))
    for quad in quads:
        subject, graph = _id(quad.subject), _graph(quad)
        if quad.predicate.value == _TYPE:
            term, wanted = _id(quad.object), "class"
            if not term.startswith(_BUILT_IN) and subject in terms.sorts:
                message = f"is used as an individual of {compact(term)} and declared as a term"
                found.append(Problem("punning", subject, message, graph))
        else:
            term, wanted = quad.predicate.value, "property"
        if term.startswith((*_BUILT_IN, "_:")):
            continue
        if not any(sort.endswith(wanted) for sort in terms.sorts.get(term, ())):
            message = f"uses {compact(term)}, which is declared nowhere as a {wanted}"
            found.append(Problem("undeclared", subject, message, graph))
    return found


def _uses(quads: list[Quad], terms: _Terms, types: Types) -> list[Problem]:
    """Check domains and ranges, and add the types that follow from those with one class."""
    found: list[Problem] = []
    unions: list[tuple[_Side, list[str]]] = []
    for quad in quads:
        sorts = terms.sorts.get(quad.predicate.value, set())
        if not sorts & {"object property", "datatype property"}:
            continue
        literal = isinstance(quad.object, Literal)
        if literal != ("datatype property" in sorts) or _id(quad.object) in terms.sorts:
            found.append(_wrong_sort(quad, terms))
            continue
        for side, classes in _expectations(quad, terms, literal):
            if len(classes) == 1:
                reason = f"by the {side.name} of {compact(quad.predicate.value)}"
                _learn(types, side.thing, classes[0], (reason, _graph(quad)))
            else:
                unions.append((side, classes))
        if literal:
            found += _datatype(quad, terms)
    return found + [
        _outside(side, classes, types)
        for side, classes in unions
        if all(any(terms.disjoint(one, known) for known in types[side.thing]) for one in classes)
    ]


class _Side(NamedTuple):
    """One end of a statement: domain or range, the thing that stands there, the statement."""

    name: str
    thing: str
    quad: Quad


def _expectations(quad: Quad, terms: _Terms, literal: bool) -> Iterator[tuple[_Side, list[str]]]:
    """Give the ends of a statement with the classes of which each must be in one."""
    sides = [(_Side("domain", _id(quad.subject), quad), terms.domains)]
    if not literal:
        sides.append((_Side("range", _id(quad.object), quad), terms.ranges))
    for side, table in sides:
        for name in sorted(terms.closure(quad.predicate.value)):
            yield from ((side, classes) for classes in table.get(name, ()))


def _outside(side: _Side, classes: list[str], types: Types) -> Problem:
    names = " and ".join(sorted(map(compact, types[side.thing])))
    expected = " or ".join(sorted(map(compact, classes)))
    message = f"is {names}; {compact(side.quad.predicate.value)} has the {side.name} {expected}"
    return Problem(side.name, side.thing, message, _graph(side.quad))


def _wrong_sort(quad: Quad, terms: _Terms) -> Problem:
    name, value = compact(quad.predicate.value), _id(quad.object)
    if value in terms.sorts:
        rule, message = "punning", f"{name} has {compact(value)}, a term, as an individual"
    else:
        what = "a literal" if isinstance(quad.object, Literal) else compact(value)
        rule, message = "range", f"{name} cannot have {what} as its value"
    return Problem(rule, _id(quad.subject), message, _graph(quad))


def _datatype(quad: Quad, terms: _Terms) -> list[Problem]:
    assert isinstance(quad.object, Literal)
    given = quad.object.datatype.value
    for (wanted,) in terms.ranges.get(quad.predicate.value, ()):
        if given != wanted and not (wanted == f"{_XSD}integer" and given in _INTEGERS):
            message = (
                f"{compact(quad.predicate.value)} has '{quad.object.value}' as "
                f"{compact(given)}; its range is {compact(wanted)}"
            )
            return [Problem("range", _id(quad.subject), message, _graph(quad))]
    return []


def _clashes(types: Types, terms: _Terms) -> list[Problem]:
    found = []
    for thing, kinds in types.items():
        pairs = [pair for pair in combinations(sorted(kinds), 2) if terms.disjoint(*pair)]
        # What follows from a clash of asserted types is no news beside it.
        asserted = [pair for pair in pairs if not any(kinds[name][0] for name in pair)]
        found += [_clash(thing, one, other, kinds) for one, other in asserted or pairs]
    return found


def _clash(thing: str, one: str, other: str, kinds: dict[str, tuple[str, str]]) -> Problem:
    said = [f"{compact(name)} {kinds[name][0]}".rstrip() for name in (one, other)]
    reasons = [kinds[name] for name in (one, other) if kinds[name][0]] or [kinds[other]]
    rule = next((side for side in ("domain", "range") if side in reasons[0][0]), "disjoint")
    return Problem(rule, thing, f"is {said[0]} and {said[1]}; these are disjoint", reasons[0][1])
