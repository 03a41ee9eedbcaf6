"""Prefixes of queries: what ``sh:prefixes`` and ``sh:declare`` say in the shapes graph."""

from pyoxigraph import BlankNode, Literal, NamedNode

from allygraph.shacl.errors import IllFormedShapes
from allygraph.shacl.model import Node, Term
from allygraph.shacl.names import sh
from allygraph.shacl.triples import Triples

_IMPORTS = NamedNode("http://www.w3.org/2002/07/owl#imports")
# rdflib, and so pySHACL, knows these without a declaration, and shapes in the wild rely on it.
KNOWN = {
    "brick": "https://brickschema.org/schema/Brick#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcam": "http://purl.org/dc/dcam/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcmitype": "http://purl.org/dc/dcmitype/",
    "dcterms": "http://purl.org/dc/terms/",
    "doap": "http://usefulinc.com/ns/doap#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prof": "http://www.w3.org/ns/dx/prof/",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sosa": "http://www.w3.org/ns/sosa/",
    "ssn": "http://www.w3.org/ns/ssn/",
    "time": "http://www.w3.org/2006/time#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "wgs": "https://www.w3.org/2003/01/geo/wgs84_pos#",
    "xml": "http://www.w3.org/XML/1998/namespace",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def prefixes(triples: Triples, query: Term, shape: Node) -> dict[str, str]:
    """Give the namespaces by prefix that a query may use.

    Declarations count where ``sh:prefixes`` points, and where that node leads by ``owl:imports``
    within the shapes graph; nothing is fetched.

    Raises:
        IllFormedShapes: a declaration is incomplete, or two give one prefix two meanings.
    """
    found: dict[str, str] = {}
    waiting, seen = list(triples.objects(query, sh("prefixes"))), set[Term]()
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        waiting += triples.objects(node, _IMPORTS)
        for declaration in triples.objects(node, sh("declare")):
            prefix, namespace = _declared(triples, declaration, shape)
            if found.setdefault(prefix, namespace) != namespace:
                raise IllFormedShapes(
                    shape, f"the prefix '{prefix}:' is declared with two meanings"
                )
    return KNOWN | found


def _declared(triples: Triples, declaration: Term, shape: Node) -> tuple[str, str]:
    names = triples.objects(declaration, sh("prefix"))
    namespaces = triples.objects(declaration, sh("namespace"))
    if len(names) != 1 or len(namespaces) != 1:
        raise IllFormedShapes(shape, "a sh:declare has one sh:prefix and one sh:namespace")
    name, namespace = names[0], namespaces[0]
    if not isinstance(name, Literal) or isinstance(namespace, BlankNode):
        raise IllFormedShapes(shape, "sh:prefix is a text, and sh:namespace an address")
    return name.value, namespace.value
