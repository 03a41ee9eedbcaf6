"""The few queries behind a description, each for many things at once.

Texts are SPARQL 1.1 without vendor functions, so that every engine answers them alike; IRIs get in
as terms that pyoxigraph has checked and written.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pyoxigraph import Literal, NamedNode, Triple

from allygraph.engines import Engine
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import UnknownName
from allygraph.names import PREFIXES, compact, did_you_mean
from allygraph.results import Value

Statements = dict[str, dict[str, list[Value]]]
"""Subject to property to values, all IRIs whole."""
Days = tuple[str, str, str, str, str]
"""Certainty, standing and review as IRIs; first and last day as ISO dates."""

_AT_ONCE = 400
# Thousands of names that are made by the build and that nobody types.
_UNSPOKEN = (PREFIXES["holding"], PREFIXES["edge"])
_PREFIXES = "".join(
    f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in ("ally", "rdf", "rdfs", "skos", "xsd")
)


def statements(engine: Engine, subjects: Iterable[str]) -> Statements:
    """Give all that is said of some subjects, properties and values sorted."""
    if isinstance(engine, OxigraphEngine):
        return _read(engine, subjects)
    found: Statements = {}
    for part in parts(subjects):
        rows = engine.select(
            f"SELECT DISTINCT ?subject ?property ?value WHERE {{ VALUES ?subject {{ {part} }} "
            "?subject ?property ?value } ORDER BY ?subject ?property ?value"
        ).rows
        for subject, name, value in rows:
            found.setdefault(_iri(subject), {}).setdefault(_iri(name), []).append(value)
    return found


def _read(engine: OxigraphEngine, subjects: Iterable[str]) -> Statements:
    """Give the same from the index of the store, without a query: six times as quick."""
    found: Statements = {}
    for subject in sorted(set(subjects)):
        said: dict[str, dict[Value, None]] = {}
        for quad in engine.store.quads_for_pattern(_node(subject), None, None, None):
            if not isinstance(quad.object, Triple):
                said.setdefault(quad.predicate.value, {})[quad.object] = None
        if said:
            found[subject] = {name: sorted(said[name], key=_in_order) for name in sorted(said)}
    return found


def _in_order(value: Value) -> tuple[int, str, str]:
    """Order values as SPARQL does: blank nodes, IRIs, literals."""
    if isinstance(value, Literal):
        return 2, value.value, value.language or ""
    return int(isinstance(value, NamedNode)), value.value if value is not None else "", ""


def inward(engine: Engine, iri: str) -> list[tuple[str, str, str]]:
    """List what points to a thing, as subject, property and class of the subject.

    Holdings, derived edges and quotes are no answer; claims are evidence and are looked up so.
    """
    rows = engine.select(
        f"{_PREFIXES}SELECT DISTINCT ?subject ?property ?class WHERE {{ "
        f"VALUES ?thing {{ {_term(iri)} }} ?subject ?property ?thing . ?subject a ?class . "
        "FILTER (?class NOT IN (ally:Claim, ally:DerivedEdge, ally:Holding, ally:Quote)) "
        "FILTER (?property NOT IN (rdf:type, rdfs:subClassOf)) } "
        "ORDER BY ?class ?property ?subject"
    ).rows
    return [(_iri(subject), _iri(name), _iri(kind)) for subject, name, kind in rows]


def below(engine: Engine, *classes: str) -> set[str]:
    """List classes and all classes below them."""
    rows = engine.select(
        f"{_PREFIXES}SELECT DISTINCT ?class WHERE {{ VALUES ?top {{ {' '.join(classes)} }} "
        "?class rdfs:subClassOf* ?top } ORDER BY ?class"
    ).rows
    return {_iri(row[0]) for row in rows}


def holdings(engine: Engine, things: Iterable[str], as_of: date, known_by: date) -> dict[str, Days]:
    """Give for each thing the holding that covers a day in the world and a day of knowledge."""
    found: dict[str, Days] = {}
    day, known = f'"{as_of.isoformat()}"^^xsd:date', f'"{known_by.isoformat()}"^^xsd:date'
    for part in parts(things):
        rows = engine.select(
            f"{_PREFIXES}SELECT DISTINCT ?thing ?certainty ?standing ?review ?from ?until WHERE {{ "
            f"VALUES ?thing {{ {part} }} ?holding ally:holdingOf ?thing ; "
            "ally:certainty ?certainty ; ally:standing ?standing ; ally:review ?review ; "
            "ally:from ?from ; ally:until ?until ; "
            "ally:knownFrom ?known_from ; ally:knownUntil ?known_until . "
            f"FILTER (?from <= {day} && {day} <= ?until) "
            f"FILTER (?known_from <= {known} && {known} <= ?known_until) }} ORDER BY ?thing"
        ).rows
        for thing, *days in rows:
            certainty, standing, review, first, last = (v.value if v else "" for v in days)
            found[_iri(thing)] = (certainty, standing, review, first, last)
    return found


def links(
    engine: Engine, things: Iterable[str], properties: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Give what points to some things by some properties, as subject, property and thing."""
    for part in parts(things):
        rows = engine.select(
            f"{_PREFIXES}SELECT DISTINCT ?subject ?property ?thing WHERE {{ "
            f"VALUES ?thing {{ {part} }} ?subject ?property ?thing "
            f"FILTER (?property IN ({', '.join(properties)})) }} ORDER BY ?thing ?subject ?property"
        ).rows
        for subject, name, thing in rows:
            yield _iri(subject), _iri(name), _iri(thing)


def labels(engine: Engine, things: Iterable[str], *properties: str) -> dict[str, str]:
    """Give each thing's English label, else any; without a property, ``rdfs:label`` and such."""
    found = called(engine, things, *properties)
    return {thing: label.value for thing, label in found.items()}


def called(
    engine: Engine, things: Iterable[str], *properties: str, language: str = "en"
) -> dict[str, Literal]:
    """Give each thing's label in a language, else the English one, else any.

    The label says its own language, which a page has to tell when it is not that of the reader.
    """
    names = ", ".join(properties or ("rdfs:label", "skos:prefLabel"))
    found: dict[str, tuple[int, str, Literal]] = {}
    for part in parts(things):
        rows = engine.select(
            f"{_PREFIXES}SELECT DISTINCT ?thing ?label WHERE {{ VALUES ?thing {{ {part} }} "
            f"?thing ?property ?label FILTER (?property IN ({names})) }} ORDER BY ?thing ?label"
        ).rows
        for thing, label in rows:
            if isinstance(label, Literal):
                rank = -1 if label.language == language else label_rank(label)
                best = found.get(_iri(thing))
                if best is None or (rank, label.value) < best[:2]:
                    found[_iri(thing)] = rank, label.value, label
    return {thing: label for thing, (_, _, label) in found.items()}


def label_rank(label: Literal) -> int:
    """Order labels: English, without a language, any other."""
    return {"en": 0, None: 1}.get(label.language, 2)


def refuse_unknown(engine: Engine, things: Iterable[str]) -> None:
    """Refuse IRIs that the graph does not have: a slip must not look like an empty answer.

    Raises:
        UnknownName: with the names that are near.
    """
    wanted = set(things)
    for thing in sorted(wanted - set(statements(engine, wanted))):
        raise unknown(engine, thing)


def unknown(engine: Engine, iri: str) -> UnknownName:
    """Make the error for a thing that the graph does not have, with the names that are near."""
    name = compact(iri)
    start = iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]
    refusal = "a prefix and a name, as actor:nato"
    if start in _UNSPOKEN or not start:
        return UnknownName(f"the graph has no '{name}'", expected=refusal)
    rows = engine.select(
        # What has a class: looking through all that is said takes twenty seconds.
        "SELECT DISTINCT ?subject WHERE { "
        "?subject <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ?class "
        f"FILTER (STRSTARTS(STR(?subject), {Literal(start)})) }} ORDER BY ?subject"
    ).rows
    near = did_you_mean(name, (compact(_iri(row[0])) for row in rows))
    return UnknownName(f"the graph has no '{name}'", expected=near or refusal)


def parts(iris: Iterable[str]) -> Iterator[str]:
    """Give names as terms for a VALUES row, as many at once as any endpoint takes."""
    ordered = sorted(set(iris))
    for start in range(0, len(ordered), _AT_ONCE):
        yield " ".join(map(_term, ordered[start : start + _AT_ONCE]))


def _term(iri: str) -> str:
    return str(_node(iri))


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise UnknownName(f"'{iri}' is not an IRI", expected="a name as actor:nato") from error


def _iri(value: Value) -> str:
    return value.value if value is not None else ""
