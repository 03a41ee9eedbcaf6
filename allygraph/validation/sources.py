"""Sources: the files that are looked at, those beside them, and which things each describes.

Given files are judged beside the shipped ontology and data. A thing that a given file describes
replaces the shipped thing of the same name: an edited copy is judged as if it were in its place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import NamedNode, Quad, RdfFormat

from allygraph import resources
from allygraph.errors import UnreadableFile
from allygraph.graph import file_quads, read
from allygraph.names import PREFIXES, expand, graph_iri
from allygraph.positions import Place, Positions
from allygraph.positions.matching import Node
from allygraph.rdf_files import STDIN, RdfFile, rdf_paths, read_rdf
from allygraph.validation.endpoint import RemoteGraph
from allygraph.validation.findings import Finding

_RDF_TYPE = NamedNode(expand("rdf:type"))
_SEE_ALSO = NamedNode(expand("rdfs:seeAlso"))
_SUBCLASS = expand("rdfs:subClassOf")


@dataclass
class SourceFile:
    """One file: what it is called, whether it is judged, and what it says once that is asked.

    Args:
        path: where it is.
        name: how findings call it.
        judged: whether its findings are asked for.
        part: ``ontology``, ``shapes``, ``data``, ``given`` or ``background``.
        reading: reads it.
        asked: the things whose places will be asked for, as far as that is known before.
    """

    path: Path
    name: str
    judged: bool
    part: str
    reading: Callable[[], RdfFile] = field(repr=False)
    asked: set[Node] = field(default_factory=set, repr=False)

    @cached_property
    def content(self) -> RdfFile:
        """What the file says.

        Raises:
            UnreadableFile: it is missing or broken; with its line and column.
        """
        return self.reading()

    @cached_property
    def place(self) -> Path:
        """Where it is in full, links followed."""
        if self.path.is_symlink():
            return self.path.resolve()
        return _in_full(self.path.parent) / self.path.name

    @property
    def text(self) -> str:
        """Its text."""
        return self.content.text

    @property
    def quads(self) -> list[Quad]:
        """Its statements, in the order of the text."""
        return self.content.quads

    @property
    def format(self) -> RdfFormat:
        """How it is written."""
        return self.content.format

    @property
    def base(self) -> str | None:
        """The IRI that its relative names were read against."""
        return self.content.base

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The short names that its text declares, and what they stand for."""
        return self.content.prefixes

    @cached_property
    def positions(self) -> Positions:
        """Where its triples stand; nothing is looked at before it is asked for."""
        wanted = self.asked or None
        return Positions(self.text, self.format, self.quads, self.name, self.base, wanted)

    def place_of(self, subject: str) -> Place:
        """Give the place of a thing that the file describes; at least the file."""
        return self.positions.subject(NamedNode(subject)) or Place(self.name)

    @cached_property
    def subjects(self) -> frozenset[str]:
        """The named things that the file describes."""
        return frozenset(q.subject.value for q in self.quads if isinstance(q.subject, NamedNode))

    @cached_property
    def statements(self) -> dict[object, list[Quad]]:
        """The statements about each thing."""
        found: dict[object, list[Quad]] = {}
        for quad in self.quads:
            found.setdefault(quad.subject, []).append(quad)
        return found


@cache
def _in_full(folder: Path) -> Path:
    """Follow the links of a folder; done once, because each step asks the system."""
    return folder.resolve()


@dataclass
class Sources:
    """All files of a validation; ``quads`` are those of ontology and data, replaced where given."""

    root: Path
    files: list[SourceFile]

    @property
    def judged(self) -> list[SourceFile]:
        """The files whose findings are asked for."""
        return [file for file in self.files if file.judged]

    @property
    def asked_first(self) -> list[SourceFile]:
        """All files, the judged ones first: where several describe a thing, theirs is meant."""
        return sorted(self.files, key=lambda file: not file.judged)

    @property
    def whole(self) -> bool:
        """Whether all that there is is judged."""
        return all(file.judged for file in self.files)

    def texts(self, findings: Iterable[Finding]) -> dict[str, str]:
        """Give the text of each file with findings, by its name."""
        named = {finding.place.file for finding in findings}
        return {file.name: file.text for file in self.files if file.name in named}

    @cached_property
    def pages(self) -> dict[str, str]:
        """The page on a shape that the shape itself names by rdfs:seeAlso."""
        return {
            quad.subject.value: quad.object.value
            for file in self.files
            if file.part == "shapes"
            for quad in file.quads
            if quad.predicate == _SEE_ALSO
            and isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, NamedNode)
        }

    @cached_property
    def quads(self) -> list[Quad]:
        """What the shapes and checks see: ontology, data and given files, without the shapes."""
        seen = [file for file in self.files if file.part != "shapes"]
        given = {subject for file in seen if file.part == "given" for subject in file.subjects}
        return [
            quad
            for file in seen
            for quad in file.quads
            if file.part == "given" or not _named(quad, given)
        ]

    @cached_property
    def things(self) -> frozenset[str]:
        """The named things that are judged: those that judged files describe, shapes left out."""
        judged = (file.subjects for file in self.judged if file.part != "shapes")
        return frozenset().union(*judged)

    def count(self, class_iri: str) -> int:
        """Count the judged things of a class, or of a class below it."""
        below = _classes_below(class_iri, self.quads)
        return len(
            {
                quad.subject.value
                for quad in self.quads
                if quad.predicate == _RDF_TYPE
                and isinstance(quad.object, NamedNode)
                and quad.object.value in below
                and isinstance(quad.subject, NamedNode)
                and quad.subject.value in self.things
            }
        )


def load(
    root: Path, paths: Sequence[Path] | None, staged: Mapping[Path, Path] | None = None
) -> Sources:
    """Read the shipped files of a root and the given ones.

    Args:
        root: the folder that holds ontology/, data/ and queries/.
        paths: the files and folders to judge; None for all that is shipped.
        staged: data files that are to be, each with the file that holds its text for now. They
            are read in the place of the shipped ones, and only they are judged.

    Raises:
        UnreadableFile: a file is missing, not UTF-8, or not Turtle; with its line and column.
    """
    if staged is not None:
        return _staged(root, staged)
    shipped = _shipped(root)
    given = None if paths is None else list(turtle_files(paths))
    wanted = None if given is None else {path.resolve() for path in given}
    files = [
        _file(path, path.relative_to(root).as_posix(), part, wanted is None or key in wanted)
        for part, path in shipped
        for key in [path.resolve()]
    ]
    known = {path.resolve() for _, path in shipped}
    extra = [path for path in given or () if path.resolve() not in known]
    return Sources(root, files + [_file(path, str(path), "given", True) for path in extra])


def turtle_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Give the named files, and the Turtle files below the named folders.

    Raises:
        UnreadableFile: a path does not exist, or a folder holds no Turtle file.
    """
    for path in paths:
        if not path.is_dir():
            if not path.exists():
                raise UnreadableFile(
                    f"no such file or directory: '{path}'", expected="a file", place=str(path)
                )
            yield path
            continue
        found = sorted(path.rglob("*.ttl"))
        if not found:
            raise UnreadableFile(
                f"no Turtle file below '{path}'", expected="files *.ttl", place=str(path)
            )
        yield from found


def _shipped(root: Path) -> list[tuple[str, Path]]:
    return [
        *(("ontology", path) for path in resources.ontology_files(root)),
        *(("shapes", path) for path in resources.shape_files(root)),
        *(("data", path) for path in resources.data_files(root)),
    ]


def shipped_data(root: Path) -> list[SourceFile]:
    """Read ontology and data of a root, to be judged by the shapes of others."""
    return [
        _file(path, path.relative_to(root).as_posix(), part, True)
        for part, path in _shipped(root)
        if part != "shapes"
    ]


def foreign_files(paths: Sequence[Path], part: str, *, judged: bool) -> list[SourceFile]:
    """Read files of any RDF format, named as they were given, for one part of a validation.

    Raises:
        UnreadableFile: a file is missing or broken; with its line and column.
    """
    return [_foreign(path, part, judged) for path in rdf_paths(paths)]


def remote_file(graph: RemoteGraph) -> SourceFile:
    """Take a graph that was fetched as a file without text: places name it, and no line."""
    content = RdfFile(graph.name, "", RdfFormat.JSON_LD, None, list(graph.quads), {})
    return SourceFile(Path(graph.name), graph.name, True, "data", lambda: content)


def _staged(root: Path, staged: Mapping[Path, Path]) -> Sources:
    shipped = _shipped(root)
    known = {path for _, path in shipped}
    new = [("data", path) for path in sorted(staged) if path not in known]
    files = [
        _file(staged.get(path, path), path.relative_to(root).as_posix(), part, path in staged)
        for part, path in shipped + new
    ]
    return Sources(root, files)


def _file(path: Path, name: str, part: str, judged: bool) -> SourceFile:
    """Read a file beside our own, or one of them; its statements get the graph of its name."""
    file = SourceFile(path, name, judged, part, lambda: _in_graph(path, name))
    assert file.content is not None  # what cannot be read is told before anything is judged
    return file


def _in_graph(path: Path, name: str) -> RdfFile:
    graph = quote(name.lstrip("/"), safe="/.~-_")
    if path.suffix == ".ttl":
        text = read(path, name=name)
        quads = list(file_quads(path, name=graph, place=name))
        return RdfFile(name, text, RdfFormat.TURTLE, None, quads, {})
    found = read_rdf(path, name=name)
    here = NamedNode(graph_iri(graph))
    return replace(found, quads=[Quad(q.subject, q.predicate, q.object, here) for q in found.quads])


def _foreign(path: Path, part: str, judged: bool) -> SourceFile:
    name = "stdin" if str(path) == STDIN else str(path)
    return SourceFile(path, name, judged, part, lambda: read_rdf(path))


def _named(quad: Quad, names: set[str]) -> bool:
    return isinstance(quad.subject, NamedNode) and quad.subject.value in names


def _classes_below(top: str, quads: Iterable[Quad]) -> set[str]:
    below: dict[str, set[str]] = {}
    for quad in quads:
        lower, upper = quad.subject, quad.object
        if quad.predicate.value != _SUBCLASS:
            continue
        if isinstance(lower, NamedNode) and isinstance(upper, NamedNode):
            below.setdefault(upper.value, set()).add(lower.value)
    found, waiting = {top}, [top]
    while waiting:
        for name in below.get(waiting.pop(), set()) - found:
            found.add(name)
            waiting.append(name)
    return found


RELATIONSHIP = PREFIXES["ally"] + "Relationship"
CLAIM = PREFIXES["ally"] + "Claim"
