"""The description of the dataset in VoID and DCAT: what it is, how much, under which licence.

Every number is counted by the engine in the graph that is described; version, licence and citation
are those of the ontology's header. No clock: the day of the dataset is the latest day on which one
of its claims became known. Source: https://www.w3.org/TR/void/ and
https://www.w3.org/TR/vocab-dcat-3/.
"""

from collections.abc import Iterable, Sequence

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.export.context import ADDRESS
from allygraph.names import ALLY, BASE, LICENCE, PREFIXES, expand

DATASET = f"{BASE}dataset"
_ONTOLOGY = ALLY.rstrip("#")
_MEDIA = {
    "jsonld": ("application/ld+json", "JSON-LD"),
    "nq": ("application/n-quads", "N-Quads"),
    "nt": ("application/n-triples", "N-Triples"),
    "rdfxml": ("application/rdf+xml", "RDF/XML"),
    "trig": ("application/trig", "TriG"),
    "turtle": ("text/turtle", "Turtle"),
}
_SHOWN = ("actor/nato", "actor/japan", "proposal/nato-tokyo-office")
_TEXT = (
    "States, alliances, their memberships, partnerships, offices and positions. Every "
    "relationship carries the claims that show it, with quote, speaker, source and two clocks: "
    "when it holds in the world, and when it was known."
)

_COUNTS = """
SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
  (COUNT(DISTINCT ?p) AS ?properties)
WHERE { ?s ?p ?o }
"""
_TYPES = """
SELECT ?kind (COUNT(DISTINCT ?thing) AS ?things) WHERE { ?thing a ?kind } GROUP BY ?kind
"""
_LATEST = """
SELECT (MAX(?since) AS ?latest)
WHERE { ?claim a/rdfs:subClassOf* ally:Claim ; ally:knownSince ?since }
"""
_LINKS = """
SELECT (COUNT(DISTINCT ?thing) AS ?things)
WHERE { ?thing schema:sameAs ?link FILTER(STRSTARTS(STR(?link), STR(wd:))) }
"""

Statement = tuple[str, str, NamedNode | Literal]


def description(engine: OxigraphEngine, forms: Sequence[str]) -> list[Quad]:
    """Give the description of a graph and of its distributions, one for each format."""
    types = {str(row[0]): int(str(row[1])) for row in _rows(engine, _TYPES)}
    statements = [
        *_dataset(engine),
        *_numbers(engine, types),
        *_classes(types),
        *_links(engine),
        *(statement for form in forms for statement in _distribution(form)),
    ]
    return [
        Quad(NamedNode(subject), NamedNode(expand(name)), value, DefaultGraph())
        for subject, name, value in statements
    ]


def _dataset(engine: OxigraphEngine) -> Iterable[Statement]:
    yield from _about(
        DATASET,
        ("rdf:type", _iri("void:Dataset")),
        ("rdf:type", _iri("dcat:Dataset")),
        ("dcterms:title", Literal("Allygraph: alliances with their evidence", language="en")),
        ("dcterms:description", Literal(_TEXT, language="en")),
        ("dcterms:license", NamedNode(LICENCE)),
        ("dcterms:conformsTo", NamedNode(_ONTOLOGY)),
        ("foaf:homepage", NamedNode(BASE)),
        ("dcat:landingPage", NamedNode(BASE)),
        ("void:uriSpace", Literal(BASE)),
        ("void:vocabulary", NamedNode(_ONTOLOGY)),
        ("dcterms:relation", NamedNode(ADDRESS)),
    )
    for name in ("dcterms:publisher", "dcterms:creator"):
        for value in sorted(_values(engine, _ONTOLOGY, name)):
            yield DATASET, name, NamedNode(value)
    for version in _values(engine, _ONTOLOGY, "owl:versionInfo")[:1]:
        yield DATASET, "dcat:version", Literal(version)
    for (latest,) in _rows(engine, _LATEST):
        if latest is not None:
            yield DATASET, "dcterms:modified", Literal(str(latest), datatype=_iri("xsd:date"))
    for local in _SHOWN:
        if next(engine.store.quads_for_pattern(NamedNode(BASE + local), None, None), None):
            yield DATASET, "void:exampleResource", NamedNode(BASE + local)


def _numbers(engine: OxigraphEngine, types: dict[str, int]) -> Iterable[Statement]:
    ((triples, subjects, objects, properties),) = _rows(engine, _COUNTS)
    counts = {
        "void:triples": triples,
        "void:entities": _entities(engine),
        "void:distinctSubjects": subjects,
        "void:distinctObjects": objects,
        "void:properties": properties,
        "void:classes": sum(1 for kind in types if not kind.startswith("_:")),
    }
    return [(DATASET, name, _number(int(str(count)))) for name, count in counts.items()]


def _entities(engine: OxigraphEngine) -> int:
    """Count what has an IRI of ours; text functions of the engine would take four times as long."""
    things = engine.select("SELECT DISTINCT ?thing WHERE { ?thing ?p ?o }")
    return sum(1 for (thing,) in things.rows if str(_text(thing)).startswith(BASE))


def _classes(types: dict[str, int]) -> Iterable[Statement]:
    """Give one partition for each of our classes that has instances."""
    for kind, count in sorted(types.items()):
        if not kind.startswith(ALLY):
            continue
        part = f"{DATASET}/class/{kind.removeprefix(ALLY)}"
        yield DATASET, "void:classPartition", NamedNode(part)
        yield from _about(
            part,
            ("rdf:type", _iri("void:Dataset")),
            ("void:class", NamedNode(kind)),
            ("void:entities", _number(count)),
        )


def _links(engine: OxigraphEngine) -> Iterable[Statement]:
    """Give the links to Wikidata as a linkset."""
    ((count,),) = _rows(engine, _LINKS)
    if not int(str(count)):
        return
    links = f"{DATASET}/links/wikidata"
    yield DATASET, "void:subset", NamedNode(links)
    yield from _about(
        links,
        ("rdf:type", _iri("void:Linkset")),
        ("void:linkPredicate", _iri("schema:sameAs")),
        ("void:subjectsTarget", NamedNode(DATASET)),
        ("void:objectsTarget", NamedNode("http://www.wikidata.org/")),
        ("void:triples", _number(int(str(count)))),
    )


def _distribution(form: str) -> Iterable[Statement]:
    media, label = _MEDIA[form]
    node = f"{DATASET}/distribution/{form}"
    yield DATASET, "dcat:distribution", NamedNode(node)
    yield from _about(
        node,
        ("rdf:type", _iri("dcat:Distribution")),
        ("dcterms:title", Literal(label, language="en")),
        ("dcterms:description", Literal(f"Made by: ally export -f {form}", language="en")),
        ("dcterms:license", NamedNode(LICENCE)),
        ("dcat:accessURL", NamedNode(BASE)),
        (
            "dcat:mediaType",
            NamedNode(f"https://www.iana.org/assignments/media-types/{media}"),
        ),
    )


def _about(subject: str, *pairs: tuple[str, NamedNode | Literal]) -> Iterable[Statement]:
    return [(subject, name, value) for name, value in pairs]


def _rows(engine: OxigraphEngine, query: str) -> list[tuple[str | None, ...]]:
    names = ("ally", "rdfs", "schema", "wd")
    head = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in names)
    return [tuple(map(_text, row)) for row in engine.select(head + query).rows]


def _values(engine: OxigraphEngine, subject: str, name: str) -> list[str]:
    return [
        str(value)
        for (value,) in _rows(engine, f"SELECT DISTINCT ?v {{ <{subject}> <{expand(name)}> ?v }}")
    ]


def _text(term: object) -> str | None:
    """Give the text of a term; a blank node keeps its mark."""
    if isinstance(term, NamedNode | Literal):
        return term.value
    return None if term is None else str(term)


def _iri(name: str) -> NamedNode:
    return NamedNode(expand(name))


def _number(count: int) -> Literal:
    return Literal(str(count), datatype=_iri("xsd:integer"))
