"""Following: data that is judged by shapes again and again while its files change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode

from allygraph import shacl
from allygraph.errors import UnreadableFile
from allygraph.rdf_files import EXTENSIONS
from allygraph.validation import foreign, ours
from allygraph.validation.examined import Examined
from allygraph.validation.options import Options
from allygraph.validation.revision import reader
from allygraph.validation.shapes import Engine, Shapes, translated
from allygraph.validation.sources import SourceFile, load
from allygraph.validation.watch import Session, changes, stamps

_OURS = (".ttl", ".rq", ".tsv", ".toml")


@dataclass
class _Followed:
    """Answers from a session; the files that changed last are likely to have the findings."""

    session: Session
    last: frozenset[Path] = frozenset()

    def differs(self, file: SourceFile) -> bool:
        return file.place in self.last

    def describing(self, node: object) -> tuple[Path, ...]:
        return self.session.files(node) if isinstance(node, NamedNode | BlankNode) else ()

    def judge(self, shapes: Shapes, *, engine: Engine, jobs: int) -> shacl.Report:
        return self.session.report


def follow(
    root: Path,
    paths: Sequence[Path],
    shapes: Sequence[Path],
    background: Sequence[Path],
    options: Options,
) -> Iterator[Examined | UnreadableFile]:
    """Judge data by shapes, and again after each change of a file of it; Ctrl-C ends it.

    A file that is broken for a while is told as an error, and waited for.

    Args:
        root: the folder of our own shapes.
        paths: files and folders of the data.
        shapes: the shapes, which are read once.
        background: what is read beside the data.
        options: as of `foreign.examine`.

    Raises:
        UnreadableFile: a file is broken at the start.
    """
    watched = [*paths, *background]
    since = stamps(watched, _is_rdf)
    sources = foreign.load(root, paths, shapes, background)
    data = [file for file in sources.files if file.part != "shapes"]
    rules = Shapes(lambda: (), [q for f in sources.files if f.part == "shapes" for q in f.quads])
    texts = {file.place: file.path.read_bytes() for file in data}
    with translated():
        session = Session(texts, rules.shapes, reader(data), jobs=options.jobs)
    yield foreign.examine(sources, options, _Followed(session))
    for changed in changes(watched, _is_rdf, since=since):
        try:
            session.update(changed)
            sources = foreign.load(root, paths, shapes, background)
            found = foreign.examine(sources, options, _Followed(session, frozenset(changed)))
        except UnreadableFile as error:
            yield error
        else:
            yield found


def follow_ours(
    root: Path, paths: Sequence[Path] | None, options: Options
) -> Iterator[Examined | UnreadableFile]:
    """Judge our own files, and all again after each change: its rules look across files."""
    watched = list(paths or (root / "ontology", root / "data", root / "queries"))
    since = stamps(watched, _is_ours)
    yield ours.examine(load(root, paths), options)
    for _ in changes(watched, _is_ours, since=since):
        try:
            found = ours.examine(load(root, paths), options)
        except UnreadableFile as error:
            yield error
        else:
            yield found


def _is_rdf(path: Path) -> bool:
    return path.suffix.lstrip(".") in EXTENSIONS


def _is_ours(path: Path) -> bool:
    return path.suffix in _OURS
