"""The dataset about itself, in VoID and DCAT, with the addresses under which it is served."""

from functools import lru_cache

import pyoxigraph as ox

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import UnknownName
from allygraph.export import describe_dataset
from allygraph.export.description import DATASET
from allygraph.site.addresses import graph_address
from allygraph.site.asking import Answer, Ask
from allygraph.site.rdf import FORMATS, Statements, document, linked

_PLACES = (".well-known/void", "void")
_DUMPS = {"turtle": "Turtle", "ntriples": "N-Triples", "rdfxml": "RDF_XML", "jsonld": "JSON-LD"}
_DISTRIBUTIONS = {"turtle": "turtle", "ntriples": "nt", "rdfxml": "rdfxml", "jsonld": "jsonld"}


@lru_cache(maxsize=2)
def _counted(engine: OxigraphEngine) -> tuple[ox.Quad, ...]:
    return tuple(describe_dataset(engine.store))


def description(engine: OxigraphEngine, base: str) -> list[ox.Quad]:
    """Describe the dataset: what it is, how much, and where its endpoint and its dumps are.

    Args:
        engine: the graph; counted once.
        base: public address of the service, ending in a slash.
    """
    told = Statements()
    told.add(
        DATASET,
        ("void:sparqlEndpoint", f"{base}sparql"),
        ("rdfs:seeAlso", f"{base}q"),
        ("rdfs:seeAlso", f"{base}graphs"),
    )
    for form, name in _DUMPS.items():
        address = graph_address(base, form=form)
        told.add(DATASET, ("void:dataDump", address), ("void:feature", FORMATS + name))
        told.add(f"{DATASET}/distribution/{_DISTRIBUTIONS[form]}", ("dcat:downloadURL", address))
    told.add(
        f"{base}sparql",
        ("rdf:type", "dcat:DataService"),
        ("dcat:endpointURL", f"{base}sparql"),
        ("dcat:endpointDescription", f"{base}sparql?format=turtle"),
        ("dcat:servesDataset", DATASET),
    )
    return [*_counted(engine), *told.quads]


def void(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the description as a document that says what it is about.

    Raises:
        UnknownName: the address is none of those of the document.
    """
    if ask.path not in _PLACES:
        raise UnknownName(f"there is no '{ask.path}'", expected="void.ttl, .well-known/void")
    told = Statements()
    told.add(
        f"{ask.base}.well-known/void",
        ("rdf:type", "void:DatasetDescription"),
        ("foaf:primaryTopic", DATASET),
    )
    return linked(document([*told.quads, *description(engine, ask.base)], ask.form), ask)
