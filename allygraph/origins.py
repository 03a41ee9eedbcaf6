"""Origins: from which documents a source derives in the end, so that copies count as one.

Three articles that retell one wire story are one independent source. Queries ask for equal or
different roots; a chain of any length is followed here once, because the engines differ in how
well they follow paths.

Shape: pairs of a document and what it derives from in; every document with its roots out.
"""

from collections.abc import Iterable, Iterator, Mapping


def roots(
    documents: Iterable[str], derivations: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Give each document with each of its roots; one that derives from nothing is its own.

    Documents that derive from each other in a circle have no first one: each is its own root, and
    the check ``derivation-cycle`` tells of it.

    Args:
        documents: their names.
        derivations: pairs of a document and an earlier one on which it rests.
    """
    earlier: dict[str, set[str]] = {}
    for later, first in derivations:
        earlier.setdefault(later, set()).add(first)
    for document in sorted(set(documents)):
        found = sorted(name for name in _reached(document, earlier) if not earlier.get(name))
        for root in found or [document]:
            yield document, root


def _reached(document: str, earlier: Mapping[str, set[str]]) -> set[str]:
    """Give the document and all that it rests on, directly or not."""
    seen = {document}
    waiting = [document]
    while waiting:
        for name in earlier.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen
