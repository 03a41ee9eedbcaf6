"""The ontology: every term explained, every name declared, nothing that OWL 2 DL forbids."""

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from allygraph.graph import file_quads, source_quads
from allygraph.names import ALLY, PREFIXES, compact, expand
from allygraph.resources import ontology_files, query_files, shape_files

ROOT = Path(__file__).parent.parent
ONTOLOGY = list(source_quads(ROOT, ontology_files(ROOT)))
ALL = list(source_quads(ROOT))
ABOUT = defaultdict(lambda: defaultdict(list))
for quad in ONTOLOGY:
    ABOUT[str(quad.subject.value)][compact(quad.predicate.value)].append(quad.object)

TYPES = ("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty")
BUILT_IN = tuple(PREFIXES[name] for name in ("owl", "rdf", "rdfs", "xsd"))


def _names(subject, predicate):
    values = ABOUT[subject][predicate]
    return [compact(value.value) for value in values if isinstance(value, NamedNode)]


def _of_type(*types):
    return sorted(term for term in list(ABOUT) if set(types) & set(_names(term, "rdf:type")))


TERMS = [term for term in _of_type(*TYPES) if term.startswith(ALLY)]
PROPERTIES = [term for term in _of_type(*TYPES[1:3]) if term.startswith(ALLY)]
CONCEPTS = _of_type("skos:Concept")
SCHEMES = _of_type("skos:ConceptScheme")


def _texts(subject, predicate):
    return [value.value for value in ABOUT[subject][predicate] if isinstance(value, Literal)]


def test_there_are_as_many_terms_and_kinds_as_we_think():
    """An empty list of cases would pass every other test of this file."""
    assert len(TERMS) >= 165
    assert len(CONCEPTS) >= 300
    assert len(SCHEMES) == len(list((ROOT / "ontology" / "kinds").glob("*.ttl")))


@pytest.mark.parametrize("term", TERMS, ids=compact)
def test_a_term_has_one_label_one_definition_and_an_example(term):
    """Readers learn a term from its block and from nowhere else."""
    assert len(_texts(term, "rdfs:label")) == 1
    assert len(_texts(term, "skos:definition")) == 1
    assert _texts(term, "skos:example")


@pytest.mark.parametrize("term", TERMS + CONCEPTS + SCHEMES, ids=compact)
def test_a_definition_is_a_wider_kind_and_a_difference(term):
    """ISO 704: no article in front, no full stop behind, lower case unless it is a name."""
    (definition,) = _texts(term, "skos:definition")

    assert not re.match(r"(?i)(a|an|the)\s", definition)
    assert not definition.endswith(".")
    assert definition[0].islower()


@pytest.mark.parametrize("term", PROPERTIES, ids=compact)
def test_a_property_has_domain_and_range_or_says_why_not(term):
    """What is left open is left open on purpose."""
    notes = " ".join(_texts(term, "skos:editorialNote"))

    for side in ("domain", "range"):
        stated = len(ABOUT[term][f"rdfs:{side}"])
        assert stated == 1 or (stated == 0 and f"No {side}" in notes)


@pytest.mark.parametrize(
    "term", [term for term in _of_type("owl:ObjectProperty") if term.startswith(ALLY)], ids=compact
)
def test_an_object_property_can_be_read_from_its_object(term):
    """There are no inverse properties; pages of the object show the reverse label."""
    assert len(_texts(term, "ally:reverseLabel")) == 1


def test_the_header_says_what_a_reuser_needs():
    """Version, licence, creator, citation and prefix are read by catalogues."""
    (header,) = _of_type("owl:Ontology")

    assert _names(header, "owl:versionIRI") == ["https://w3id.org/allygraph/ns/0.1.0"]
    assert _names(header, "dcterms:license") == ["https://creativecommons.org/licenses/by/4.0/"]
    assert _names(header, "dcterms:creator") == ["actor:allygraph-editors"]
    assert _texts(header, "vann:preferredNamespacePrefix") == ["ally"]
    assert _texts(header, "vann:preferredNamespaceUri") == [ALLY]
    for name in ("dcterms:title", "dcterms:description", "dcterms:bibliographicCitation"):
        assert len(_texts(header, name)) == 1


def test_nothing_that_owl_2_dl_forbids_is_declared():
    """No inverse, no range xsd:date, no name with two uses."""
    predicates = {quad.predicate.value for quad in ONTOLOGY}
    ranges = {_names(term, "rdfs:range")[0] for term in PROPERTIES if _names(term, "rdfs:range")}
    uses = Counter(
        quad.subject.value
        for quad in ALL
        if compact(quad.predicate.value) == "rdf:type"
        and compact(quad.object.value) in (*TYPES, "rdfs:Datatype", "skos:Concept", "owl:Ontology")
    )

    assert expand("owl:inverseOf") not in predicates
    assert {name for name in ranges if name.startswith("xsd:")} == {
        "xsd:anyURI",
        "xsd:boolean",
        "xsd:integer",
        "xsd:string",
    }
    assert [name for name, count in uses.items() if count > 1] == []


def test_every_term_in_use_is_declared():
    """A foreign term is declared in external.ttl, one of ours in its file; a typo is neither."""
    declared = set(_of_type(*TYPES, "rdfs:Datatype"))
    used = {quad.predicate.value for quad in ALL}
    used |= {quad.object.value for quad in ALL if compact(quad.predicate.value) == "rdf:type"}
    used |= {quad.object.datatype.value for quad in ALL if isinstance(quad.object, Literal)}
    missing = {term for term in used if not term.startswith(BUILT_IN)} - declared

    assert sorted(map(compact, missing)) == []


def test_external_declares_only_terms_of_others():
    """A term of ours has its whole block in one place."""
    quads = file_quads(ROOT / "ontology" / "external.ttl", name="ontology/external.ttl")

    assert [quad.subject.value for quad in quads if quad.subject.value.startswith(ALLY)] == []


@pytest.mark.parametrize("concept", CONCEPTS, ids=compact)
def test_a_kind_stands_in_the_scheme_of_its_name(concept):
    """kind:office-hub is in kind:office, and a wider kind is in the same scheme."""
    (scheme,) = _names(concept, "skos:inScheme")

    assert expand(scheme) in SCHEMES
    assert compact(concept).startswith(f"{scheme}-")
    assert all(
        _names(expand(wider), "skos:inScheme") == [scheme]
        for wider in _names(concept, "skos:broader")
    )


@pytest.mark.parametrize("concept", CONCEPTS + SCHEMES, ids=compact)
def test_a_kind_has_one_preferred_label_a_language_and_english_among_them(concept):
    """A menu shows one label, in the reader's language where there is one."""
    languages = [value.language for value in ABOUT[concept]["skos:prefLabel"]]

    assert "en" in languages
    assert len(languages) == len(set(languages))


def test_no_two_kinds_of_a_scheme_share_a_label():
    """Two kinds with one name are one kind, or one of them needs a better name."""
    labels = Counter(
        (_names(concept, "skos:inScheme")[0], value.language, value.value)
        for concept in CONCEPTS
        for value in ABOUT[concept]["skos:prefLabel"]
    )

    assert [label for label, count in labels.items() if count > 1] == []


def test_the_main_stages_and_partnerships_have_labels_in_four_languages():
    """The article's actors read English, French, Japanese and Korean."""
    for name in (
        "kind:stage-agreed",
        "kind:stage-proposed",
        "kind:partnership-pfp",
        "kind:partnership-partner-across-the-globe",
    ):
        languages = {value.language for value in ABOUT[expand(name)]["skos:prefLabel"]}
        assert languages == {"en", "fr", "ja", "ko"}


def test_degrees_of_certainty_are_ordered_and_rules_say_who_can_block():
    """Queries compare certainty by number and find blockers by rule kind."""
    orders = {
        compact(concept): _texts(concept, "ally:order")
        for concept in CONCEPTS
        if _names(concept, "skos:inScheme") == ["kind:certainty"]
    }
    blockable = {
        compact(concept): _texts(concept, "ally:blockableByOne")
        for concept in CONCEPTS
        if _names(concept, "skos:inScheme") == ["kind:rule"]
    }

    assert orders == {
        "kind:certainty-none": ["0"],
        "kind:certainty-possible": ["1"],
        "kind:certainty-presumed": ["2"],
        "kind:certainty-sure": ["3"],
    }
    assert all(value in (["true"], ["false"]) for value in blockable.values())
    assert blockable["kind:rule-consensus"] == blockable["kind:rule-unanimity"] == ["true"]
    assert blockable["kind:rule-majority"] == blockable["kind:rule-prohibition"] == ["false"]


def test_a_kind_has_at_most_one_plover_code():
    """An export to event data writes one code, not a choice."""
    codes = {
        compact(concept): [
            match
            for relation in ("skos:broadMatch", "skos:closeMatch", "skos:exactMatch")
            for match in _names(concept, relation)
            if match.startswith("kind:plover-")
        ]
        for concept in CONCEPTS
    }
    mapped = {kind: code for kind, code in codes.items() if code}

    assert len(mapped) >= 15
    assert [kind for kind, code in mapped.items() if len(code) > 1] == []
    assert mapped["kind:event-summit"] == ["kind:plover-consult"]


def _kinds_in(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".rq":
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return set(re.findall(r"\bkind:[a-z][a-z0-9-]*[a-z0-9]", "\n".join(lines)))
    terms = {
        term.value
        for quad in file_quads(path, name=path.relative_to(ROOT).as_posix())
        for term in (quad.subject, quad.object)
        if isinstance(term, NamedNode)
    }
    return {compact(term) for term in terms if term.startswith(PREFIXES["kind"])}


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "data").rglob("*.ttl"))
    + shape_files(ROOT)
    + query_files(ROOT)
    + [ROOT / "ontology" / "mappings.ttl"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_kind_in_use_is_described(path):
    """A kind is a name with a definition, not a string that happens to match."""
    known = {compact(concept) for concept in CONCEPTS + SCHEMES}

    assert sorted(_kinds_in(path) - known) == []
