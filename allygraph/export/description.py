"""The description of the dataset in VoID and DCAT: what it is, how much, under which licence.

Every number is counted from the quads that are described; version, licence and citation are those
of the ontology's header. No clock: the day of the dataset is the latest day on which one of its
claims became known. Source: https://www.w3.org/TR/void/ and https://www.w3.org/TR/vocab-dcat-3/.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from allygraph.export.context import ADDRESS
from allygraph.export.facts import Facts
from allygraph.names import ALLY, BASE, compact, expand

DATASET = f"{BASE}dataset"
_ONTOLOGY = ALLY.rstrip("#")
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
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

Statement = tuple[str, str, NamedNode | Literal]


def description(facts: Facts, forms: Sequence[str]) -> list[Quad]:
    """Give the description of a graph and of its distributions, one for each format."""
    statements = [
        *_dataset(facts),
        *_numbers(facts),
        *_classes(facts),
        *_links(facts),
        *(statement for form in forms for statement in _distribution(form)),
    ]
    return [
        Quad(NamedNode(subject), NamedNode(expand(name)), value, DefaultGraph())
        for subject, name, value in statements
    ]


def _dataset(facts: Facts) -> Iterable[Statement]:
    yield from _about(
        DATASET,
        ("rdf:type", _iri("void:Dataset")),
        ("rdf:type", _iri("dcat:Dataset")),
        ("dcterms:title", Literal("Allygraph: alliances with their evidence", language="en")),
        ("dcterms:description", Literal(_TEXT, language="en")),
        ("dcterms:license", NamedNode(_LICENCE)),
        ("dcterms:conformsTo", NamedNode(_ONTOLOGY)),
        ("foaf:homepage", NamedNode(BASE)),
        ("dcat:landingPage", NamedNode(BASE)),
        ("void:uriSpace", Literal(BASE)),
        ("void:vocabulary", NamedNode(_ONTOLOGY)),
        ("dcterms:relation", NamedNode(ADDRESS)),
    )
    for name in ("dcterms:publisher", "dcterms:creator"):
        for _, value in sorted(p for p in facts.pairs(name) if p[0] == _ONTOLOGY):
            yield DATASET, name, NamedNode(value)
    if version := facts.value(_ONTOLOGY, "owl:versionInfo"):
        yield DATASET, "dcat:version", Literal(version)
    if known := [day for claim in facts.instances("ally:Claim") if (day := _known(facts, claim))]:
        yield DATASET, "dcterms:modified", _day(max(known))
    for local in _SHOWN:
        if BASE + local in facts.of:
            yield DATASET, "void:exampleResource", NamedNode(BASE + local)


def _numbers(facts: Facts) -> Iterable[Statement]:
    triples = {quad.triple for quad in facts.quads}
    types = {quad.object for quad in facts.quads if compact(quad.predicate.value) == "rdf:type"}
    nodes = {t.object for t in triples if not isinstance(t.object, Literal)}
    counts = {
        "void:triples": len(triples),
        "void:entities": sum(1 for subject in facts.of if subject.startswith(BASE)),
        "void:distinctSubjects": len({triple.subject for triple in triples}),
        "void:distinctObjects": len({t.object for t in triples if isinstance(t.object, Literal)})
        + len(nodes),
        "void:properties": len({triple.predicate for triple in triples}),
        "void:classes": len({kind for kind in types if not isinstance(kind, BlankNode)}),
    }
    return [(DATASET, name, _number(count)) for name, count in counts.items()]


def _classes(facts: Facts) -> Iterable[Statement]:
    """Give one partition for each of our classes that has instances."""
    instances = {pair for pair in facts.pairs("rdf:type") if pair[1].startswith(ALLY)}
    for kind, count in sorted(Counter(kind for _, kind in instances).items()):
        part = f"{DATASET}/class/{kind.removeprefix(ALLY)}"
        yield DATASET, "void:classPartition", NamedNode(part)
        yield from _about(
            part,
            ("rdf:type", _iri("void:Dataset")),
            ("void:class", NamedNode(kind)),
            ("void:entities", _number(count)),
        )


def _links(facts: Facts) -> Iterable[Statement]:
    """Give the links to Wikidata as a linkset."""
    count = sum(1 for _, value in facts.pairs("schema:sameAs") if value.startswith(expand("wd:")))
    if not count:
        return
    links = f"{DATASET}/links/wikidata"
    yield DATASET, "void:subset", NamedNode(links)
    yield from _about(
        links,
        ("rdf:type", _iri("void:Linkset")),
        ("void:linkPredicate", _iri("schema:sameAs")),
        ("void:subjectsTarget", NamedNode(DATASET)),
        ("void:objectsTarget", NamedNode("http://www.wikidata.org/")),
        ("void:triples", _number(count)),
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
        ("dcterms:license", NamedNode(_LICENCE)),
        ("dcat:accessURL", NamedNode(BASE)),
        (
            "dcat:mediaType",
            NamedNode(f"https://www.iana.org/assignments/media-types/{media}"),
        ),
    )


def _about(subject: str, *pairs: tuple[str, NamedNode | Literal]) -> Iterable[Statement]:
    return [(subject, name, value) for name, value in pairs]


def _known(facts: Facts, claim: str) -> str | None:
    return facts.value(claim, "ally:knownSince")


def _iri(name: str) -> NamedNode:
    return NamedNode(expand(name))


def _number(count: int) -> Literal:
    return Literal(str(count), datatype=_iri("xsd:integer"))


def _day(day: str) -> Literal:
    return Literal(day, datatype=_iri("xsd:date"))
