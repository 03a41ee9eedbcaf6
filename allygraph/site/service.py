"""The service about itself: what its endpoint can do, in SPARQL 1.1 Service Description.

Source: https://www.w3.org/TR/sparql11-service-description/. What is listed here is what the engine
does: tests ask it for each form and each function.
"""

import pyoxigraph as ox

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.names import BASE, LICENCE
from allygraph.site.asking import Answer, Ask
from allygraph.site.graphs import listing
from allygraph.site.rdf import FORMATS, Statements, document, linked

RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
    "TriG",
    "N-Quads",
)
_GEOSPARQL = "http://www.opengis.net/def/function/geosparql/"
_RELATIONS = {
    "sf": "Contains Crosses Disjoint Equals Intersects Overlaps Touches Within",
    "eh": "Contains CoveredBy Covers Disjoint Equals Inside Meet Overlap",
    "rcc8": "dc ec eq ntpp ntppi po tpp tppi",
}
_OTHERS = (
    "area asGeoJSON centroid convexHull difference dimension distance envelope getSRID "
    "intersection isEmpty length relate symDifference union"
)
FUNCTIONS = (
    *(_GEOSPARQL + kind + name for kind, names in _RELATIONS.items() for name in names.split()),
    *(_GEOSPARQL + name for name in _OTHERS.split()),
)
"""The functions beyond the standard that the engine has."""
_COMMENT = (
    "Read-only. The default graph is the union of all named graphs; FROM, FROM NAMED and the "
    "fields default-graph-uri and named-graph-uri choose others. Triple terms and directional "
    "strings of RDF 1.2 are read and written. Relative IRIs count from "
    f"{BASE}. SERVICE and updates are refused. An answer that is "
    "cut at the cap of rows says so in the header X-Truncated."
)


def describe(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the service description."""
    told = Statements()
    service = f"{ask.base}sparql"
    told.add(
        service,
        ("rdf:type", "sd:Service"),
        ("sd:endpoint", service),
        ("sd:supportedLanguage", "sd:SPARQL11Query"),
        ("sd:feature", "sd:UnionDefaultGraph"),
        ("sd:defaultEntailmentRegime", "http://www.w3.org/ns/entailment/Simple"),
        ("sd:defaultDataset", f"{service}#dataset"),
        ("sd:availableGraphs", f"{service}#dataset"),
        ("rdfs:comment", ox.Literal(_COMMENT, language="en")),
        ("dcterms:license", LICENCE),
        ("dcat:servesDataset", f"{BASE}dataset"),
        ("rdfs:seeAlso", f"{ask.base}.well-known/void"),
        *(("sd:resultFormat", FORMATS + name) for name in RESULT_FORMATS),
        *(("sd:extensionFunction", name) for name in FUNCTIONS),
    )
    for name in FUNCTIONS:
        told.add(name, ("rdf:type", "sd:Function"))
    return linked(document([*told.quads, *listing(engine, ask.base)], ask.form), ask)
