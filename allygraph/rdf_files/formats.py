"""Formats: which of RDF's formats a file is in, by its name or by how it begins.

A name decides only where it means one format. ``.owl``, ``.rdf``, ``.xml``, ``.txt`` and the rest
say little: the text decides, and Turtle is what a text is that gives no sign of another.
"""

import re

from pyoxigraph import RdfFormat, parse

_BY_NAME = {
    "ttl": RdfFormat.TURTLE,
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "n3": RdfFormat.N3,
    "jsonld": RdfFormat.JSON_LD,
    "json": RdfFormat.JSON_LD,
}
EXTENSIONS = ("ttl", "turtle", "trig", "nt", "nq", "n3", "jsonld", "rdf", "owl")
"""The extensions by which a file in a folder is known as RDF."""

_COMMENTS = re.compile(r"(?:\s|#[^\n\r]*)*+")
_JSON = re.compile(r'\{\s*(?:"|\})|\[\s*(?:\{|\]\s*\Z)')
_XML = re.compile(r"<(?:\?xml|!DOCTYPE|!--|[A-Za-z_][\w.-]*(?::[\w.-]+)?\s)")
_TRIED = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N_QUADS)


def format_by_name(name: str) -> RdfFormat | None:
    """Give the format that a file's name tells, or None.

    >>> format_by_name("a.ttl.gz").name
    'Turtle'
    """
    return _BY_NAME.get(name.lower().removesuffix(".gz").rpartition(".")[2])


def guess(text: str, base: str | None = None) -> RdfFormat:
    """Give the format that a text seems to be in: the one in which the most of it can be read."""
    match = _COMMENTS.match(text)
    start = text[match.end() if match else 0 :][:2000]
    if _JSON.match(start):
        return RdfFormat.JSON_LD
    if _XML.match(start):
        return RdfFormat.RDF_XML
    best, farthest = RdfFormat.TURTLE, (-1, -1)
    for form in _TRIED:
        reached = _reached(text, form, base)
        if reached is None:
            return form
        if reached > farthest:
            best, farthest = form, reached
    return RdfFormat.N3 if _reached(text, RdfFormat.N3, base) is None else best


def _reached(text: str, form: RdfFormat, base: str | None) -> tuple[int, int] | None:
    """Tell how far a text can be read in a format, as line and column; None for all of it."""
    try:
        for _ in parse(input=text, format=form, base_iri=base):
            pass
    except SyntaxError as error:
        return error.lineno or 0, error.offset or 0
    return None
