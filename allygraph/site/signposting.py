"""Signposting: links in the head of an answer, by which a program finds its way without reading it.

Source: FAIR Signposting, level 1 and 2 (https://signposting.org/FAIR/), RFC 8288 (links), RFC 9264
(link sets), RFC 7089 (the clocks of a document as the date of a memento). Links name no host where
they lead to this service: a kept answer serves all names of it.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import quote, urlencode

from pyoxigraph import NamedNode

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.lookup import unknown
from allygraph.names import ALLY, BASE, KINDS_OF_THING, LICENCE, PREFIXES
from allygraph.site.asking import Answer, Ask
from allygraph.site.blanks import GENERATED, around
from allygraph.site.pages import root

FORMS = {
    "ttl": "text/turtle",
    "trig": "application/trig",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
"""Forms that describe a thing: suffix to media type."""
SUFFIXES = {
    "turtle": "ttl",
    "trig": "trig",
    "ntriples": "nt",
    "nquads": "nq",
    "jsonld": "jsonld",
    "rdfxml": "rdf",
    "csv": "csv",
    "html": "html",
}
"""Form of a document to the suffix of its address."""
_TABLE = ("csv", "text/csv")
_PAGE = "https://schema.org/AboutPage"
_TYPE = NamedNode(f"{PREFIXES['rdf']}type")
_SCHEMA = {
    "Alliance": "Organization",
    "Claim": "Claim",
    "Event": "Event",
    "Facility": "Place",
    "Grouping": "Organization",
    "Instrument": "CreativeWork",
    "Office": "Organization",
    "Organization": "Organization",
    "Person": "Person",
    "Place": "Place",
    "Quote": "Quotation",
    "Source": "CreativeWork",
    "State": "Country",
}


class Link(NamedTuple):
    """A link from one address: where to, in which relation, and what is there."""

    target: str
    rel: str
    media_type: str = ""


def iri_of(path: str) -> str:
    """Give the IRI of the thing whose document has a path; identity does not move with the host."""
    return BASE + quote(path, safe="/-._~%")


def signed(engine: OxigraphEngine, ask: Ask, answer: Answer) -> Answer:
    """Add the links of a document of a thing, and the day of its memento where it keeps to one."""
    more = [("Link", header(links(engine, ask, root(ask))))]
    if ask.dated:
        more.append(("Memento-Datetime", moment(ask.known_by)))
    return replace(answer, headers=(*answer.headers, *more))


def links(engine: OxigraphEngine, ask: Ask, start: str) -> list[Link]:
    """Give the links of the document that was asked for: of a page all, of data the way back.

    Args:
        engine: the graph, for the classes of the thing.
        ask: the question; a form other than ``html`` is data.
        start: what addresses of this service begin with: its path, or its whole address.
    """
    iri = iri_of(ask.path)
    kept = _clocks(ask)
    at = f"{start}{quote(ask.path, safe='/-._~')}"
    found = [Link(iri, "cite-as"), Link(LICENCE, "license")]
    if ask.form == "html":
        found += (Link(f"{at}.{form}{kept}", "describedby", kind) for form, kind in FORMS.items())
        found.append(Link(f"{at}.{_TABLE[0]}{kept}", "item", _TABLE[1]))
        found += (Link(kind, "type") for kind in (_PAGE, *classes(engine, iri)))
    else:
        rel = "collection" if ask.form == "csv" else "describes"
        found.append(Link(f"{at}.html{kept}", rel, "text/html"))
        found += (Link(kind, "type") for kind in ("https://schema.org/Dataset",))
    if ask.dated:
        found.append(Link(at, "original timegate"))
    set_at = f"{start}linkset/{quote(ask.path, safe='/-._~')}.json{kept}"
    return [*found, Link(set_at, "linkset", "application/linkset+json")]


def classes(engine: OxigraphEngine, iri: str) -> list[str]:
    """List the classes of a thing, each with what schema.org calls it, for who knows no other."""
    told = engine.store.quads_for_pattern(NamedNode(iri), _TYPE, None, None)
    own = sorted({quad.object.value for quad in told if isinstance(quad.object, NamedNode)})
    names = (_SCHEMA.get(kind.removeprefix(ALLY)) for kind in own)
    return [*own, *dict.fromkeys(f"{PREFIXES['schema']}{name}" for name in names if name)]


def linkset(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give all links of a thing's page and of its data as one document.

    Raises:
        UnknownName: the graph has no such thing.
    """
    path = ask.path.removeprefix("linkset/")
    iri = iri_of(path)
    is_ours = path.partition("/")[0] in KINDS_OF_THING or iri.startswith(GENERATED)
    if not is_ours or not _is_there(engine, iri):
        raise unknown(engine, iri)
    contexts = []
    for suffix, form in (("html", "html"), *((form, "data") for form in FORMS), ("csv", "csv")):
        asked = replace(ask, path=path, form=form)
        anchor = f"{ask.base}{quote(path, safe='/-._~')}.{suffix}{_clocks(ask)}"
        contexts.append({"anchor": anchor, **_grouped(links(engine, asked, ask.base))})
    body = json.dumps({"linkset": contexts}, ensure_ascii=False, indent=1) + "\n"
    profile = Link("https://www.rfc-editor.org/info/rfc9264", "profile")
    return Answer(body.encode(), "application/linkset+json", headers=(("Link", header([profile])),))


def _is_there(engine: OxigraphEngine, iri: str) -> bool:
    """Tell whether there is a document of a thing; shapes are files, which have no quads here."""
    node = NamedNode(iri)
    if iri.startswith(PREFIXES["shape"]):
        return True
    if iri.startswith(GENERATED):
        return bool(around(engine.store, iri))
    places = ((node, None), (None, node))
    return any(
        next(iter(engine.store.quads_for_pattern(subject, None, None, graph)), None)
        for subject, graph in places
    )


def header(found: list[Link]) -> str:
    """Write links as the value of the header Link."""
    return ", ".join(
        f'<{link.target}>; rel="{link.rel}"'
        + (f'; type="{link.media_type}"' if link.media_type else "")
        for link in found
    )


def moment(day: date) -> str:
    """Give the last second of a day as HTTP writes dates.

    >>> moment(date(2023, 6, 13))
    'Tue, 13 Jun 2023 23:59:59 GMT'
    """
    return format_datetime(datetime.combine(day, time(23, 59, 59), UTC), usegmt=True)


def _clocks(ask: Ask) -> str:
    if not ask.dated:
        return ""
    return "?" + urlencode({"as_of": ask.as_of.isoformat(), "known_by": ask.known_by.isoformat()})


def _grouped(found: list[Link]) -> dict[str, list[dict[str, str]]]:
    groups: dict[str, list[dict[str, str]]] = {}
    for link, rel in _each(found):
        target = {"href": link.target} | ({"type": link.media_type} if link.media_type else {})
        groups.setdefault(rel, []).append(target)
    return groups


def _each(found: list[Link]) -> Iterator[tuple[Link, str]]:
    for link in found:
        for rel in link.rel.split():
            yield link, rel
