"""The built graph: files to quads to derived graphs to an on-disk store, and back to it by content.

A store is immutable. Its folder is named by the sha256 of its sorted N-Quads, is made beside its
place and moved there in one step, and is used again while the files and the deriving code are
the same. Everything below the home folder can be thrown away.
"""

import gc
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from allygraph import queries, resources
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.graph import source_files, source_quads
from allygraph.leases import is_leased
from allygraph.queries import executables

Progress = Callable[[str, int, int], None]
"""Told of a step, how much of it is done, and how much there is."""

_PACKAGE = Path(__file__).resolve().parent
_DERIVING_CODE = (
    "build.py",
    "certainty.py",
    "dates.py",
    "derive.py",
    "graph.py",
    "holdings.py",
    "names.py",
    "origins.py",
    "queries/executables.py",
    "testimony.py",
)
_KEPT_BUILDS = 4


@dataclass(frozen=True)
class Build:
    """A built graph: the sha256 of its sorted N-Quads, and how many quads it has."""

    content: str
    quads: int

    @property
    def store(self) -> Path:
        """The folder of the store."""
        return resources.home() / "stores" / self.content


def build(root: Path | None = None, *, progress: Progress | None = None) -> Build:
    """Build the graph of a root, or give the build that is there already.

    Raises:
        UnreadableFile: a source file is missing or broken; nothing is changed then.
    """
    root = root or resources.root()
    record = resources.home() / "builds" / f"{input_digest(root)}.json"
    if (known := _recorded(record)) is not None:
        _write_record(known, _latest_record(root))
        return known
    tell = progress or _silent
    dump = memory_store(root, progress=tell).dump(format=RdfFormat.N_QUADS)
    lines = sorted((dump or b"").splitlines(keepends=True))
    made = Build(hashlib.sha256(b"".join(lines)).hexdigest(), len(lines))
    tell("write the store", 0, len(lines))
    _write_store(lines, made.store)
    tell("write the store", len(lines), len(lines))
    _write_record(made, record)
    _write_record(made, _latest_record(root))
    _forget_old_builds(record.parent, made.store.parent)
    return made


def current_store(root: Path | None = None, *, progress: Progress | None = None) -> Path:
    """Give the folder of the current store; it is built when the files have changed."""
    return build(root, progress=progress).store


def latest_store(root: Path) -> Path | None:
    """Give the store of the build of a root that any process made or asked for last.

    Nothing is built; None where there is no record, or no store.
    """
    made = _recorded(_latest_record(root))
    return None if made is None else made.store


def open_current(root: Path | None = None, *, progress: Progress | None = None) -> OxigraphEngine:
    """Open the current store read-only; it is built when the files have changed."""
    return OxigraphEngine.open(current_store(root, progress=progress))


def memory_store(root: Path, *, progress: Progress | None = None) -> Store:
    """Build the graph of a root in memory: its files, what derives from them, its queries."""
    # Only a build derives; a question on a store that is there should not wait for this import.
    from allygraph.derive import extend

    tell = progress or _silent
    store = Store()
    files = source_files(root)
    for done, path in enumerate(files, start=1):
        store.extend(source_quads(root, [path]))
        tell("read the files", done, len(files))
    tell("derive", 0, 1)
    extend(store, root)
    tell("derive", 1, 1)
    store.extend(executables.quads(queries.catalogue(root)))
    return store


def input_digest(root: Path) -> str:
    """Give the sha256 of all that a build depends on: files, rules and the deriving code."""
    digest = hashlib.sha256()
    inputs = source_files(root) + resources.rule_files(root) + resources.query_files(root)
    named = [(path.relative_to(root).as_posix(), path) for path in inputs]
    named += [(f"allygraph/{name}", _PACKAGE / name) for name in _DERIVING_CODE]
    for name, path in named:
        digest.update(f"{name}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _latest_record(root: Path) -> Path:
    name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    return resources.home() / "latest" / f"{name}.json"


def _recorded(record: Path) -> Build | None:
    try:
        made = Build(**json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if not made.store.is_dir():
        return None
    os.utime(record)
    return made


def _write_store(lines: list[bytes], target: Path) -> None:
    if target.is_dir():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".making-", dir=target.parent))
    try:
        store = Store(str(made))
        store.bulk_load(input=b"".join(lines), format=RdfFormat.N_QUADS)
        store.optimize()
        store.flush()
        del store
        gc.collect()
        _move(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _move(made: Path, target: Path) -> None:
    """Move a folder into place; another process that was quicker made the same content."""
    try:
        made.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def _write_record(made: Build, record: Path) -> None:
    record.parent.mkdir(parents=True, exist_ok=True)
    temporary = record.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(asdict(made)), encoding="utf-8")
    temporary.replace(record)


def _forget_old_builds(records: Path, stores: Path) -> None:
    """Keep the latest builds, and the stores on which a service runs."""
    by_age = sorted(records.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    kept = {made.content for path in by_age[:_KEPT_BUILDS] if (made := _recorded(path))}
    for path in by_age[_KEPT_BUILDS:]:
        path.unlink(missing_ok=True)
    for folder in stores.iterdir():
        is_whole = not folder.name.startswith(".making-")
        if is_whole and folder.name not in kept and not is_leased(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""
