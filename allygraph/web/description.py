"""Description: what the endpoint can do, for programs.

Source: https://www.w3.org/TR/sparql11-service-description/. The description is made of fixed
terms and the address under which the service was asked; no store is read.
"""

import pyoxigraph as ox

from allygraph.names import PREFIXES

_SD = PREFIXES["sd"]
_FORMATS = "http://www.w3.org/ns/formats/"
_RDF_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_RESULTS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)


def service(base: str, form: str) -> bytes:
    """Describe the endpoint.

    Args:
        base: address of the service, ending in a slash; one that is no IRI is left out.
        form: ``turtle``, ``ntriples``, ``rdfxml`` or ``jsonld``.
    """
    try:
        endpoint = ox.NamedNode(f"{base}sparql")
    except ValueError:
        endpoint = ox.NamedNode("http://localhost/sparql")
    dataset = ox.NamedNode(f"{endpoint.value}#dataset")
    default = ox.NamedNode(f"{endpoint.value}#default-graph")
    kind = ox.NamedNode(f"{PREFIXES['rdf']}type")
    triples = [
        ox.Triple(endpoint, kind, _term("Service")),
        ox.Triple(endpoint, _term("endpoint"), endpoint),
        ox.Triple(endpoint, _term("supportedLanguage"), _term("SPARQL11Query")),
        ox.Triple(endpoint, _term("feature"), _term("UnionDefaultGraph")),
        ox.Triple(endpoint, _term("defaultDataset"), dataset),
        ox.Triple(dataset, kind, _term("Dataset")),
        ox.Triple(dataset, _term("defaultGraph"), default),
        ox.Triple(default, kind, _term("Graph")),
    ]
    for name in _RESULTS:
        triples.append(ox.Triple(endpoint, _term("resultFormat"), ox.NamedNode(_FORMATS + name)))
    prefixes = {"sd": _SD, "formats": _FORMATS}
    return bytes(ox.serialize(triples, format=_RDF_FORMATS[form], prefixes=prefixes) or b"")


def _term(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)
