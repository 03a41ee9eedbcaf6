"""Addresses of the service that several documents name, and the links that go with its answers."""

from urllib.parse import quote

from allygraph.names import BASE, LICENCE, PREFIXES

PROFILES = {
    "plain": f"{BASE}ns",
    "framed": "http://www.w3.org/ns/json-ld#framed",
    "org": PREFIXES["org"],
    "nanopub": "http://www.nanopub.org/nschema#",
    "dcat": PREFIXES["dcat"],
}
"""Name of a profile to its IRI; unasked, JSON-LD is framed and everything else is plain."""


def graph_address(base: str, name: str = "", form: str = "ntriples") -> str:
    """Give where a graph can be fetched; without a name the default graph."""
    chosen = f"graph={quote(name, safe='')}" if name else "default"
    return f"{base}graphs?{chosen}&format={form}"


def links(root: str) -> str:
    """Give what describes the service and its data, as the header Link.

    Args:
        root: path below which the service is, ending in a slash. No host: a kept answer goes to
            clients that know the service by different ones.
    """
    return (
        f'<{root}.well-known/void>; rel="describedby", <{LICENCE}>; rel="license", '
        f'<{root}sparql?format=turtle>; rel="service-desc"; type="text/turtle"'
    )
