"""A checkout as curators need it: all that is said of each thing, and the file that says it."""

from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from allygraph import resources
from allygraph.errors import UnreadableFile
from allygraph.graph import source_files, source_quads
from allygraph.lookup import label_rank
from allygraph.names import compact, expand

Term = NamedNode | Literal | BlankNode | Triple
Statements = dict[str, list[Term]]
"""Property to values, of one thing."""

_whole = cache(expand)
_TYPE = expand("rdf:type")
_BELOW = expand("rdfs:subClassOf")
_LABELS = tuple(map(expand, ("rdfs:label", "skos:prefLabel", "dcterms:title")))


class Checkout:
    """The ontology and the data below a root; IRIs are whole, files are paths below the root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.statements: dict[str, Statements] = {}
        self.files: dict[str, Path] = {}

    @classmethod
    def read(cls, root: Path | None = None) -> "Checkout":
        """Read the files of a root, by default of the shipped one.

        Raises:
            UnreadableFile: a folder or file is missing, not UTF-8, or not Turtle.
        """
        made = cls(root or resources.root())
        for path in source_files(made.root):
            for quad in source_quads(made.root, [path]):
                if isinstance(quad.subject, NamedNode):
                    made.add(quad.subject.value, quad.predicate.value, quad.object)
                    made.files.setdefault(quad.subject.value, path)
        return made

    def add(self, subject: str, name: str, value: Term) -> None:
        """Let one more thing be said; only here, not in a file."""
        self.statements.setdefault(subject, {}).setdefault(name, []).append(value)
        self.__dict__.pop("_by_class", None)

    def forget(self, subject: str) -> None:
        """Let a thing that was added not be there after all."""
        self.statements.pop(subject, None)
        self.__dict__.pop("_by_class", None)

    def names(self, subject: str, name: str) -> list[str]:
        """List the IRIs that a property of a thing points to; its short name will do."""
        values = self.statements.get(subject, {}).get(_whole(name), ())
        return [value.value for value in values if isinstance(value, NamedNode)]

    def text(self, subject: str, name: str) -> str | None:
        """Give the English value of a property, else any, or None."""
        values = self.statements.get(subject, {}).get(_whole(name), ())
        ranked = [(label_rank(v), v.value) for v in values if isinstance(v, Literal)]
        return min(ranked)[1] if ranked else None

    def label(self, iri: str) -> str:
        """Give the label of a thing or concept, or its short name where it has none."""
        return next((text for name in _LABELS if (text := self.text(iri, name))), compact(iri))

    def above(self, iri: str) -> set[str]:
        """Give a class and all classes above it."""
        found, waiting = {iri}, [iri]
        while waiting:
            for upper in self.names(waiting.pop(), _BELOW):
                if upper not in found:
                    found.add(upper)
                    waiting.append(upper)
        return found

    def below(self, iri: str) -> set[str]:
        """Give a class and all classes below it."""
        return {one for one, upper in self._above.items() if iri in upper}

    def is_a(self, thing: str, classes: Iterable[str]) -> bool:
        """Tell whether a thing is in one of the classes, or in a class below one."""
        wanted = set(classes)
        return any(self._above[kind] & wanted for kind in self.classes(thing))

    def classes(self, thing: str) -> list[str]:
        """List the classes that a thing is said to be in."""
        return [kind for kind in self.names(thing, _TYPE) if kind in self._above]

    def instances(self, class_iri: str) -> Iterator[str]:
        """Give the things of a class, or of a class below it, in order of their IRI."""
        found = {thing for kind in self.below(class_iri) for thing in self._by_class.get(kind, ())}
        yield from sorted(found)

    @cached_property
    def _above(self) -> dict[str, set[str]]:
        owl_class = expand("owl:Class")
        classes = [one for one in self.statements if owl_class in self.names(one, _TYPE)]
        foreign = [expand("skos:Concept"), expand("skos:ConceptScheme")]
        return {one: self.above(one) for one in classes + foreign}

    @cached_property
    def _by_class(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for thing in self.statements:
            for kind in self.names(thing, _TYPE):
                found.setdefault(kind, []).append(thing)
        return found


def editable_root(root: Path | None) -> Path:
    """Give the root of a checkout that may be edited: the given, or the one that one is in.

    Raises:
        UnreadableFile: it is the copy in a wheel, or no checkout.
    """
    here = next((one for one in _around(Path.cwd()) if _is_checkout(one)), None)
    chosen = (root or here or resources.root()).resolve()
    if not _is_checkout(chosen):
        raise UnreadableFile(
            f"'{chosen}' is not a checkout whose files can be edited",
            expected="a clone of the repository: run the command in it, or name it with --root",
            place=str(chosen),
        )
    return chosen


def _around(folder: Path) -> list[Path]:
    return [folder, *folder.parents]


def _is_checkout(folder: Path) -> bool:
    folders = [folder / name for name in ("ontology/shapes", "data", "queries/checks")]
    return "_bundle" not in folder.parts and all(one.is_dir() for one in folders)
