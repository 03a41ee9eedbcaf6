"""Snapshots: the triples of files in a store on disk, so that the next run reads only what changed.

A snapshot is a folder below the home folder: the store, the text of each file, and a manifest with
size, time and sha256 of each. It is never changed: the next one is made from a copy, whose files
are hard links, and takes its place. All of it can be thrown away.

Shape: files in, a `Snapshot` out, whose store holds what they say now.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import Quad, RdfFormat, Store, parse

from allygraph import resources
from allygraph.errors import UnreadableFile
from allygraph.validation.corpus import Corpus

Reader = Callable[[Path, bytes], Iterable[Quad]]
"""Parses the bytes of a file; blank nodes get the same names whenever the bytes are the same."""

FORMAT = 3
_SPARE = 50
_COUNTED = ("counts", "instances", "kept")
_BROKEN = (OSError, RuntimeError, ValueError, KeyError, TypeError, SyntaxError, zlib.error)
_JUST_NOW = 2_000_000_000  # nanoseconds: a file as young as its snapshot may have changed since


class Entry(NamedTuple):
    """What a manifest knows of a file: size, time in nanoseconds, sha256 of its bytes."""

    size: int
    time: int
    digest: str


@dataclass
class Snapshot:
    """Files, as they are now, in a store that its owner may write to.

    Attributes:
        corpus: the store.
        entries: the files that it holds, by name.
        read: how many files were parsed to make it.
    """

    corpus: Corpus
    entries: dict[str, Entry]
    read: int


@contextmanager
def current(
    files: Sequence[Path], reader: Reader, *, key: str, home: Path | None = None
) -> Iterator[Snapshot]:
    """Give the triples of files as they are now; the store is gone when the context ends.

    Args:
        files: the files, without repetition.
        reader: parses one.
        key: tells apart what is judged: another key, another snapshot.
        home: the folder of all that can be thrown away; by default that of the resources.

    Raises:
        UnreadableFile: a file is missing.
    """
    folder = (home or resources.home()) / "states"
    place = folder / hashlib.sha256(f"{FORMAT}\0{key}".encode()).hexdigest()[:32] / "current"
    work = _work_folder(folder)
    try:
        yield _updated(place, work, files, reader) or _made(place, work, files, reader)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _updated(place: Path, work: Path, files: Sequence[Path], reader: Reader) -> Snapshot | None:
    """Copy the last snapshot and bring it up to date; None where there is none that can be read."""
    written = place / "manifest.json"
    try:
        text = written.read_bytes()
        manifest = json.loads(text)
        known = {name: Entry(*row) for name, row in manifest["files"].items()}
        corpus = _counted(manifest)
        young = written.stat().st_mtime_ns - _JUST_NOW
        now, texts = _looked_at(files, known, young)
        gone = known.keys() - now.keys()
        old = {name: _kept_text(place, known[name]) for name in gone | (texts.keys() & known)}
        shutil.copytree(place / "store", work / "store", copy_function=_linked)
        corpus.store = Store(str(work / "store"))
        if written.read_bytes() != text:
            return None  # another run has put its snapshot there meanwhile
    except _BROKEN:
        return None
    for name in sorted(gone | texts.keys()):
        before = reader(Path(name), old[name]) if name in old else ()
        corpus.replace(name, before, reader(Path(name), texts[name]) if name in texts else ())
    if now != known:
        _put(place, work, corpus, now, texts)
    elif any(entry.time >= young for entry in now.values()):
        os.utime(written)  # their bytes were compared just now: no need to next time
    return Snapshot(corpus, now, len(texts))


def _made(place: Path, work: Path, files: Sequence[Path], reader: Reader) -> Snapshot:
    corpus = Corpus(Store(str(work / "fresh")))
    now, texts = _looked_at(files, {}, 0)
    corpus.fill((name, reader(Path(name), text)) for name, text in texts.items())
    corpus.store.optimize()
    _put(place, work, corpus, now, texts)
    return Snapshot(corpus, now, len(texts))


def _looked_at(
    files: Sequence[Path], known: dict[str, Entry], young: int
) -> tuple[dict[str, Entry], dict[str, bytes]]:
    """Look which files differ: by size and time, and where these tell nothing by their bytes."""
    entries: dict[str, Entry] = {}
    texts: dict[str, bytes] = {}
    for name in map(str, files):
        try:
            found, before = os.stat(name), known.get(name)
            size, time = found.st_size, found.st_mtime_ns
            if before is not None and (size, time) == before[:2] and time < young:
                entries[name] = before
                continue
            text = Path(name).read_bytes()
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            raise UnreadableFile(f"{reason}: '{name}'", expected="a file", place=name) from error
        entries[name] = Entry(size, time, hashlib.sha256(text).hexdigest())
        if before is None or before.digest != entries[name].digest:
            texts[name] = text
    return entries, texts


def _put(
    place: Path, work: Path, corpus: Corpus, entries: dict[str, Entry], texts: dict[str, bytes]
) -> None:
    """Put a new snapshot in the place of the old one; without one the next run takes longer."""
    with suppress(OSError, RuntimeError):
        _written(work / "new", place, corpus, entries, texts)
        if place.exists():
            place.rename(work / "old")
        (work / "new").rename(place)


def _written(
    new: Path,
    place: Path,
    corpus: Corpus,
    entries: dict[str, Entry],
    texts: dict[str, bytes],
) -> None:
    new.mkdir()
    corpus.store.flush()
    corpus.store.backup(str(new / "store"))
    kept = place.parent / "texts"
    kept.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        made = new / "text"
        made.write_bytes(zlib.compress(text, 1))
        made.rename(kept / entries[name].digest)
    _forget_texts(kept, {entry.digest for entry in entries.values()})
    counted = {name: _lines(getattr(corpus, name)) for name in ("shared", *_COUNTED)}
    manifest = {"files": entries, **counted}
    (new / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _forget_texts(kept: Path, wanted: set[str]) -> None:
    """Remove texts of former times, once they are more than those of today."""
    found = os.listdir(kept)
    if len(found) > 2 * len(wanted) + _SPARE:
        for name in set(found) - wanted:
            (kept / name).unlink(missing_ok=True)


def _linked(source: str, target: str) -> str:
    """Link a file of tables, which no store ever changes; copy the few others."""
    if source.endswith(".sst"):
        os.link(source, target)
    else:
        shutil.copyfile(source, target)
    return target


def _kept_text(place: Path, entry: Entry) -> bytes:
    return zlib.decompress((place.parent / "texts" / entry.digest).read_bytes())


def _lines(counter: Counter[Any]) -> list[tuple[str, int]]:
    """Write counted triples and terms as N-Triples does."""
    return [(str(key), count) for key, count in counter.items()]


def _counted(manifest: dict[str, Any]) -> Corpus:
    corpus = Corpus()
    for line, count in manifest["shared"]:
        corpus.shared[_triple(line)] = count
    for name in _COUNTED:
        for term, count in manifest[name]:
            getattr(corpus, name)[_triple(f"<urn:x:it> <urn:x:it> {term}").object] = count
    return corpus


def _triple(line: str) -> Any:
    return next(iter(parse(f"{line} .", format=RdfFormat.N_TRIPLES))).triple


def _work_folder(folder: Path) -> Path:
    """Make a folder for this run; elsewhere, and with nothing kept, where none can be made."""
    prefix = f".run-{os.getpid()}-"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _forget_broken_runs(folder)
        return Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
    except OSError:
        return Path(tempfile.mkdtemp(prefix=prefix))


def _forget_broken_runs(folder: Path) -> None:
    """Remove what a run left that was killed."""
    for left in folder.glob(".run-*"):
        process = int(left.name.split("-")[1])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            shutil.rmtree(left, ignore_errors=True)
        except PermissionError:
            continue
