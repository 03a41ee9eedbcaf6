"""Negotiation: from an Accept header to one of the forms that exist.

Source: RFC 9110, section 12.5.1. The range that fits a form most closely gives its weight; among
forms of equal weight the order of the offers decides.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from allygraph.web.problems import Problem

_MOST_BYTES = 4096
_MOST_RANGES = 32


class Offer(NamedTuple):
    """A form of an answer: its short name, its media type, and other types that mean the same."""

    name: str
    media_type: str
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """Give the media type as a header; text is always UTF-8."""
        is_text = self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type

    @property
    def types(self) -> tuple[str, ...]:
        """Give all media types that mean this form, the proper one first."""
        return (self.media_type, *self.aliases)


class _Range(NamedTuple):
    media_type: str
    weight: float


HTML = Offer("html", "text/html", ("application/xhtml+xml",))
TURTLE = Offer("turtle", "text/turtle", ("application/x-turtle", "text/n3", "text/rdf+n3"))
NTRIPLES = Offer("ntriples", "application/n-triples", ("text/plain",))
RDFXML = Offer("rdfxml", "application/rdf+xml", ("application/xml", "text/xml"))
JSONLD = Offer("jsonld", "application/ld+json", ("application/json",))
TRIG = Offer("trig", "application/trig", ("application/x-trig",))
NQUADS = Offer("nquads", "application/n-quads")
CSV = Offer("csv", "text/csv")
JSON = Offer("json", "application/json")
TABLES = (
    Offer("json", "application/sparql-results+json", ("application/json",)),
    Offer("xml", "application/sparql-results+xml", ("application/xml", "text/xml")),
    CSV,
    Offer("tsv", "text/tab-separated-values"),
    HTML,
)
RDF = (TURTLE, NTRIPLES, RDFXML, JSONLD, TRIG, NQUADS)
GRAPHS = (*RDF, HTML)
_SHORT_NAMES = {
    "json": ("json", "jsonld"),
    "xml": ("xml", "rdfxml"),
    "srj": ("json", None),
    "srx": ("xml", None),
    "csv": ("csv", None),
    "tsv": ("tsv", None),
    "html": ("html", "html"),
    "turtle": (None, "turtle"),
    "ttl": (None, "turtle"),
    "n3": (None, "turtle"),
    "ntriples": (None, "ntriples"),
    "n-triples": (None, "ntriples"),
    "nt": (None, "ntriples"),
    "rdfxml": (None, "rdfxml"),
    "rdf+xml": (None, "rdfxml"),
    "rdf": (None, "rdfxml"),
    "jsonld": (None, "jsonld"),
    "json-ld": (None, "jsonld"),
    "trig": (None, "trig"),
    "nquads": (None, "nquads"),
    "n-quads": (None, "nquads"),
    "nq": (None, "nquads"),
}


def short_names(name: str) -> tuple[str, ...]:
    """Give the forms that a short name means, in the spellings that clients send."""
    return tuple(form for form in _SHORT_NAMES.get(name.lower(), ()) if form)


def named(name: str) -> tuple[Offer | None, Offer | None]:
    """Give the forms of a table and of a graph that a field of the request names.

    Args:
        name: a short name, in the spellings that clients are known to send, or a media type; a
            plus of which a form has made a space counts as a plus.

    Raises:
        Problem: there is no such form.
    """
    asked = name.strip().lower().replace(" ", "+")
    if "/" in asked:
        table = next((offer for offer in TABLES if asked in offer.types), None)
        graph = next((offer for offer in GRAPHS if asked in offer.types), None)
    else:
        of_table, of_graph = _SHORT_NAMES.get(asked, (None, None))
        table = next((offer for offer in TABLES if offer.name == of_table), None)
        graph = next((offer for offer in GRAPHS if offer.name == of_graph), None)
    if table is None and graph is None:
        known = ", ".join(_SHORT_NAMES)
        raise Problem("request-malformed", f"no format '{name[:40]}'", expected=known)
    return table, graph


def choose(accept: str | None, offers: Sequence[Offer]) -> Offer | None:
    """Give the offer that a client likes best, or ``None`` when it takes none of them.

    Args:
        accept: value of the header; without one the first offer is as good as any.
        offers: what exists, the preferred form first.

    Raises:
        Problem: the header is larger than any honest client needs.
    """
    if accept is None or not accept.strip():
        return offers[0]
    return _choose(accept, tuple(offers))


@lru_cache(maxsize=512)
def _choose(accept: str, offers: tuple[Offer, ...]) -> Offer | None:
    """Choose; the few headers that browsers and libraries send come again and again."""
    ranges = _ranges(accept)
    best, best_weight = None, 0.0
    for offer in offers:
        weight = _weight(offer, ranges)
        if weight > best_weight:
            best, best_weight = offer, weight
    return best


def _ranges(accept: str) -> list[_Range]:
    parts = accept.split(",")
    if len(accept) > _MOST_BYTES or len(parts) > _MOST_RANGES:
        raise Problem(
            "request-header",
            f"the Accept header has {len(accept)} characters and {len(parts)} ranges",
            expected=f"at most {_MOST_BYTES} characters and {_MOST_RANGES} ranges",
        )
    return [found for part in parts if (found := _range(part)) is not None]


def _range(part: str) -> _Range | None:
    """Read ``type/subtype;q=0.5``; what is not such a range is left out, as RFC 9110 lets us."""
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    kind, slash, subtype = media_type.partition("/")
    if not (kind and slash and subtype) or (kind == "*" and subtype != "*"):
        return None
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            weight = _number(value.strip())
    return _Range(media_type, weight)


def _number(text: str) -> float:
    whole, _, rest = text.partition(".")
    if whole not in ("0", "1") or len(rest) > 3 or not (rest + "0").isascii():
        return 0.0
    return min(1.0, float(text)) if (rest + "0").isdigit() else 0.0


def _weight(offer: Offer, ranges: Sequence[_Range]) -> float:
    """Give the weight of the closest range; a pattern never reaches a form by its other names."""
    kind = offer.media_type.partition("/")[0]
    for names in ((offer.media_type,), offer.aliases, (f"{kind}/*",), ("*/*",)):
        weights = [found.weight for found in ranges if found.media_type in names]
        if weights:
            return max(weights)
    return 0.0
