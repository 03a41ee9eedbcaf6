"""Sources: the files that are looked at, those beside them, and where each thing stands.

Given files are judged beside the shipped ontology and data. A thing that a given file describes
replaces the shipped thing of the same name: an edited copy is judged as if it were in its place.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import NamedNode, Quad

from allygraph import resources
from allygraph.errors import UnreadableFile
from allygraph.graph import file_quads, read
from allygraph.names import PREFIXES, expand
from allygraph.positions import Place
from allygraph.turtle import subject_lines

_RDF_TYPE = NamedNode(expand("rdf:type"))
_SUBCLASS = expand("rdfs:subClassOf")


@dataclass
class SourceFile:
    """One Turtle file: its name in findings, its text and quads, and whether it is judged."""

    path: Path
    name: str
    judged: bool
    part: str
    text: str = field(repr=False)
    quads: list[Quad] = field(repr=False)

    @cached_property
    def lines(self) -> dict[str, int]:
        """The line of each named subject."""
        return subject_lines(self.text)


@dataclass
class Sources:
    """All files of a validation; ``quads`` are those of ontology and data, replaced where given."""

    root: Path
    files: list[SourceFile]

    @property
    def judged(self) -> list[SourceFile]:
        """The files whose findings are asked for."""
        return [file for file in self.files if file.judged]

    @cached_property
    def quads(self) -> list[Quad]:
        """What the shapes and checks see: ontology, data and given files, without the shapes."""
        seen = [file for file in self.files if file.part != "shapes"]
        given = {subject for file in seen if file.part == "given" for subject in file.lines}
        return [
            quad
            for file in seen
            for quad in file.quads
            if file.part == "given" or not _named(quad, given)
        ]

    @cached_property
    def places(self) -> dict[str, Place]:
        """Place of each thing that is judged; the first place where there are several."""
        found: dict[str, Place] = {}
        for file in self.judged:
            if file.part != "shapes":
                for subject, line in file.lines.items():
                    found.setdefault(subject, Place(file.name, line))
        return found

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
                and quad.subject.value in self.places
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
    text = read(path, name=name)
    quads = list(file_quads(path, name=quote(name.lstrip("/"), safe="/.~-_"), place=name))
    return SourceFile(path, name, judged, part, text, quads)


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
