"""The language that a file declares for its texts, if it declares one.

A file speaks of itself in a head comment (``# language: en``), or by ``dcterms:language`` of the
document itself or of the one ontology, dataset or concept scheme that it describes. What other
texts of the file are tagged with is no declaration, and the language of a source is not that of
the file which describes the source.
"""

import re
from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from allygraph.names import PREFIXES, expand

_TYPE = expand("rdf:type")
_SAYS = frozenset(
    {
        expand("dcterms:language"),
        "http://purl.org/dc/elements/1.1/language",
        f"{PREFIXES['schema']}inLanguage",
        "http://schema.org/inLanguage",
    }
)
_WHOLES = frozenset(
    {
        expand("owl:Ontology"),
        expand("skos:ConceptScheme"),
        "http://rdfs.org/ns/void#Dataset",
        "http://www.w3.org/ns/dcat#Dataset",
    }
)
_TAG = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*"
_COMMENT = re.compile(rf'#+\s*(?:dcterms:)?language:?\s+"?({_TAG})"?\s*\.?\s*', re.IGNORECASE)


def find_language(text: str, quads: Iterable[Quad], base: str | None) -> str | None:
    """Give the language tag that a file declares, or None where it declares none or several.

    Args:
        text: the file.
        quads: what it says.
        base: the IRI of the file, as relative IRIs were read.

    >>> find_language("# Names of ships\\n# language: fr\\n", [], None)
    'fr'
    """
    said = set(_in_head(text))
    wholes: set[NamedNode | BlankNode] = set()
    tags: dict[object, set[str]] = {}
    for quad in quads:
        subject, value = quad.subject, quad.object
        if quad.predicate.value in _SAYS and isinstance(value, Literal):
            tags.setdefault(subject, set()).add(value.value)
        elif (
            quad.predicate.value == _TYPE
            and isinstance(value, NamedNode)
            and value.value in _WHOLES
            and isinstance(subject, NamedNode | BlankNode)
        ):
            wholes.add(subject)
    if len(wholes) == 1:
        said |= tags.get(next(iter(wholes)), set())
    if base is not None:
        said |= tags.get(NamedNode(base), set())
    known = {tag.casefold(): tag for tag in sorted(said) if re.fullmatch(_TAG, tag)}
    return known.popitem()[1] if len(known) == 1 else None


def _in_head(text: str) -> Iterable[str]:
    for line in text.split("\n"):
        if not line.startswith("#"):
            return
        if match := _COMMENT.fullmatch(line.rstrip("\r")):
            yield match[1]
