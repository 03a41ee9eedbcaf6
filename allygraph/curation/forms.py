"""Forms: what a thing of a class needs, read from the shapes that will judge it.

A property shape with ``sh:minCount`` is a question that must be answered, ``sh:class`` and the
scheme that a sequence path names say what the answer can be. So a new class with a shape can be
asked for at once, and no list of properties is kept twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from allygraph.names import KINDS_OF_THING, PREFIXES, compact, expand
from allygraph.validation.shapes import shapes_graph

if TYPE_CHECKING:
    from pathlib import Path

    from rdflib import Graph

    from allygraph.curation.checkout import Checkout

LABEL = expand("rdfs:label")
LANGUAGE_TEXT = expand("rdf:langString")


@dataclass(frozen=True)
class Field:
    """One property: how many values (``most`` None: any number), and what they can be.

    ``points`` is true where values are things; ``classes`` and ``schemes`` say which ones.
    """

    path: str
    name: str
    message: str = ""
    least: int = 0
    most: int | None = None
    classes: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    datatype: str | None = None
    points: bool = False

    @property
    def short(self) -> str:
        """The short name of the property."""
        return compact(self.path)


@dataclass(frozen=True)
class Alternatives:
    """Several properties of which some values are needed together."""

    paths: tuple[str, ...]
    name: str
    message: str
    least: int


@dataclass
class Form:
    """What the shapes ask of the things of a class."""

    class_iri: str
    fields: dict[str, Field] = field(default_factory=dict)
    alternatives: list[Alternatives] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)

    def required(self) -> list[Field]:
        """List the fields that must have a value."""
        return [one for one in self.fields.values() if one.least]

    def optional(self) -> list[Field]:
        """List the fields that may have a value."""
        return [one for one in self.fields.values() if not one.least]

    def prefixes(self) -> list[str]:
        """List the prefixes that names of such things can have, as ``rel``."""
        import re

        return [
            kind
            for kind in KINDS_OF_THING
            if all(re.search(pattern, f"{PREFIXES[kind]}a") for pattern in self.patterns)
        ]


class Forms:
    """The forms of all classes below a root."""

    def __init__(self, root: "Path", checkout: "Checkout") -> None:
        self._shapes = shapes_graph(root)
        self._checkout = checkout
        self._made: dict[str, Form] = {}

    def of(self, class_iri: str) -> Form:
        """Give the form of a class: the shapes of it and of all classes above it."""
        if class_iri not in self._made:
            self._made[class_iri] = self._form(class_iri)
        return self._made[class_iri]

    def classes(self, within: tuple[str, ...] = ()) -> list[str]:
        """List the classes of which new things can be made, or those below given ones."""
        from rdflib import RDFS, SH, URIRef

        labelled = URIRef(PREFIXES["shape"] + "Thing")
        tops = {str(one) for one in self._shapes.objects(labelled, SH.targetClass)}
        tops -= set(map(expand, ("ally:Claim", "ally:Quote")))
        found = {one for top in within or tops for one in self._checkout.below(top)}
        found = {
            one for one in found if self._checkout.above(one) & tops and not self._defined(one)
        }
        groups = {upper for one in found for upper in self._checkout.above(one) - {one}}
        told = {str(one) for one in self._shapes.objects(None, SH.targetClass)}
        general = {str(RDFS.Class), *map(expand, ("ally:Relationship", "ally:Actor"))}
        return sorted(one for one in found - general if one not in groups or one in told)

    def _defined(self, class_iri: str) -> bool:
        said = self._checkout.statements.get(class_iri, {})
        return expand("owl:equivalentClass") in said

    def _form(self, class_iri: str) -> Form:
        from rdflib import SH, URIRef

        form = Form(class_iri)
        schemes: dict[str, tuple[str, ...]] = {}
        for one in sorted(self._checkout.above(class_iri)):
            for owner in sorted(self._shapes.subjects(SH.targetClass, URIRef(one)), key=str):
                form.patterns.extend(map(str, self._shapes.objects(owner, SH.pattern)))
                for shape in sorted(self._shapes.objects(owner, SH.property), key=str):
                    self._read(shape, form, schemes)
        for path, found in schemes.items():
            form.fields[path] = replace(form.fields[path], schemes=found)
        return form

    def _read(self, shape: Any, form: Form, schemes: dict[str, tuple[str, ...]]) -> None:
        from rdflib import SH, URIRef
        from rdflib.collection import Collection

        path = self._shapes.value(shape, SH.path)
        if isinstance(path, URIRef):
            made = _field(self._shapes, shape, str(path))
            form.fields[str(path)] = _joined(form.fields.get(str(path)), made)
            return
        either = self._shapes.value(path, SH.alternativePath)
        if either is not None:
            steps = tuple(map(str, Collection(self._shapes, either)))
            least = _number(self._shapes, shape, SH.minCount) or 0
            name, message = _words(self._shapes, shape)
            form.alternatives.append(Alternatives(steps, name, message, least))
            return
        if (chosen := self._shapes.value(shape, SH["in"])) is not None:
            first = str(Collection(self._shapes, path)[0])
            schemes[first] = tuple(map(str, Collection(self._shapes, chosen)))


def _field(shapes: "Graph", shape: Any, path: str) -> Field:
    from rdflib import SH

    name, message = _words(shapes, shape)
    datatype = shapes.value(shape, SH.datatype)
    least = _number(shapes, shape, SH.minCount) or 0
    least = max(least, _number(shapes, shape, SH.qualifiedMinCount) or 0)
    return Field(
        path,
        name,
        message,
        least,
        _number(shapes, shape, SH.maxCount),
        classes=tuple(sorted(_classes(shapes, shape))),
        datatype=str(datatype) if datatype is not None else None,
        points=shapes.value(shape, SH.nodeKind) == SH.IRI,
    )


def _classes(shapes: "Graph", shape: Any) -> set[str]:
    """Give the classes that values can be in: all of sh:or, also behind sh:node."""
    from rdflib import SH
    from rdflib.collection import Collection

    found = {str(one) for one in shapes.objects(shape, SH["class"])}
    for node in shapes.objects(shape, SH.node):
        found |= _classes(shapes, node)
    for either in shapes.objects(shape, SH["or"]):
        for one in Collection(shapes, either):
            found |= _classes(shapes, one)
    return found - {expand("skos:Concept")}


def _joined(one: Field | None, other: Field) -> Field:
    """Join what two shapes say of one property: the stricter number, the first name."""
    if one is None:
        return other
    numbers = [number for number in (one.most, other.most) if number is not None]
    return replace(
        one,
        least=max(one.least, other.least),
        most=min(numbers) if numbers else None,
        classes=one.classes or other.classes,
        datatype=one.datatype or other.datatype,
        points=one.points or other.points,
    )


def _words(shapes: "Graph", shape: Any) -> tuple[str, str]:
    from rdflib import SH

    return _english(shapes.objects(shape, SH.name)), _english(shapes.objects(shape, SH.message))


def _english(texts: Iterable[Any]) -> str:
    """Choose the text in English of those that a shape has in several languages."""
    return str(next((text for text in texts if text.language == "en"), None))


def _number(shapes: "Graph", shape: Any, name: Any) -> int | None:
    value = shapes.value(shape, name)
    return None if value is None else int(str(value))
