"""Profiles: the document of a thing in the words of another vocabulary, or seen otherwise.

The framed profile has the statements of the plain one: it is their order in JSON-LD that differs.
Source: Content Negotiation by Profile (https://www.w3.org/TR/dx-prof-conneg/), the Organization
Ontology (https://www.w3.org/TR/vocab-org/), the nanopublication guidelines
(https://nanopub.net/guidelines/working_draft/), DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad

from allygraph.export.description import DATASET
from allygraph.export.facts import Facts
from allygraph.names import ALLY, LICENCE, PREFIXES, expand
from allygraph.site.addresses import PROFILES
from allygraph.site.asking import Ask
from allygraph.site.signposting import FORMS, SUFFIXES, iri_of

_TIME = "http://www.w3.org/2006/time#"
_MEDIA = "https://www.iana.org/assignments/media-types/"
_NANO = PROFILES["nanopub"]
_WITHOUT_TOP = ("graph", "shape")
"""Kinds of which a document is no tree: a graph is about many things, a shape full of lists."""
_WITH_GRAPHS = ("trig", "nquads", "jsonld")
_CLASSES = {
    "Alliance": "org:FormalOrganization",
    "Grouping": "org:OrganizationalCollaboration",
    "Membership": "org:Membership",
    "Office": "org:OrganizationalUnit",
    "Organization": "org:FormalOrganization",
    "Person": "foaf:Person",
    "Place": "org:Site",
    "StageChange": "org:ChangeEvent",
    "State": "org:FormalOrganization",
    "Tenure": "org:Membership",
}
_PROPERTIES = {
    "holder": "org:member",
    "member": "org:member",
    "membershipKind": "org:role",
    "officeOf": "org:unitOf",
    "organization": "org:organization",
    "place": "org:hasSite",
    "role": "org:role",
}
_HELD = frozenset(expand(f"kind:certainty-{name}") for name in ("sure", "presumed"))
_TYPE = expand("rdf:type")
_SAID = ("affirms", "denies", "doubts", "expects", "stance", "modality")
_DAYS = ("start", "end", "earliestStart", "latestStart", "earliestEnd", "latestEnd", "endKind")
_SOURCES = ("source", "furtherSource")


def offered(ask: Ask) -> tuple[str, ...]:
    """List the profiles that a document has in the form that was asked for."""
    kind = ask.path.partition("/")[0]
    names = ["plain", "dcat"]
    if ask.form == "jsonld" and kind not in _WITHOUT_TOP:
        names.append("framed")
    if kind in ("actor", "office", "rel", "change", "place"):
        names.append("org")
    if kind == "claim" and ask.form in _WITH_GRAPHS:
        names.append("nanopub")
    return tuple(names)


def chosen(ask: Ask) -> str:
    """Give the profile that is answered: what was asked for where there is that, else the default.

    JSON-LD is for programmers, who want the thing on top; its plain form keeps the named graphs.
    """
    names = offered(ask)
    if ask.profile in names:
        return ask.profile
    return "framed" if "framed" in names else "plain"


def shaped(quads: Sequence[Quad], ask: Ask) -> list[Quad]:
    """Give a document in the profile that was chosen.

    Args:
        quads: the plain document.
        ask: whose.
    """
    makers: dict[str, Callable[[Sequence[Quad], Ask], Iterable[Quad]]] = {
        "plain": lambda quads, _: quads,
        "framed": lambda quads, _: quads,
        "org": _org,
        "nanopub": _nanopub,
        "dcat": _dcat,
    }
    return list(makers[chosen(ask)](quads, ask))


def headers(ask: Ask) -> list[tuple[str, str]]:
    """Name the profile of an answer, and where the same document is in others."""
    mine = chosen(ask)
    at = f"{quote(ask.path.rpartition('/')[2], safe='-._~')}.{SUFFIXES[ask.form]}"
    others = [
        f'<{at}?_profile={name}>; rel="alternate"; type="{_media_type(ask.form)}"; '
        f'formats="{PROFILES[name]}"'
        for name in offered(ask)
        if name != mine
    ]
    link = ", ".join([f'<{PROFILES[mine]}>; rel="profile"', *others])
    return [("Link", link), ("Content-Profile", f"<{PROFILES[mine]}>")]


def _media_type(form: str) -> str:
    return FORMS.get(SUFFIXES[form], "text/csv")


def _org(quads: Sequence[Quad], _: Ask) -> Iterator[Quad]:
    """Say who is an organization, who belongs to it and in which post, and from when to when."""
    facts = Facts(quads)
    ours = {
        subject: sorted({_CLASSES[kind] for kind in kinds & _CLASSES.keys()})
        for subject in facts.of
        if (kinds := _local(facts.objects({subject}, "rdf:type")))
    }
    for subject, classes in ours.items():
        for name in classes:
            yield _triple(subject, "rdf:type", expand(name))
    for quad in quads:
        subject = quad.subject.value  # type: ignore[union-attr]
        if not ours.get(subject):
            continue
        name = quad.predicate.value
        if name == expand("rdfs:label"):
            yield Quad(quad.subject, NamedNode(expand("skos:prefLabel")), quad.object)
        elif name == expand("skos:altLabel"):
            yield Quad(quad.subject, quad.predicate, quad.object)
        elif (other := _PROPERTIES.get(name.removeprefix(ALLY))) and name.startswith(ALLY):
            yield Quad(quad.subject, NamedNode(expand(other)), quad.object)
    for holding, thing in facts.pairs("ally:holdingOf"):
        if expand("org:Membership") in map(expand, ours.get(thing, ())):
            yield from _during(facts, holding, thing)


def _during(facts: Facts, holding: str, thing: str) -> Iterator[Quad]:
    """Say when a membership holds, as far as it is sure or presumed; open ends are not said."""
    if not facts.objects({holding}, "ally:certainty") & _HELD:
        return
    yield _triple(thing, "org:memberDuring", holding)
    yield _triple(holding, "rdf:type", f"{_TIME}Interval")
    ends = (("ally:from", "hasBeginning", "0001-01-01"), ("ally:until", "hasEnd", "9999-12-31"))
    for name, end, open_day in ends:
        day = facts.value(holding, name)
        if day and day != open_day:
            instant = f"{holding}#{end}"
            yield _triple(holding, f"{_TIME}{end}", instant)
            yield _triple(instant, "rdf:type", f"{_TIME}Instant")
            date = Literal(day, datatype=NamedNode(expand("xsd:date")))
            yield Quad(NamedNode(instant), NamedNode(f"{_TIME}inXSDDate"), date)


def _nanopub(quads: Sequence[Quad], ask: Ask) -> Iterator[Quad]:
    """Say a claim as a nanopublication: what is asserted, where that is from, who published it."""
    iri = iri_of(ask.path)
    parts = {name: f"{iri}#{name}" for name in ("head", "assertion", "provenance", "pubinfo")}
    nano = f"{iri}#nanopub"
    head, of = parts["head"], _by_subject(quads)
    yield _triple(nano, "rdf:type", f"{_NANO}Nanopublication", head)
    for name, said in (
        ("assertion", "hasAssertion"),
        ("provenance", "hasProvenance"),
        ("pubinfo", "hasPublicationInfo"),
    ):
        yield _triple(nano, f"{_NANO}{said}", parts[name], head)
    asserted = [quad for quad in of.get(iri, ()) if _is(quad, *_SAID, *_DAYS)]
    about = {quad.object.value for quad in asserted if isinstance(quad.object, NamedNode)}
    stated = [quad for thing in sorted(about) for quad in of.get(thing, ()) if not _derived(quad)]
    yield from _into(parts["assertion"], [*asserted, *stated])
    yield from _provenance(parts, iri, of)
    yield _triple(nano, "dcterms:license", LICENCE, parts["pubinfo"])
    yield _triple(nano, "dcterms:creator", expand("actor:allygraph-editors"), parts["pubinfo"])
    yield _triple(nano, "dcterms:isPartOf", DATASET, parts["pubinfo"])
    yield _triple(nano, "rdfs:seeAlso", iri, parts["pubinfo"])


def _provenance(parts: dict[str, str], iri: str, of: dict[str, list[Quad]]) -> Iterator[Quad]:
    """Say who asserted it, from which sources it is known, and in which words."""
    graph, assertion = parts["provenance"], parts["assertion"]
    for quad in of.get(iri, ()):
        if not isinstance(quad.object, NamedNode):
            continue
        if _is(quad, "assertedBy"):
            yield _triple(assertion, "prov:wasAttributedTo", quad.object.value, graph)
        elif _is(quad, *_SOURCES):
            yield _triple(assertion, "prov:hadPrimarySource", quad.object.value, graph)
        elif _is(quad, "quote"):
            yield _triple(assertion, "prov:wasDerivedFrom", quad.object.value, graph)
            yield from _into(graph, of.get(quad.object.value, ()))
    yield from _into(
        graph,
        [q for q in of.get(iri, ()) if not _is(q, *_SAID, *_DAYS) and q.predicate.value != _TYPE],
    )


def _dcat(quads: Sequence[Quad], ask: Ask) -> Iterator[Quad]:
    """Say of the document what it is about, how large it is, and in which forms it exists."""
    iri = iri_of(ask.path)
    at = f"{ask.base}{quote(ask.path, safe='/-._~')}"
    page = f"{at}.html"
    yield _triple(page, "rdf:type", "dcat:Dataset")
    yield _triple(page, "foaf:primaryTopic", iri)
    yield _triple(page, "dcterms:isPartOf", DATASET)
    yield _triple(page, "dcterms:license", LICENCE)
    number = Literal(str(len(set(quads))), datatype=NamedNode(expand("xsd:integer")))
    yield Quad(NamedNode(page), NamedNode(expand("void:triples")), number)
    for quad in quads:
        if quad.subject == NamedNode(iri) and quad.predicate.value == expand("rdfs:label"):
            yield Quad(NamedNode(page), NamedNode(expand("dcterms:title")), quad.object)
    for suffix, kind in (*FORMS.items(), ("csv", "text/csv")):
        one = f"{at}.{suffix}"
        yield _triple(page, "dcat:distribution", one)
        yield _triple(one, "rdf:type", "dcat:Distribution")
        yield _triple(one, "dcat:downloadURL", one)
        yield _triple(one, "dcat:mediaType", f"{_MEDIA}{kind}")


def _triple(subject: str, name: str, value: str, graph: str = "") -> Quad:
    terms = (_iri(subject), _iri(name), _iri(value))
    return Quad(*terms, NamedNode(graph)) if graph else Quad(*terms)


def _iri(name: str) -> NamedNode:
    return NamedNode(expand(name))


def _into(graph: str, quads: Iterable[Quad]) -> Iterator[Quad]:
    for quad in quads:
        yield Quad(quad.subject, quad.predicate, quad.object, NamedNode(graph))


def _by_subject(quads: Iterable[Quad]) -> dict[str, list[Quad]]:
    found: dict[str, list[Quad]] = {}
    for quad in quads:
        found.setdefault(quad.subject.value, []).append(quad)  # type: ignore[union-attr]
    return found


def _is(quad: Quad, *names: str) -> bool:
    return quad.predicate.value.removeprefix(ALLY) in names


def _derived(quad: Quad) -> bool:
    return quad.graph_name.value.startswith(f"{PREFIXES['graph']}derived/")  # type: ignore[union-attr]


def _local(iris: Iterable[str]) -> set[str]:
    return {iri.removeprefix(ALLY) for iri in iris}
