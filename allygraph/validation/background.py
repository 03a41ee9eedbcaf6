"""Background: what is read beside the judged files, named in the report and never blamed.

Vocabularies, the shipped ontology and data beside given files, files of ``--background``: they say
what classes are below which, and what things are. Shape: files with their quads in, a `Background`
out. Nothing is fetched: an ontology that a file imports and nobody gave is named as missing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from allygraph.names import PREFIXES, expand
from allygraph.validation.findings import Finding

Term = NamedNode | BlankNode | Literal
_TYPE = expand("rdf:type")
_OWL = PREFIXES["owl"]
_ONTOLOGY, _IMPORTS = f"{_OWL}Ontology", f"{_OWL}imports"
_WHOLES = frozenset({_ONTOLOGY, expand("skos:ConceptScheme"), "http://rdfs.org/ns/void#Dataset"})
_TELLING = frozenset({_TYPE, _IMPORTS, f"{_OWL}versionInfo", expand("dcterms:hasVersion")})
_FEW = 3
_MANY = 12


class File(Protocol):
    """What is asked of a file; `allygraph.validation.sources.SourceFile` is one."""

    @property
    def name(self) -> str:
        """As findings call it."""

    @property
    def judged(self) -> bool:
        """Whether its findings are asked for."""

    @property
    def quads(self) -> Collection[Quad]:
        """What it says."""


@dataclass(frozen=True)
class Background:
    """Who may be blamed, and what was only looked at.

    Attributes:
        names: the vocabularies and files of the background, as the report tells them.
        missing: the ontologies that a judged file imports and that are not among the files.
        judged: the things that judged files describe.
        described: the things that the background describes.
    """

    names: tuple[str, ...]
    missing: tuple[str, ...]
    judged: frozenset[Term]
    described: frozenset[Term]

    def may_be_blamed(self, focus: Term) -> bool:
        """Tell whether a finding may be about a thing: not if only the background describes it."""
        return focus in self.judged or focus not in self.described

    def without_blame(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Leave out the findings about things of the background."""
        for finding in findings:
            if (node := _node(finding.focus)) is None or self.may_be_blamed(node):
                yield finding


@dataclass
class _Seen:
    """What one pass over the quads of a file tells."""

    name: str
    subjects: set[Term] = field(default_factory=set)
    wholes: dict[str, str] = field(default_factory=dict)
    ontologies: set[str] = field(default_factory=set)
    versions: dict[str, str] = field(default_factory=dict)
    imports: dict[str, None] = field(default_factory=dict)

    def see(self, quads: Iterable[Quad]) -> "_Seen":
        for quad in quads:
            subject, value = quad.subject, quad.object
            self.subjects.add(subject)  # type: ignore[arg-type]
            if quad.predicate.value in _TELLING and isinstance(subject, NamedNode):
                if isinstance(value, NamedNode):
                    self._named(subject.value, quad.predicate.value, value.value)
                elif isinstance(value, Literal):
                    self.versions.setdefault(subject.value, value.value)
        return self

    def _named(self, subject: str, predicate: str, value: str) -> None:
        if predicate == _IMPORTS:
            self.imports[value] = None
        elif predicate == _TYPE and value in _WHOLES:
            self.wholes[subject] = value

    def vocabulary(self) -> str | None:
        """Name the file by the one vocabulary that it holds, or None."""
        if len(self.wholes) != 1:
            return None
        iri = next(iter(self.wholes))
        version = self.versions.get(iri)
        return f"{self.name} ({iri}, {version})" if version else f"{self.name} ({iri})"


def background(files: Iterable[File]) -> Background:
    """Tell the judged files from the background.

    >>> background([]).names
    ()
    """
    judged: list[_Seen] = []
    beside: list[_Seen] = []
    for file in files:
        (judged if file.judged else beside).append(_Seen(file.name).see(file.quads))
    there = {
        iri for seen in judged + beside for iri, kind in seen.wholes.items() if kind == _ONTOLOGY
    }
    wanted = {iri: None for seen in judged for iri in seen.imports}
    names = tuple(_names(beside))
    return Background(
        names if len(names) <= _MANY else tuple(_by_folder(beside)),
        tuple(iri for iri in wanted if iri not in there),
        frozenset().union(*(seen.subjects for seen in judged)),
        frozenset().union(*(seen.subjects for seen in beside)),
    )


def _names(files: Iterable[_Seen]) -> Iterator[str]:
    """Name vocabularies one by one, and other files by their folder where there are many."""
    plain: dict[str, list[str]] = {}
    for seen in files:
        if (name := seen.vocabulary()) is not None:
            yield name
        else:
            plain.setdefault(seen.name.rpartition("/")[0], []).append(seen.name)
    for folder, names in sorted(plain.items()):
        if len(names) > _FEW:
            yield f"{folder or '.'}/ ({len(names)} files)"
        else:
            yield from names


def _by_folder(files: Iterable[_Seen]) -> Iterator[str]:
    """Name no more than the outermost folders, and ontologies that tell their version."""
    count = Counter(seen.name.partition("/")[0] for seen in files if "/" in seen.name)
    for seen in files:
        name = seen.vocabulary()
        if "/" not in seen.name or (name is not None and ", " in name):
            yield name or seen.name
    for folder, number in sorted(count.items()):
        yield f"{folder}/ ({number} {'file' if number == 1 else 'files'})"


def _node(focus: str | None) -> Term | None:
    """Give the node of a finding; a literal is described nowhere."""
    if focus is None or focus.startswith('"'):
        return None
    return BlankNode(focus[2:]) if focus.startswith("_:") else NamedNode(focus)
