"""Placing: the file in which a new thing or claim belongs.

A claim stands with its source; a thing stands with its like: in the file whose things of the same
class share most with it, but not where it would differ in what all of them share (one alliance,
one kind). A file has at most 500 blocks; the next one is called ``-2``.
"""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode

from allygraph.curation.checkout import Checkout, Term
from allygraph.curation.things import TYPE, Made
from allygraph.names import compact, expand

MOST_BLOCKS = 500
_YEAR = re.compile(r"[0-9]{4}")


class Placing:
    """Finds files, and remembers how many blocks are to be added to each."""

    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout
        self._blocks: Counter[Path] = Counter(checkout.files.values())

    def add(self, path: Path, blocks: int = 1) -> Path:
        """Give the file, or the next of its name that has room, and count the blocks there."""
        chosen, number = path, 1
        while self._blocks[chosen] + blocks > MOST_BLOCKS:
            number += 1
            chosen = path.with_name(f"{path.stem}-{number}.ttl")
        self._blocks[chosen] += blocks
        return chosen

    def of_source(self, source: str, year: str) -> Path:
        """Give the own file of a source, or what it is to be called."""
        sources = self._checkout.root / "data" / "sources"
        claims = [
            claim
            for claim in self._checkout.instances(expand("ally:Claim"))
            if source in self._checkout.names(claim, "ally:source")
        ]
        files = [self._checkout.files.get(one) for one in [source, *claims]]
        own = [path for path in files if path is not None and _is_of_a_year(path, sources)]
        if own:
            return min(own, key=lambda path: (len(path.stem), path))
        return sources / year / f"{source.rpartition('/')[2]}.ttl"

    def of_thing(self, made: Made, publishers: Iterable[str] = ()) -> Path:
        """Give the file of a new thing."""
        data = self._checkout.root / "data"
        if made.iri in publishers:
            return data / "actors" / "publishers.ttl"
        like: dict[Path, list[str]] = {}
        for thing in self._checkout.instances(made.class_iri):
            path = self._checkout.files.get(thing)
            if path is not None and path.relative_to(data).parts[0] not in ("imports", "sources"):
                like.setdefault(path, []).append(thing)
        if not like:
            return _default(data, made)
        fitting = {path: things for path, things in like.items() if self._unites(made, things)}
        shared = {path: self._shared(made, things) for path, things in fitting.items()}
        best = max(shared, key=lambda path: (shared[path], -len(like[path]), path), default=None)
        if best is not None and (shared[best] > 0 or len(like) == 1):
            return best
        return _by_name(made, like) or _default(data, made, sorted(like))

    def _unites(self, made: Made, things: list[str]) -> bool:
        """Tell whether all that the things of a file have in common is so of a new one too."""
        if len(things) == 1:
            return True
        return all(
            self._sharing(name, value, things) < len(things)
            for name in dict(made.statements)
            for value in self._checkout.statements[things[0]].get(name, ())
            if (name, value) not in made.statements and isinstance(value, NamedNode)
        )

    def _shared(self, made: Made, things: list[str]) -> float:
        """Count, over all that is said of a thing, the share of its like that say the same."""
        said = [(name, value) for name, value in made.statements if name != TYPE]
        links = [(name, value) for name, value in said if isinstance(value, NamedNode)]
        return sum(self._sharing(name, value, things) for name, value in links) / len(things)

    def _sharing(self, name: str, value: Term, things: list[str]) -> int:
        statements = self._checkout.statements
        return sum(value in statements[thing].get(name, ()) for thing in things)


def _is_of_a_year(path: Path, sources: Path) -> bool:
    return path.is_relative_to(sources) and bool(
        _YEAR.fullmatch(path.relative_to(sources).parts[0])
    )


def _by_name(made: Made, like: dict[Path, list[str]]) -> Path | None:
    """Give the file that is called as the class: organizations.ttl."""
    plural = f"{_kebab(made)}s"
    named = sorted(path for path in like if path.stem == plural)
    named += sorted(path for path in like if path.stem.startswith(f"{plural}-"))
    return named[0] if named else None


def _default(data: Path, made: Made, like: list[Path] | None = None) -> Path:
    plural = f"{_kebab(made)}s"
    folders = [path.parent for path in like or [] if path.parent.name == plural]
    if folders:
        return folders[0] / "other.ttl"
    prefix = compact(made.iri).partition(":")[0]
    if prefix == "rel":
        return data / "relationships" / plural / "other.ttl"
    if prefix == "actor":
        return data / "actors" / f"{plural}.ttl"
    return data / f"{prefix}s" / "other.ttl"


def _kebab(made: Made) -> str:
    name = compact(made.class_iri).partition(":")[2]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
