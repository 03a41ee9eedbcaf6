"""What differs from a revision of git, as the shapes are asked about it again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from pyoxigraph import Quad

from allygraph import shacl
from allygraph.rdf_files import as_text, parse_text
from allygraph.rdf_files.formats import format_by_name, guess
from allygraph.shacl import ShapesGraph
from allygraph.validation.changed import validate_changed
from allygraph.validation.git import Revised, revised
from allygraph.validation.shapes import Engine, Shapes
from allygraph.validation.snapshot import Reader
from allygraph.validation.sources import SourceFile


class Answers(Protocol):
    """What answers for the data: it knows what the shapes say of them."""

    def differs(self, file: SourceFile) -> bool:
        """Tell whether a file is likely to be where the findings are."""

    def describing(self, node: object) -> tuple[Path, ...] | None:
        """Name the files that describe a thing; None where that is not known."""

    def judge(self, shapes: Shapes, *, engine: Engine, jobs: int) -> shacl.Report:
        """Say what the shapes say."""


@dataclass
class Revision:
    """A revision, held against the files that are there now.

    Args:
        name: a commit, branch or tag.
        data: the files that make the graph.
        shape_files: the files of the shapes.
        key: tells apart what is judged, for the snapshot of the last run.
    """

    name: str
    data: Sequence[SourceFile]
    shape_files: Sequence[SourceFile]
    key: str
    _files: Mapping[Any, tuple[Path, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def differing(self) -> dict[Path, Revised]:
        """The files that differ, by their whole path.

        Raises:
            UsageError: there is no git, no repository, or no such revision.
        """
        paths = [file.place for file in (*self.data, *self.shape_files)]
        folders = {path.parent for path in paths}
        known = set(paths)
        found = revised(sorted(folders), self.name)
        return {one.path: one for one in found if one.path in known or _is_gone(one, paths)}

    def differs(self, file: SourceFile) -> bool:
        """Tell whether a file differs from what it was."""
        return file.place in self.differing

    def describing(self, node: object) -> tuple[Path, ...] | None:
        """Name the files that describe a thing that was found; None for others."""
        return self._files.get(node)

    def judge(self, shapes: Shapes, *, engine: Engine, jobs: int) -> shacl.Report:
        """Ask the shapes again where the difference can matter; errors as of `Shapes.judge`."""
        files = [file.place for file in self.data]
        shape_paths = {file.place for file in self.shape_files}
        old = [one for path, one in self.differing.items() if path in shape_paths]
        made = validate_changed(
            files,
            shapes.shapes,
            [one for path, one in self.differing.items() if path not in shape_paths],
            reader(self.data),
            key=self.key,
            old_shapes=self._old_shapes(old) if old else None,
            engine="auto" if engine == "both" else engine,
            jobs=jobs,
        )
        self._files = dict(made.files)
        return made.report

    def _old_shapes(self, old: Iterable[Revised]) -> ShapesGraph:
        before = {one.path: one.before for one in old}
        quads: list[Quad] = []
        read = reader(self.shape_files)
        for file in self.shape_files:
            path = file.place
            if path not in before:
                quads += file.quads
            elif (data := before[path]) is not None:
                quads += read(path, data)
        return shacl.read_shapes(quads)


def reader(files: Iterable[SourceFile]) -> Reader:
    """Give what parses the bytes of files; blank nodes are named as where a file is read whole."""
    names = {file.place: file.name for file in files}

    def read(path: Path, data: bytes) -> list[Quad]:
        name, base = names.get(path, str(path)), path.as_uri()
        text = as_text(data, place=name)
        form = format_by_name(path.name) or guess(text, base)
        return parse_text(text, form, name=name, base=base).quads

    return read


def _is_gone(one: Revised, paths: Sequence[Path]) -> bool:
    """Tell whether a file is there no more that would have been one of the data's."""
    return one.after is None and one.path.suffix in {path.suffix for path in paths}
