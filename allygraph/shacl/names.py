"""The words of SHACL and its neighbours, as terms."""

from pyoxigraph import NamedNode

_SH = "http://www.w3.org/ns/shacl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_XSD = "http://www.w3.org/2001/XMLSchema#"


def sh(name: str) -> NamedNode:
    """Give the term of SHACL that has this local name."""
    return NamedNode(_SH + name)


def xsd(name: str) -> NamedNode:
    """Give the datatype of XML Schema that has this local name."""
    return NamedNode(_XSD + name)


RDF_TYPE = NamedNode(_RDF + "type")
RDF_FIRST = NamedNode(_RDF + "first")
RDF_REST = NamedNode(_RDF + "rest")
RDF_NIL = NamedNode(_RDF + "nil")
RDF_LANG_STRING = NamedNode(_RDF + "langString")
RDFS_CLASS = NamedNode(_RDFS + "Class")
RDFS_SUBCLASS_OF = NamedNode(_RDFS + "subClassOf")
OWL_CLASS = NamedNode("http://www.w3.org/2002/07/owl#Class")
