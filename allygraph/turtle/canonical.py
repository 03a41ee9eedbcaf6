"""The canonical form: one order of blocks, properties and values, so that a diff shows the change.

rdflib's ``longturtle`` gives the shape of a block. It orders subjects by how often they are
referred to, so one new link would move other blocks; here subjects stand by their IRI
(https://github.com/RDFLib/rdflib/issues/2880). Only prefixes in use are written.

Most texts are asked whether they are in the form already, and are: without blank nodes the writer
of exports gives the same bytes in a tenth of the time, so it is asked first (decision 0138).
"""

import io
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from allygraph.bridge import quiet_rdflib, rdflib_graph
from allygraph.errors import NotCanonical, UnreadableFile
from allygraph.names import PREFIXES, expand
from allygraph.positions.tokens import comments
from allygraph.turtle.blocks import FIRST_PROPERTIES, is_plain, turtle

if TYPE_CHECKING:
    from pyoxigraph import Literal, Quad
    from rdflib import Graph

# The serializer leaves these two blemishes where blank nodes stand.
# Of other datatypes rdflib may write another form than the one given.
_AS_WRITTEN = frozenset(
    map(expand, ("xsd:string", "rdf:langString", "xsd:anyURI", "xsd:date", "edtf:EDTF"))
)
_SPACE_BEFORE_BLANK_NODE = re.compile(r" +\n( *\[)")
_BLANK_SUBJECT = re.compile(r"^\[\] +", re.MULTILINE)


def canonical(text: str, *, place: str | None = None) -> str:
    """Give the canonical form of a Turtle text.

    The comment lines at the head are kept; any other comment would be lost and is refused.

    Raises:
        UnreadableFile: the text is not Turtle.
        NotCanonical: it has a comment beyond its head, or the form would change its meaning.
    """
    quads = _quads(text, place)
    if _is_written_so(text, quads):
        return text
    head = _head(text, place)
    with quiet_rdflib():
        body = write(rdflib_graph(quads, _prefixed_graph()))
    if _meaning(quads) != _meaning(_quads(body, place)):
        raise NotCanonical(
            "the canonical form would not mean the same",
            expected="literals in their plain form, such as true and 7 instead of '1' and '07'",
            place=place,
        )
    return head + body


def is_canonical(text: str, *, place: str | None = None) -> bool:
    """Tell whether a Turtle text is in canonical form; errors as in `canonical`."""
    return canonical(text, place=place) == text


def write(graph: "Graph") -> str:
    """Serialise an rdflib graph in canonical form, with the prefixes in use."""
    from rdflib import BNode

    serializer = _serializer_class()(graph)
    stream = io.BytesIO()
    blank = any(isinstance(node, BNode) for node in graph.subjects())
    serializer.serialize(stream, canon=blank)
    blocks = stream.getvalue().decode("utf-8").strip("\n")
    blocks = _SPACE_BEFORE_BLANK_NODE.sub(r"\n\1", blocks)
    blocks = _BLANK_SUBJECT.sub("[]\n    ", blocks)
    return blocks + "\n" if blocks else ""


def _is_written_so(text: str, quads: "list[Quad]") -> bool:
    """Tell whether the quick writer gives this very text; False tells nothing."""
    from pyoxigraph import BlankNode, Literal

    for quad in quads:
        value = quad.object
        if isinstance(quad.subject, BlankNode) or isinstance(value, BlankNode):
            return False
        if isinstance(value, Literal) and not _is_kept(value):
            return False
    lines = text.split("\n")
    count = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "\n".join([*lines[:count], turtle(quad.triple for quad in quads)]) == text


def _is_kept(literal: "Literal") -> bool:
    return literal.datatype.value in _AS_WRITTEN or is_plain(literal)


def _head(text: str, place: str | None) -> str:
    lines = text.split("\n")
    count = 0
    while count < len(lines) and lines[count].startswith("#"):
        count += 1
    for comment in comments(text):
        line = text.count("\n", 0, comment.start) + 1
        if line > count:
            raise NotCanonical(
                f"the comment '{comment.text}' would be lost",
                expected="a note as a triple (skos:editorialNote), or a line at the file's head",
                place=f"{place}:{line}" if place else f"line {line}",
            )
    return "".join(f"{line}\n" for line in lines[:count])


def _prefixed_graph() -> "Graph":
    from rdflib import Graph

    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, override=True, replace=True)
    return graph


def _quads(text: str, place: str | None) -> "list[Quad]":
    """Parse with pyoxigraph, which keeps literals as they are written, to compare meanings."""
    import pyoxigraph as ox

    try:
        return list(ox.parse(input=text, format=ox.RdfFormat.TURTLE))
    except SyntaxError as error:
        raise unreadable(error, place) from error


def _meaning(quads: "list[Quad]") -> object:
    import pyoxigraph as ox

    meaning = ox.Dataset(quads)
    meaning.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return meaning


def unreadable(error: SyntaxError, place: str | None) -> UnreadableFile:
    """Turn a parser's error into ours, with the line and column that it names."""
    where = place
    if place and error.lineno:
        where = f"{place}:{error.lineno}:{error.offset or 1}"
    return UnreadableFile(f"not Turtle: {error.msg}", expected="valid UTF-8 Turtle", place=where)


@cache
def _serializer_class() -> Any:
    from rdflib import OWL, RDF, URIRef
    from rdflib.plugins.serializers.longturtle import LongTurtleSerializer
    from rdflib.term import Node

    class HouseTurtle(LongTurtleSerializer):
        """Turtle in the one order that this repository keeps: ontology, then subjects by IRI."""

        predicateOrder = [URIRef(expand(name)) for name in FIRST_PROPERTIES]  # noqa: N815, RUF012
        roundtrip_prefixes = ()

        def get_pname(self, uri: Any, gen_prefix: bool = True) -> Any:
            # Each IRI is asked for several times wherever it stands; its name does not change.
            known: dict[Any, Any] = self.__dict__.setdefault("_known_names", {})
            if (uri, gen_prefix) not in known:
                known[uri, gen_prefix] = super().get_pname(uri, gen_prefix)  # type: ignore[no-untyped-call]
            return known[uri, gen_prefix]

        def startDocument(self) -> None:  # noqa: N802  the name is rdflib's
            for prefix, namespace in sorted(self.namespaces.items()):
                self.write(f"PREFIX {prefix}: <{namespace}>\n")

        def orderSubjects(self) -> list[Node]:  # noqa: N802  the name is rdflib's
            named = sorted(node for node in self._subjects if isinstance(node, URIRef))
            head = [node for node in named if (node, RDF.type, OWL.Ontology) in self.store]
            first = set(head)
            blank = set(self._subjects) - set(named)
            roots = sorted((node for node in blank if not self._references[node]), key=str)
            nested = sorted(blank.difference(roots), key=str)
            return head + [node for node in named if node not in first] + roots + nested

    return HouseTurtle
