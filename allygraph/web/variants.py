"""Variants: what a document's address leaves open besides its form: the profile, and the day.

Source: Content Negotiation by Profile (https://www.w3.org/TR/dx-prof-conneg/), RFC 7089 (Memento).
"""

import re
from collections.abc import Sequence
from datetime import UTC, date
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode

from starlette.datastructures import Headers

from allygraph.names import BASE
from allygraph.site.addresses import PROFILES
from allygraph.web.fields import Fields, single
from allygraph.web.negotiate import Offer
from allygraph.web.problems import Problem
from allygraph.web.routes import SUFFIX_OF

PROFILE_FIELD = "_profile"
VARY = "Accept, Accept-Language, Accept-Profile"
VARY_OF_THING = f"{VARY}, Accept-Datetime"
_MOST_BYTES = 2000
_JSONLD = "http://www.w3.org/ns/json-ld#"
_JSONLD_PROFILE = re.compile(r'application/ld\+json\s*;\s*profile="?([^",;]*)', re.IGNORECASE)
_JSONLD_PROFILES = {"framed": "framed", "flattened": "plain"}


def profile(fields: Fields, headers: Headers) -> str:
    """Give the name of the profile that is asked for; empty where none is, or none that we know.

    Raises:
        Problem: the address names one that there is not, or two.
    """
    named = single(fields, PROFILE_FIELD)
    if named is not None:
        by_iri = {iri: name for name, iri in PROFILES.items()}
        if named not in PROFILES and named not in by_iri:
            expected = ", ".join(PROFILES)
            raise Problem("request-malformed", f"no profile '{named[:40]}'", expected=expected)
        return by_iri.get(named, named)
    accepted = _accepted(headers.get("accept-profile", "")[:_MOST_BYTES])
    return accepted or _shape_of_json(headers.get("accept", "")[:_MOST_BYTES])


def _accepted(header: str) -> str:
    """Give the known profile with the largest weight, the first of equal ones.

    >>> _accepted('<urn:x>, <http://www.w3.org/ns/org#>;q=0.8, <http://www.w3.org/ns/dcat#>;q=0.9')
    'dcat'
    """
    best, best_weight = "", 0.0
    for part in header.split(","):
        iri, _, parameter = part.strip().partition(";")
        name = next((name for name, known in PROFILES.items() if iri.strip() == f"<{known}>"), "")
        weight = _weight(parameter)
        if name and weight > best_weight:
            best, best_weight = name, weight
    return best


def _shape_of_json(header: str) -> str:
    """Give the profile that the media type of JSON-LD names, in the words of its own standard.

    >>> _shape_of_json('application/ld+json; profile="http://www.w3.org/ns/json-ld#flattened"')
    'plain'
    """
    for found in _JSONLD_PROFILE.finditer(header):
        for iri in found[1].split():
            if name := _JSONLD_PROFILES.get(iri.removeprefix(_JSONLD)):
                return name
    return ""


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return min(1.0, float(value)) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def document_address(
    root: str, path: str, offer: Offer, fields: Fields, headers: Headers
) -> tuple[str, dict[str, str]]:
    """Give where the document of a thing is, and the headers of the redirect to it.

    Args:
        root: what addresses of the service begin with.
        path: of the thing, decoded.
        offer: the form that was chosen.
        fields: of the address; they are kept.
        headers: of the request; a day in Accept-Datetime becomes the day of knowledge.

    Raises:
        Problem: the day cannot be read.
    """
    kept: dict[str, Sequence[str]] = dict(fields)
    if (day := _day(headers.get("accept-datetime", ""))) and "known_by" not in kept:
        kept["known_by"] = [day.isoformat()]
    if (name := profile(fields, headers)) and PROFILE_FIELD not in kept:
        kept[PROFILE_FIELD] = [name]
    query = urlencode(kept, doseq=True)
    where = f"{root}{quote(path, safe='/-._~')}.{SUFFIX_OF[offer.name]}"
    link = f'<{BASE}{quote(path, safe="/-._~")}>; rel="cite-as", ' + ", ".join(
        f'<{target}>; rel="{rel}"; type="{kind}"'
        for target, rel, kind in _links(root, path, offer, query)
    )
    told = {"Vary": VARY_OF_THING, "Link": link}
    return f"{where}?{query}" if query else where, told


def _links(root: str, path: str, offer: Offer, query: str) -> list[tuple[str, str, str]]:
    at = quote(path, safe="/-._~")
    tail = f"?{query}" if query else ""
    return [
        (f"{root}{at}.{SUFFIX_OF[offer.name]}{tail}", "describedby", offer.media_type),
        (f"{root}linkset/{at}.json{tail}", "linkset", "application/linkset+json"),
    ]


def _day(header: str) -> date | None:
    """Read the day of Accept-Datetime, as HTTP writes it."""
    if not header:
        return None
    try:
        return parsedate_to_datetime(header).astimezone(UTC).date()
    except (ValueError, OverflowError, TypeError) as error:
        raise Problem(
            "date-invalid",
            "Accept-Datetime cannot be read",
            expected="as Tue, 13 Jun 2023 00:00:00 GMT",
        ) from error
