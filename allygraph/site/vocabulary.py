"""The vocabulary: every class and property with its documentation, for people and as RDF.

The page says what the files say: definition, examples, domain and range, the shapes that judge a
term and the rules that derive it. The ontology is the graphs of ``ontology/*.ttl``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import UnknownName
from allygraph.names import ALLY, BASE, PREFIXES, compact, expand
from allygraph.resources import root, rule_files
from allygraph.site.asking import Answer, Ask
from allygraph.site.documents import as_document
from allygraph.site.pages import page
from allygraph.site.shapes import bearing_on
from allygraph.site.signposting import FORMS

ONTOLOGY = f"{BASE}ns"
_GRAPHS = f"{PREFIXES['graph']}ontology/"
_CLASS, _LABEL = expand("owl:Class"), expand("rdfs:label")
_KINDS = {
    expand("owl:Class"): "class",
    expand("owl:ObjectProperty"): "object",
    expand("owl:DatatypeProperty"): "datatype",
    expand("owl:AnnotationProperty"): "annotation",
}
_WORD = re.compile(r"\bally:([A-Za-z]\w*)")


@dataclass(frozen=True)
class Term:
    """A class or property: its IRI and anchor, and what is said of it, in lists of values.

    Args:
        iri: whole.
        name: after the ``#``.
        kind: class, object, datatype or annotation.
        said: property to values, both as the graph has them.
        below: what names this term as the one above, sorted.
        uses: of a class: the properties that have it as domain.
        shapes: short names without the prefix.
        rules: names of the files that derive by it.
    """

    iri: str
    name: str
    kind: str
    said: dict[str, tuple[NamedNode | Literal, ...]]
    below: tuple[str, ...]
    uses: tuple[str, ...]
    shapes: tuple[str, ...]
    rules: tuple[str, ...]

    def of(self, name: str) -> tuple[NamedNode | Literal, ...]:
        """Give the values of a property by its short name; whole IRIs before texts."""
        return self.said.get(expand(name), ())


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the vocabulary: a page, or the ontology in a format of RDF.

    Raises:
        UnknownName: the address names a version that is not this one.
    """
    _check_version(engine, ask.path)
    if ask.form != "html":
        return as_document(ontology(engine), ask.form)
    terms = _terms(engine)
    answer = page(
        engine,
        ask,
        "vocabulary.html",
        mentions=[ONTOLOGY, *_mentioned(terms)],
        about=_said(engine, ONTOLOGY),
        ontology=ONTOLOGY,
        sections=[
            (kind, [term for term in terms if term.kind == kind]) for kind in _KINDS.values()
        ],
        rules=_rules(),
        prefix=ALLY,
        short=compact,
        known={term.iri for term in terms},
        is_iri=lambda value: isinstance(value, NamedNode),
        formats=(*FORMS, "csv"),
    )
    return answer


def ontology(engine: OxigraphEngine) -> list[Quad]:
    """Give the quads of the ontology's own files; kinds have addresses of their own."""
    graphs = {
        graph.value
        for graph in engine.store.named_graphs()
        if graph.value.startswith(_GRAPHS) and "/" not in graph.value.removeprefix(_GRAPHS)
    }
    return [
        quad
        for graph in sorted(graphs)
        for quad in engine.store.quads_for_pattern(None, None, None, NamedNode(graph))
    ]


def _check_version(engine: OxigraphEngine, path: str) -> None:
    version = path.removeprefix("ns").removeprefix("/")
    told = _said(engine, ONTOLOGY).get(expand("owl:versionInfo"), ())
    if version and version not in {value.value for value in told}:
        known = ", ".join(f"ns/{value.value}" for value in told)
        raise UnknownName(f"there is no '{path}' here", expected=f"ns, {known}")


@lru_cache(maxsize=2)
def _terms(engine: OxigraphEngine) -> tuple[Term, ...]:
    """Read all terms of ours, by name."""
    store = engine.store
    kinds = {
        quad.subject.value: kind
        for iri, kind in _KINDS.items()
        for quad in store.quads_for_pattern(None, NamedNode(expand("rdf:type")), NamedNode(iri))
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(ALLY)
    }
    rules = _words_of_rules()
    return tuple(_term(engine, iri, kinds[iri], rules) for iri in sorted(kinds, key=str.lower))


def _term(engine: OxigraphEngine, iri: str, kind: str, rules: dict[str, set[str]]) -> Term:
    name = iri.removeprefix(ALLY)
    above = ("rdfs:subClassOf", "rdfs:subPropertyOf")
    return Term(
        iri,
        name,
        kind,
        _said(engine, iri),
        tuple(_pointing(engine, above, iri)),
        tuple(_pointing(engine, ("rdfs:domain",), iri)),
        bearing_on(iri),
        tuple(sorted(file for file, words in rules.items() if name in words)),
    )


def _said(engine: OxigraphEngine, iri: str) -> dict[str, tuple[NamedNode | Literal, ...]]:
    """Give what is said of a term; its anonymous classes stand in the RDF alone."""
    found: dict[str, set[NamedNode | Literal]] = {}
    for quad in engine.store.quads_for_pattern(NamedNode(iri), None, None, None):
        if isinstance(quad.object, NamedNode | Literal):
            found.setdefault(quad.predicate.value, set()).add(quad.object)
    return {name: tuple(sorted(values, key=str)) for name, values in found.items()}


def _pointing(engine: OxigraphEngine, properties: Iterable[str], iri: str) -> list[str]:
    return sorted(
        {
            quad.subject.value
            for name in properties
            for quad in engine.store.quads_for_pattern(
                None, NamedNode(expand(name)), NamedNode(iri), None
            )
            if isinstance(quad.subject, NamedNode)
        }
    )


def _mentioned(terms: Iterable[Term]) -> Iterator[str]:
    for term in terms:
        yield term.iri
        for values in term.said.values():
            yield from (value.value for value in values if isinstance(value, NamedNode))


def _rules() -> dict[str, str]:
    """Give the rules by which the graph is extended: name of the file to its text."""
    return {path.stem: path.read_text(encoding="utf-8") for path in _rule_paths()}


def _rule_paths() -> list[Path]:
    return rule_files(root())


@lru_cache(maxsize=1)
def _words_of_rules() -> dict[str, set[str]]:
    return {name: set(_WORD.findall(text)) for name, text in _rules().items()}
