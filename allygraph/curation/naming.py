"""Naming: which thing a curator means by some words, and what a new thing could be called.

Words are a short name, a label in any language, an alias, a title, a code or an address. One
exact match is sure; anything else is a list of candidates to choose from, never a guess.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple

from pyoxigraph import Literal

from allygraph.curation.checkout import Checkout
from allygraph.curation.forms import Field
from allygraph.errors import UnknownName
from allygraph.names import BASE, PREFIXES, compact, expand

_CALLED = frozenset(
    map(
        expand,
        (
            "rdfs:label",
            "skos:prefLabel",
            "skos:altLabel",
            "skos:notation",
            "dcterms:title",
            "dcterms:identifier",
            "schema:url",
            "ally:isoAlpha2",
            "ally:isoAlpha3",
        ),
    )
)
_SHOWN = 9
_KIND = PREFIXES["kind"]


class Match(NamedTuple):
    """What some words can mean: the one thing that they surely name, or candidates."""

    sure: str | None
    candidates: tuple[str, ...] = ()


class Naming:
    """The names of all things of a checkout, also of those that are only being added."""

    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout
        self.understood: dict[str, str] = {}
        """What other words than short names were taken to mean."""

    def match(self, words: str, field: Field) -> Match:
        """Tell which thing that fits a field some words mean."""
        if (named := self._named(words)) is not None and self.fits(named, field):
            return Match(named)
        folded = fold(words)
        exact = [one for one in self._by_name.get(folded, ()) if self.fits(one, field)]
        exact = sorted(set(exact)) or self._by_local_name(folded, field)
        if len(exact) == 1:
            return Match(exact[0])
        return Match(None, tuple(exact or self._near(folded, field))[:_SHOWN])

    def fits(self, thing: str, field: Field) -> bool:
        """Tell whether a thing can be a value of a field."""
        if thing not in self._checkout.statements:
            return False
        if field.schemes:
            return bool(set(self._checkout.names(thing, "skos:inScheme")) & set(field.schemes))
        if field.classes:
            return self._checkout.is_a(thing, field.classes)
        return thing.startswith(BASE) and not thing.startswith(PREFIXES["ally"])

    def resolve(self, words: str, field: Field, *, place: str) -> str:
        """Give the thing that some words mean.

        Raises:
            UnknownName: there is none, or more than one; with the candidates.
        """
        sure, candidates = self.match(words, field)
        if sure is not None:
            if compact(sure) != words:
                self.understood[words] = sure
            return sure
        if (named := self._named(words)) is not None and named in self._checkout.statements:
            told = f"'{words}' is not what {field.name} can be"
        else:
            told = f"'{words}' is not the name of one thing"
        told_candidates = ", ".join(map(self.shown, candidates))
        expected = f"one of {told_candidates}" if candidates else self.wanted(field)
        raise UnknownName(told, expected=expected, place=place)

    def wanted(self, field: Field) -> str:
        """Say what a field points to."""
        if field.schemes:
            names = list(map(compact, self.concepts(field)))
            told = f": {', '.join(names)}" if len(names) <= 2 * _SHOWN else ""
            return f"a concept of {', '.join(map(compact, field.schemes))}{told}"
        return f"the name of a thing ({', '.join(map(compact, field.classes)) or 'any class'})"

    def shown(self, thing: str) -> str:
        """Give a thing's short name with its label."""
        return f"{compact(thing)} ({self._checkout.label(thing)})"

    def concepts(self, field: Field) -> list[str]:
        """List the concepts of a field's schemes, by name; empty where it has none."""
        if not field.schemes:
            return []
        concepts = self._checkout.instances(expand("skos:Concept"))
        return [one for one in concepts if self.fits(one, field)]

    def added(self) -> None:
        """Learn the names of things that have been added since."""
        self.__dict__.pop("_by_name", None)

    def _named(self, words: str) -> str | None:
        try:
            return expand(words)
        except UnknownName:
            return None

    def _by_local_name(self, folded: str, field: Field) -> list[str]:
        """A concept may be called without its scheme: "fact" for kind:modality-fact."""
        name = slug(folded)
        ends = [f"{scheme}-{name}" for scheme in field.schemes] + [_KIND + name]
        return [one for one in ends if self.fits(one, field)][:1]

    def _near(self, folded: str, field: Field) -> list[str]:
        words = folded.split()
        fitting = {
            name: [one for one in things if self.fits(one, field)]
            for name, things in self._by_name.items()
            if words and (all(word in name for word in words) or len(name) < 2 * len(folded))
        }
        names = [name for name, things in fitting.items() if things]
        holding = sorted((name for name in names if all(w in name for w in words)), key=len)
        alike = get_close_matches(folded, names, n=_SHOWN, cutoff=0.7)
        return list(dict.fromkeys(one for name in holding + alike for one in fitting[name]))

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for thing in self._checkout.statements:
            for name in self._names_of(thing):
                found.setdefault(name, []).append(thing)
        return found

    def _names_of(self, thing: str) -> Iterator[str]:
        for name, values in self._checkout.statements[thing].items():
            if name in _CALLED:
                yield from (fold(v.value) for v in values if isinstance(v, Literal))
        yield thing.rpartition("/")[2].replace("-", " ")


def fold(words: str) -> str:
    """Give words as names are compared: small letters without accents, spaces as one.

    >>> fold(" Türkiye")
    'turkiye'
    """
    split = unicodedata.normalize("NFKD", words.casefold())
    return " ".join("".join(sign for sign in split if not unicodedata.combining(sign)).split())


def slug(words: str) -> str:
    """Give words as a part of a name: small Latin letters and figures, hyphens between.

    >>> slug("Côte d'Ivoire (2nd spell)")
    'cote-divoire-2nd-spell'
    """
    return re.sub(r"[^a-z0-9]+", "-", re.sub("['\u2019]", "", fold(words))).strip("-")


def free(name: str, taken: Callable[[str], bool]) -> str:
    """Give a name, or the name with the first free number behind it: a second spell is ``-2``."""
    numbered = (name if count == 1 else f"{name}-{count}" for count in range(1, 10_000))
    return next(one for one in numbered if not taken(one))


_PATTERNS = {
    "ally:Commitment": "rel:{instrument}-{party}-{obligation}",
    "ally:Concern": "rel:{holder}-concern-{about}",
    "ally:Membership": "rel:{organization}-{member}-membership",
    "ally:Participation": "rel:{event}-{participant}",
    "ally:Partnership": "rel:{alliance}-{partner}-{partnershipKind}",
    "ally:Position": "rel:{holder}-{stance}-{on}",
    "ally:Source": "doc:{publisher}-{title}",
    "ally:StageChange": "change:{subject}-{toStage}",
}
_LONGEST = 80


def proposed(class_iri: str, prefix: str, values: list[tuple[str, str]]) -> str:
    """Propose a short name for a new thing of a class, as the names of its like are made.

    Args:
        class_iri: the class.
        prefix: the prefix of names where the class has no pattern of its own.
        values: short names of properties, with short names of things or texts.
    """
    parts: dict[str, str] = {}
    for name, text in values:
        local = name.partition(":")[2]
        parts[local] = "-".join(filter(None, (parts.get(local), _part(text))))
    pattern = _PATTERNS.get(compact(class_iri), f"{prefix}:{{label}}")
    start, _, rest = pattern.partition(":")
    filled = re.sub(r"\{(\w+)\}", lambda match: parts.get(match[1], ""), rest)
    return f"{start}:{re.sub('-+', '-', filled)[:_LONGEST].strip('-')}"


def _part(text: str) -> str:
    prefix, colon, local = text.partition(":")
    if not colon or prefix not in PREFIXES:
        return slug(text)
    return local.partition("-")[2] or local if prefix == "kind" else local
