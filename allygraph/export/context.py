"""The JSON-LD context, made from the ontology so that it cannot say anything else.

Our terms go by their local names (``affirms``), foreign ones by prefix and name (``rdfs:label``),
which no later vocabulary can clash with. Things keep their whole IRIs: the prefix ``place:`` and
the term ``place`` could not both be keys. What a value is comes from the ontology (object
properties, ranges) and, for days, from the datatypes of the shapes, since OWL 2 has no
``xsd:date``. A link of ours read backwards goes by its reverse label (``memberships`` of a member).
Source: https://www.w3.org/TR/json-ld11/.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from allygraph.errors import UnreadableFile
from allygraph.names import ALLY, BASE, KINDS_OF_THING, PREFIXES, compact, expand
from allygraph.resources import ontology_files, root, shape_files

ADDRESS = f"{BASE}context.jsonld"
"""Where the context is published; the file is ``ontology/context.jsonld``."""

Context = dict[str, Any]

_FILE = Path("ontology", "context.jsonld")
_KEYWORDS = {"id": "@id", "type": "@type", "included": "@included"}
_LANGUAGE = frozenset(
    expand(name)
    for name in (
        "dcterms:title",
        "rdfs:comment",
        "rdfs:label",
        "skos:altLabel",
        "skos:definition",
        "skos:example",
        "skos:note",
        "skos:prefLabel",
        "skos:scopeNote",
    )
)
_LABEL = expand("rdfs:label")
_REVERSE_LABEL = expand("ally:reverseLabel")
_LANG_STRING = expand("rdf:langString")
_STRING = expand("xsd:string")


def published(folder: Path | None = None) -> Context:
    """Read the context that stands beside the ontology.

    Raises:
        UnreadableFile: it is missing or not JSON.
    """
    path = (folder or root()) / _FILE
    try:
        context: Context = json.loads(path.read_text(encoding="utf-8"))["@context"]
    except (OSError, ValueError, KeyError) as error:
        raise UnreadableFile(
            f"the JSON-LD context cannot be read: {error}",
            expected="the output of: ally export --context",
            place=str(path),
        ) from error
    return context


def generate(folder: Path) -> Context:
    """Make the context from the ontology and the shapes below a root."""
    quads: list[Quad] = []
    for path in [*ontology_files(folder), *shape_files(folder)]:
        quads += parse(path=path, format=RdfFormat.TURTLE)
    prefixes = {
        prefix: namespace for prefix, namespace in PREFIXES.items() if prefix not in KINDS_OF_THING
    }
    return {"@version": 1.1, **prefixes, **_KEYWORDS, **_terms(quads)}


def render(context: Context) -> str:
    """Write a context as a file: one entry a line, so that a new term is a new line."""
    entries = [
        f"    {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in context.items()
    ]
    return '{\n  "@context": {\n' + ",\n".join(entries) + "\n  }\n}\n"


def _terms(quads: Iterable[Quad]) -> Context:
    types: dict[str, set[str]] = {}
    datatypes: dict[str, set[str]] = {}
    paths: dict[str, str] = {}
    shaped: dict[str, str] = {}
    for quad in quads:
        subject, value = quad.subject, quad.object
        if not (isinstance(subject, NamedNode) and isinstance(value, NamedNode)):
            continue
        name = quad.predicate.value
        if name == expand("rdf:type"):
            types.setdefault(subject.value, set()).add(value.value)
        elif name == expand("rdfs:range"):
            datatypes.setdefault(subject.value, set()).add(value.value)
        elif name == expand("sh:path"):
            paths[subject.value] = value.value
        elif name == expand("sh:datatype"):
            shaped[subject.value] = value.value
    for shape, kind in shaped.items():
        if shape in paths:
            datatypes.setdefault(paths[shape], set()).add(kind)
    # RDFS is built into OWL, so the ontology declares none of its terms.
    types.setdefault(_LABEL, set()).add(expand("owl:AnnotationProperty"))
    found = {
        key: entry
        for iri in types
        for key, entry in _entry(iri, types[iri], datatypes.get(iri, set()))
    }
    backwards = {key: entry for key, entry in _backwards(quads) if key not in found}
    return dict(sorted({**found, **backwards}.items()))


def _backwards(quads: Iterable[Quad]) -> Iterator[tuple[str, Any]]:
    """Give a term for each link read from its object: its English reverse label as one word.

    Values are always a list, and always nodes.

    >>> label = Literal("affirmed by", language="en")
    >>> said = Quad(NamedNode(f"{ALLY}affirms"), NamedNode(_REVERSE_LABEL), label)
    >>> next(_backwards([said]))
    ('affirmedBy', {'@reverse': 'ally:affirms', '@type': '@id', '@container': '@set'})
    """
    for quad in quads:
        label = quad.object
        if quad.predicate.value != _REVERSE_LABEL or not isinstance(label, Literal):
            continue
        if label.language == "en":
            first, *more = re.findall(r"\w+", label.value)
            key = first.lower() + "".join(word.capitalize() for word in more)
            name = compact(quad.subject.value)  # type: ignore[union-attr]
            yield key, {"@reverse": name, "@type": "@id", "@container": "@set"}


def _entry(iri: str, types: set[str], datatypes: set[str]) -> list[tuple[str, Any]]:
    """Give the entry of a term, or none: foreign terms need one only where a value has a type."""
    ours = iri.startswith(ALLY)
    name = compact(iri)
    if name == iri or name.partition(":")[0] in KINDS_OF_THING:
        return []
    key = iri.removeprefix(ALLY) if ours else name
    if expand("owl:Class") in types:
        return [(key, name)] if ours else []
    if not types & _properties():
        return []
    coercion = _coercion(iri, types, datatypes)
    if coercion:
        return [(key, {"@id": name, **coercion})]
    return [(key, name)] if ours else []


def _coercion(iri: str, types: set[str], datatypes: set[str]) -> dict[str, str]:
    if expand("owl:ObjectProperty") in types:
        return {"@type": "@id"}
    if iri in _LANGUAGE or datatypes == {_LANG_STRING}:
        return {"@container": "@language"}
    if len(datatypes) == 1 and expand("owl:DatatypeProperty") in types:
        (kind,) = datatypes
        return {} if kind == _STRING else {"@type": compact(kind)}
    return {}


@cache
def _properties() -> frozenset[str]:
    names = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
    return frozenset(expand(f"owl:{name}") for name in names)
