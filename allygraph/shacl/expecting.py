"""What would be right: each kind of constraint as a short phrase, in each language that there is.

The phrases are ``phrases.toml`` beside this module; a language that it lacks falls back to English.
"""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode

from allygraph.shacl.model import Constraint, Node, ShapesGraph, Term
from allygraph.shacl.names import sh
from allygraph.shacl.paths import predicates

LANGUAGES = ("en", "fr", "ja")
Shorten = Callable[[Term], str]
_SHOWN = 6
_CHOICES = (sh("OrConstraintComponent"), sh("XoneConstraintComponent"))


def expected(
    constraint: Constraint,
    shorten: Shorten,
    shapes: ShapesGraph | None = None,
    *,
    lang: str = "en",
) -> str:
    """Say what a constraint asks for; empty where only its message can tell.

    Args:
        constraint: of any component.
        shorten: writes a term for a reader.
        shapes: to say of a shape without a name what it asks for, one level deep.
        lang: the language, as ``fr`` or ``fr-CA``.
    """
    return _Teller(_texts(lang), shorten, shapes).phrase(constraint)


def joined(phrases: Iterable[str], lang: str = "en") -> str:
    """Join what several constraints ask for, each once."""
    return str(_texts(lang)["comma"]).join(dict.fromkeys(filter(None, phrases)))


def _texts(lang: str) -> dict[str, Any]:
    main = lang.lower().partition("-")[0]
    return _catalogue()[main if main in LANGUAGES else "en"]


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    path = Path(__file__).with_name("phrases.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class _Teller:
    """Tells constraints in one language."""

    texts: dict[str, Any]
    shorten: Shorten
    shapes: ShapesGraph | None

    def phrase(self, constraint: Constraint) -> str:
        name = constraint.component.value.removeprefix(sh("").value)
        name = name.removesuffix("ConstraintComponent")
        if name in ("MinCount", "MaxCount", "QualifiedMinCount", "QualifiedMaxCount"):
            return self._count(name, constraint)
        if name == "NodeKind":
            return str(self.texts["kinds"][constraint.value.value.removeprefix(sh("").value)])
        if name == "Pattern":
            flags = constraint.find_option(sh("flags"))
            if isinstance(flags, Literal):
                return self._said("flags", value=constraint.value.value, flags=flags.value)
            return self._said("pattern", value=constraint.value.value)
        if name == "Closed" and not constraint.predicates:
            return self._said("closed")
        return str(self.texts["phrases"].get(name, "")).format(
            value=self.shorten(constraint.value),
            members=self._listed(constraint.members),
            shapes=self._shapes(constraint),
            predicates=self._listed(constraint.predicates),
        )

    def _said(self, name: str, **values: object) -> str:
        return str(self.texts[name]).format(**values)

    def _count(self, name: str, constraint: Constraint) -> str:
        number = constraint.value.value
        one, more = self.texts[name]
        single = number == "1" or (number == "0" and self.texts["zero-is-one"])
        shapes = self._shapes(constraint) if constraint.shapes else ""
        return str(one if single else more).format(n=number, shapes=shapes)

    def _shapes(self, constraint: Constraint) -> str:
        told = [self._shape(node) for node in constraint.shapes]
        joint = self._said("or" if constraint.component in _CHOICES else "comma")
        return joint.join(dict.fromkeys(told[:_SHOWN])) + self._more(told)

    def _shape(self, node: Node) -> str:
        """Name a shape, or say in brackets what it asks of a value, or of what a path leads to."""
        if isinstance(node, NamedNode):
            return self.shorten(node)
        shape = None if self.shapes is None else self.shapes.shapes.get(node)
        if shape is None or not shape.constraints:
            return self._said("shape")
        inner = _Teller(self.texts, self.shorten, None)
        phrases = [inner.phrase(constraint) for constraint in shape.constraints]
        text = self._said("and").join(filter(None, phrases)) or self._said("shape")
        if shape.path is None:
            return self._said("bracket", text=text)
        names = self._said("comma").join(self.shorten(iri) for iri in predicates(shape.path))
        return self._said("along", names=names, text=text)

    def _listed(self, terms: tuple[Term, ...]) -> str:
        named = [
            self.shorten(term) if isinstance(term, NamedNode | Literal) else self._said("shape")
            for term in terms
        ]
        return self._said("comma").join(dict.fromkeys(named[:_SHOWN])) + self._more(named)

    def _more(self, told: list[str]) -> str:
        return self._said("more", n=len(told)) if len(told) > _SHOWN else ""
