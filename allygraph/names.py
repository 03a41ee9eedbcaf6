"""Names: the one table of prefixes, and the way from short names to IRIs and back.

Source of the foreign namespaces: the vocabularies' own documents. A prefix of another vocabulary
always means that vocabulary's namespace; ours are all below ``BASE``.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from allygraph.errors import UnknownName

BASE = "https://w3id.org/allygraph/"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
"""Of the ontology and the data."""
KINDS_OF_THING = (
    "actor",
    "change",
    "claim",
    "doc",
    "edge",
    "event",
    "graph",
    "holding",
    "instrument",
    "kind",
    "office",
    "place",
    "proposal",
    "quote",
    "rel",
    "rule",
    "shape",
)
PREFIXES: dict[str, str] = dict(
    sorted(
        {
            "ally": f"{BASE}ns#",
            **{kind: f"{BASE}{kind}/" for kind in KINDS_OF_THING},
            "bibo": "http://purl.org/ontology/bibo/",
            "dcat": "http://www.w3.org/ns/dcat#",
            "dcterms": "http://purl.org/dc/terms/",
            "edtf": "http://id.loc.gov/datatypes/edtf/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "geo": "http://www.opengis.net/ont/geosparql#",
            "oa": "http://www.w3.org/ns/oa#",
            "org": "http://www.w3.org/ns/org#",
            "owl": "http://www.w3.org/2002/07/owl#",
            "prov": "http://www.w3.org/ns/prov#",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "schema": "https://schema.org/",
            "sd": "http://www.w3.org/ns/sparql-service-description#",
            "sh": "http://www.w3.org/ns/shacl#",
            "skos": "http://www.w3.org/2004/02/skos/core#",
            "vann": "http://purl.org/vocab/vann/",
            "void": "http://rdfs.org/ns/void#",
            "wd": "http://www.wikidata.org/entity/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        }.items()
    )
)
ALLY = PREFIXES["ally"]
EDTF = f"{PREFIXES['edtf']}EDTF"
DIRECT_EDGES = tuple(
    f"{ALLY}{name}"
    for name in (
        "bestClaim",
        "currentStage",
        "holdsPostIn",
        "memberOf",
        "partnerOf",
        "representsTo",
    )
)
"""The properties that rules derive; they hold on the days that their graph's header names."""

_FEW = 200
_LONGEST_GIVEN = 200
_NAME_END = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_FORBIDDEN = frozenset('<>"{}|^`\\ \t\r\n')


def expand(name: str) -> str:
    """Give the full IRI of a short name such as ``actor:nato``; a full IRI is given back as it is.

    Raises:
        UnknownName: no such prefix, or the text cannot be an IRI.

    >>> expand("actor:nato")
    'https://w3id.org/allygraph/actor/nato'
    """
    if name.startswith("<") and name.endswith(">"):
        name = name[1:-1]
    prefix, colon, local = name.partition(":")
    if not colon or _FORBIDDEN & set(name) or any(ord(sign) < 32 for sign in name):
        raise UnknownName(f"'{name}' is not a name", expected="a prefix and a name, as actor:nato")
    if prefix in PREFIXES and not local.startswith("//"):
        return PREFIXES[prefix] + local
    if local.startswith("//") or prefix == "urn":
        return name
    raise UnknownName(
        f"'{name}' has the unknown prefix '{prefix}'", expected=_suggestion(prefix, PREFIXES)
    )


def compact(iri: str) -> str:
    """Give the short name of an IRI where the table has its namespace, else the IRI.

    >>> compact("https://w3id.org/allygraph/actor/nato")
    'actor:nato'
    """
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix = _BY_NAMESPACE.get(iri[:cut])
    local = iri[cut:]
    return f"{prefix}:{local}" if prefix and local and set(local) <= _NAME_END else iri


def graph_iri(relative_path: str) -> str:
    """Name the graph of a file: its path below the root, without the ending.

    >>> graph_iri("data/actors/states.ttl")
    'https://w3id.org/allygraph/graph/data/actors/states'
    """
    return PREFIXES["graph"] + relative_path.removesuffix(".ttl")


def did_you_mean(given: str, known: Iterable[str]) -> str | None:
    """Give up to three known names that are near the given one, as a question, or None."""
    near = get_close_matches(given, _shortlist(given, list(known)), n=3, cutoff=0.7)
    return f"did you mean {', '.join(near)}?" if near else None


def _shortlist(given: str, known: list[str]) -> list[str]:
    """Leave out what cannot be near: comparing thousands of names one by one takes a minute.

    The longest common subsequence is at least as long as what difflib matches, so nothing near is
    left out.
    """
    if len(given) > _LONGEST_GIVEN:
        return []
    if len(known) < _FEW:
        return known
    from rapidfuzz import fuzz, process

    found = process.extract(given, known, scorer=fuzz.ratio, score_cutoff=70, limit=_FEW)
    return [name for name, _, _ in found]


def _suggestion(given: str, known: Iterable[str]) -> str:
    names = list(known)
    return did_you_mean(given, names) or f"one of {', '.join(names)}"


_BY_NAMESPACE = {namespace: prefix for prefix, namespace in PREFIXES.items()}
