"""Naming: which thing a curator means by some words, and what a new thing could be called.

Words are a short name, a label in any language, an alias, a title, a code or an address. One
exact match is sure; anything else is a list of candidates to choose from, never a guess.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pyoxigraph import Literal

from allygraph.curation.checkout import Checkout
from allygraph.curation.forms import Field
from allygraph.errors import UnknownName
from allygraph.names import BASE, PREFIXES, compact, expand
from allygraph.naming import Name, Names, folded

_CALLED = {
    expand(name): sort
    for sort, names in {
        "label": ("rdfs:label", "skos:prefLabel"),
        "alias": ("skos:altLabel", "skos:notation", "dcterms:title", "dcterms:identifier"),
        "code": ("schema:url", "ally:isoAlpha2", "ally:isoAlpha3"),
    }.items()
    for name in names
}
_DESIGNATED = {expand("ally:code"): "code", expand("ally:letters"): "code"}
_NAMES_BY_TIME = expand("kind:designation-name")
_SHOWN = 9


class Match(NamedTuple):
    """What some words can mean: the one thing that they surely name, or candidates."""

    sure: str | None
    candidates: tuple[str, ...] = ()


class Naming:
    """The names of all things of a checkout, also of those that are only being added."""

    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout
        self._indexes: dict[tuple[tuple[str, ...], ...], Names] = {}
        self.understood: dict[str, str] = {}
        """What other words than short names were taken to mean."""

    def match(self, words: str, field: Field) -> Match:
        """Tell which thing that fits a field some words mean."""
        named = self._named(words)
        if named is not None and (self.fits(named, field) or _is_foreign(named, field)):
            return Match(named)
        index = self._index(field)
        found = index.find(words)
        exact = sorted({name.thing for name in found if name.sort == found[0].sort})
        exact = exact or self._by_local_name(words, field)
        if len(exact) == 1:
            return Match(exact[0])
        near = exact or [name.thing for _, name in index.near(words, limit=_SHOWN)]
        return Match(None, tuple(near[:_SHOWN]))

    def begun(self, words: str, field: Field) -> Match:
        """Tell which concept of a short list some words begin; to be shown, and so not a guess."""
        starts = [f"{scheme}-{slug(words)}" for scheme in field.schemes]
        found = [
            one
            for one in self.concepts(field)
            if folded(self._checkout.label(one)).startswith(folded(words))
            or any(one.startswith(start) for start in starts)
        ]
        return Match(found[0]) if len(found) == 1 else Match(None, tuple(found))

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
            raise UnknownName(
                f"'{words}' is not what {field.name} can be",
                expected=self.wanted(field),
                place=place,
            )
        told = ", ".join(map(self.shown, candidates))
        raise UnknownName(
            f"'{words}' is not the name of one thing",
            expected=f"one of {told}" if told else self.wanted(field),
            place=place,
        )

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
        self._indexes.clear()

    def _named(self, words: str) -> str | None:
        try:
            return expand(words)
        except UnknownName:
            return None

    def _by_local_name(self, words: str, field: Field) -> list[str]:
        """A concept may be called without its scheme: "fact" for kind:modality-fact."""
        name = slug(words)
        ends = [f"{scheme}-{name}" for scheme in field.schemes]
        return [one for one in ends if self.fits(one, field)][:1]

    def _index(self, field: Field) -> Names:
        """Give the names of all things that fit a field; made once."""
        key = (field.classes, field.schemes)
        if key not in self._indexes:
            fitting = {one for one in self._checkout.statements if self.fits(one, field)}
            names = Names(name for one in fitting for name in self._names_of(one))
            for name in self._designations():
                if name.thing in fitting:
                    names.add(name)
            self._indexes[key] = names
        return self._indexes[key]

    def _names_of(self, thing: str) -> Iterator[Name]:
        for name, values in self._checkout.statements[thing].items():
            if name in _CALLED:
                for value in values:
                    if isinstance(value, Literal):
                        yield Name(value.value, thing, _CALLED[name])
        yield Name(thing.rpartition("/")[2], thing, "alias")

    def _designations(self) -> Iterator[Name]:
        """Give codes and names by time: they count here whenever they held."""
        for one in self._checkout.instances(expand("ally:Designation")):
            by_time = _NAMES_BY_TIME in self._checkout.names(one, "ally:designationScheme")
            for thing in self._checkout.names(one, "ally:designated"):
                for name, sort in _DESIGNATED.items():
                    if (text := self._checkout.text(one, name)) is not None:
                        yield Name(text, thing, "dated name" if by_time else sort)


def _is_foreign(iri: str, field: Field) -> bool:
    """Tell whether an IRI of others can stand where the shapes ask for any IRI."""
    return not iri.startswith(BASE) and not field.classes and not field.schemes


def slug(words: str) -> str:
    """Give words as a part of a name: small Latin letters and figures, hyphens between.

    >>> slug("Côte d'Ivoire (2nd spell)")
    'cote-divoire-2nd-spell'
    """
    return re.sub(r"[^a-z0-9]+", "-", folded(words)).strip("-")


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
