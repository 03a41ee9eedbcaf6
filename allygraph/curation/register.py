"""The register of documents: who published each, when, under which terms, and what rests on it."""

from collections import Counter

from pyoxigraph import Literal

from allygraph.curation.checkout import Checkout
from allygraph.names import compact, expand
from allygraph.results import Table

_COLUMNS = ("source", "title", "publisher", "published", "claims", "quotes", "text", "licence")


def register(checkout: Checkout) -> Table:
    """List the documents of a checkout, by name.

    ``text`` tells whether the words of its quotes were looked up in a text whose hash is kept:
    ``checked`` all, ``partly`` some, ``hash only`` where there is a hash and no quote.
    """
    claims: Counter[str] = Counter()
    quotes: dict[str, set[str]] = {}
    for claim in checkout.instances(expand("ally:Claim")):
        for source in checkout.names(claim, "ally:source"):
            claims[source] += 1
            quotes.setdefault(source, set()).update(checkout.names(claim, "ally:quote"))
    rows = []
    for source in checkout.instances(expand("ally:Source")):
        publisher = checkout.names(source, "dcterms:publisher")
        cells: tuple[str | int, ...] = (
            compact(source),
            checkout.text(source, "dcterms:title") or "",
            checkout.label(publisher[0]) if publisher else "",
            checkout.text(source, "ally:published") or "",
            claims[source],
            len(quotes.get(source, ())),
            _text(checkout, source, quotes.get(source, set())),
            checkout.text(source, "ally:licenceNote") or "",
        )
        rows.append(tuple(map(Literal, cells)))
    return Table(_COLUMNS, [*rows])


def _text(checkout: Checkout, source: str, quotes: set[str]) -> str:
    kept = checkout.text(source, "ally:textSha256") is not None
    checked = sum(checkout.text(quote, "ally:checkedAgainst") is not None for quote in quotes)
    if not quotes:
        return "hash only" if kept else ""
    if checked == len(quotes):
        return "checked"
    return "partly" if checked else "not checked"
