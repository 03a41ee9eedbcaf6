"""Watch: the graph and what the shapes say of it stay in memory, and follow the files.

A `Session` is told which files changed; it judges again only what that can affect, and its results
are always those of a run over everything. `changes` waits for the files.

Shape: files in, a `Report` out, again and again.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from pyoxigraph import NamedNode

from allygraph.shacl import Report, Result, ShapesGraph, validate
from allygraph.shacl.model import Node, Term
from allygraph.shacl.reach import Affected, referred
from allygraph.shacl.reporting import in_order
from allygraph.shacl.validating import Engine
from allygraph.validation.changed import again, reached, values
from allygraph.validation.corpus import Corpus, Difference
from allygraph.validation.snapshot import Reader

Stamps: TypeAlias = Mapping[Path, tuple[int, int]]
"""When each file was last written, in nanoseconds, and its size in bytes."""
_TURN = 250  # milliseconds after which somebody who wants to stop is heard
_PAUSE = 200  # milliseconds: an editor writes a file in several steps


class Session:
    """A graph made of files, and what the shapes say of it now.

    Args:
        files: the files and their bytes.
        shapes: what they are judged by.
        reader: parses one.
        engine: as of `allygraph.shacl.validate`.
        jobs: how many queries run at a time.

    Raises:
        UnreadableFile: a file is broken.
        ShaclError: as of `allygraph.shacl.validate`.
    """

    def __init__(
        self,
        files: Mapping[Path, bytes],
        shapes: ShapesGraph,
        reader: Reader,
        *,
        engine: Engine = "auto",
        jobs: int = 1,
    ) -> None:
        self._texts = dict(files)
        self._shapes = shapes
        self._reader = reader
        self._engine: Engine = engine
        self._jobs = jobs
        self._corpus = Corpus()
        self._corpus.fill((str(path), reader(path, text)) for path, text in files.items())
        self._groups = _groups(shapes)
        whole = validate(self._corpus.graph(), shapes, engine=engine, jobs=jobs)
        self._compiled, self._delegated = whole.compiled, whole.delegated
        self._results = set(whole.results)

    @property
    def report(self) -> Report:
        """What the shapes say now."""
        return Report(in_order(self._results), self._compiled, self._delegated)

    def files(self, node: Term) -> tuple[Path, ...]:
        """Give the files that describe a thing."""
        return tuple(map(Path, self._corpus.files(node)))

    def values(self, focus: Term, name: NamedNode) -> tuple[Term, ...]:
        """Give the values of a property, as they were written."""
        return values(self._corpus.graph(), focus, name)

    def update(self, changed: Mapping[Path, bytes | None]) -> Affected:
        """Take over changed files, and judge again what that can affect.

        Args:
            changed: new and changed files with their bytes; None for one that is gone.

        Returns:
            the shapes that were asked again, with the nodes that they were asked about.

        Raises:
            UnreadableFile: a file is broken; nothing is taken over then.
        """
        read = {
            path: ([] if text is None else list(self._reader(path, text)))
            for path, text in changed.items()
        }
        told: list[Difference] = []
        for path, quads in read.items():
            known = self._texts.get(path)
            old = () if known is None else self._reader(path, known)
            told.append(self._corpus.replace(str(path), old, quads))
            text = changed[path]
            if text is None:
                self._texts.pop(path, None)
            else:
                self._texts[path] = text
        data = self._corpus.graph()
        reach = self._whole_groups(reached(data, self._shapes, _joined(told)))
        fresh = again(data, self._shapes, reach, engine=self._engine, jobs=self._jobs)
        self._results = {r for r in self._results if not _is_asked(r, reach)} | {
            result for result in fresh.results if _is_asked(result, reach)
        }
        return reach

    def _whole_groups(self, reach: Affected) -> Affected:
        """Ask a shape with all that hangs on it; what is nested deeper, about all nodes.

        A result of a deeply nested shape names the node that this one was asked about, not the
        one at which its parents began.
        """
        found: dict[Node, frozenset[Term] | None] = {}
        for node, nodes in reach.items():
            shape = self._shapes[node]
            for part in (node, *(shape.properties if shape.path is None else ())):
                known = found.get(part, frozenset())
                found[part] = None if nodes is None or known is None else known | nodes
        for group in self._groups:
            if not group.isdisjoint(found):
                found.update(dict.fromkeys(group))
        return found


def changes(
    paths: Sequence[Path],
    wanted: Callable[[Path], bool],
    stop: threading.Event | None = None,
    begun: threading.Event | None = None,
    since: Stamps | None = None,
) -> Iterator[dict[Path, bytes | None]]:
    """Wait for changes of files, and give the changed ones with their bytes; None for one gone.

    Args:
        paths: files, and folders with all that is below them.
        wanted: tells whether a file counts.
        stop: ends the iteration when it is set; Ctrl-C does too.
        begun: is set when the files are being watched: what changes from then on is told.
        since: what `stamps` told before the files were read: what has changed from then on until
            they are watched is told first.
    """
    from watchfiles import watch

    files = {path.resolve() for path in paths if not path.is_dir()}
    folders = {path.resolve() for path in paths if path.is_dir()}

    def counts(_: object, name: str) -> bool:
        path = Path(name)
        below = path in files or not folders.isdisjoint(path.parents)
        return below and wanted(path)

    roots = sorted(folders | {path.parent for path in files})
    watched = watch(
        *roots,
        watch_filter=counts,
        debounce=_PAUSE,
        stop_event=stop,
        rust_timeout=_TURN,
        yield_on_timeout=True,
    )
    for seen in watched:
        if begun is not None:
            begun.set()
        differing = {Path(name) for _, name in seen}
        if since is not None:
            now = stamps(paths, wanted)
            differing |= {path for path, _ in now.items() ^ since.items()}
            since = None
        if differing:
            yield {path: _bytes(path) for path in sorted(differing)}


def stamps(paths: Sequence[Path], wanted: Callable[[Path], bool]) -> Stamps:
    """Tell when each file was last written, and its size; the arguments are those of `changes`."""
    below = (one for path in paths if path.is_dir() for one in path.rglob("*") if wanted(one))
    found: dict[Path, tuple[int, int]] = {}
    for path in (*below, *(path for path in paths if not path.is_dir() and wanted(path))):
        with suppress(OSError):
            told = path.stat()
            found[path.resolve()] = (told.st_mtime_ns, told.st_size)
    return found


def _joined(steps: Iterable[Difference]) -> Difference:
    """Join steps one on top of the other; what came and went again may be in both."""
    told = Difference()
    for step in steps:
        came, went = step.added - told.removed, step.removed - told.added
        told = Difference((told.added - step.removed) | came, (told.removed - step.added) | went)
    return told


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _is_asked(result: Result, reach: Affected) -> bool:
    nodes = reach.get(result.shape, frozenset())
    return nodes is None or result.focus in nodes


def _groups(shapes: ShapesGraph) -> list[frozenset[Node]]:
    """Find the shapes that report about values of each other, joined where they share one."""
    groups: list[frozenset[Node]] = []
    for shape in shapes.shapes.values():
        if shape.path is not None and shape.properties and not shape.deactivated:
            joined = frozenset(_below(shape.node, shapes))
            apart = [group for group in groups if group.isdisjoint(joined)]
            groups = [*apart, joined.union(*(g for g in groups if g not in apart))]
    tops = {s.node: frozenset((s.node, *s.properties)) for s in shapes.targeted()}
    return [
        group.union(*(top for top in tops.values() if not top.isdisjoint(group)))
        for group in groups
    ]


def _below(node: Node, shapes: ShapesGraph) -> Iterable[Node]:
    found, waiting = {node}, [node]
    while waiting:
        for part in referred(shapes[waiting.pop()]):
            if part not in found:
                found.add(part)
                waiting.append(part)
    return found
