"""Paging: a large document in parts, with links to the parts and the true total."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from pyoxigraph import Quad

from allygraph.errors import ParameterError
from allygraph.site.asking import Ask
from allygraph.site.pages import root
from allygraph.site.signposting import SUFFIXES, Link, header

LARGEST_WHOLE = 50_000
"""Statements of a document that is given whole unasked."""
LARGEST_PAGE = 10_000
_DIGITS = 6


@dataclass(frozen=True)
class Part:
    """A part of a document: its statements, the header lines that tell which part, and its number.

    Without parts, it is page 1 of 1.
    """

    quads: list[Quad]
    headers: tuple[tuple[str, str], ...]
    page: int = 1
    pages: int = 1


def part(quads: Sequence[Quad], ask: Ask) -> Part:
    """Give the part that ``page`` and ``page_size`` name; without them, all that is not too large.

    Statements are in a fixed order, so that all pages together are the document, each once.

    Args:
        quads: all of the document, each once.
        ask: the question.

    Raises:
        ParameterError: there is no such page.
    """
    total = len(quads)
    told = ("X-Total-Count", str(total))
    is_asked = "page" in ask.params or "page_size" in ask.params
    if not is_asked and total <= LARGEST_WHOLE:
        return Part(list(quads), (told,))
    size = _number(ask, "page_size", LARGEST_PAGE, LARGEST_PAGE)
    pages = max(1, -(-total // size))
    page = _number(ask, "page", 1, pages)
    ordered = sorted(quads, key=str)[(page - 1) * size : page * size]
    numbers = {"first": 1, "prev": page - 1, "next": page + 1, "last": pages}
    links = [
        Link(_address(ask, number, size), rel)
        for rel, number in numbers.items()
        if 1 <= number <= pages
    ]
    return Part(ordered, (told, ("Link", header(links))), page, pages)


def _number(ask: Ask, name: str, default: int, most: int) -> int:
    given = ask.one(name, str(default))
    is_number = given.isascii() and given.isdigit() and len(given) <= _DIGITS
    if not is_number or not 1 <= int(given) <= most:
        raise ParameterError(f"{name}: there is no '{given[:20]}'", expected=f"1 to {most}")
    return int(given)


def _address(ask: Ask, page: int, size: int) -> str:
    fields = {"page": str(page), "page_size": str(size)}
    if ask.profile:
        fields["_profile"] = ask.profile
    if ask.dated:
        fields |= {"as_of": ask.as_of.isoformat(), "known_by": ask.known_by.isoformat()}
    path = quote(ask.path, safe="/-._~")
    return f"{root(ask)}{path}.{SUFFIXES[ask.form]}?{urlencode(fields)}"
