"""The folder of an import: sorted Turtle files, put in the place of the old folder in one step."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from allygraph.errors import UsageError
from allygraph.tables.sinks import PARTS, Collected
from allygraph.turtle.blocks import turtle

_BLOCKS = 500
_OURS = re.compile(rf"(?:{'|'.join(PARTS)})-[0-9]+\.ttl")


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder that holds other files than an import writes: they would be lost.

    Raises:
        UsageError: it does.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"'{folder}' is a file", expected="a folder", place=str(folder))
    other = sorted(path.name for path in folder.iterdir() if not _OURS.fullmatch(path.name))
    if other:
        raise UsageError(
            f"'{folder}' holds '{other[0]}', which no import wrote",
            expected="a new folder, or one of an earlier import",
            place=str(folder),
        )


def write(collected: Collected, title: str, folder: Path) -> list[Path]:
    """Write all things below a folder, in the place of what an earlier import wrote there.

    The files are made in a hidden folder beside it, and moved when all are complete.

    Returns:
        The files, sorted.
    """
    recover(folder)
    new, old = _hidden(folder)
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        for name, text in _files(collected, title):
            (new / name).write_text(text, encoding="utf-8", newline="\n")
        _move(new, folder, old)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    return sorted(folder.iterdir())


def recover(folder: Path) -> None:
    """Put back what a killed import set aside: it died between its two renames, or after them."""
    _, old = _hidden(folder)
    if not old.exists():
        return
    if folder.exists():
        shutil.rmtree(old)
    else:
        old.rename(folder)


def _hidden(folder: Path) -> tuple[Path, Path]:
    """Name the folder in which the files are made, and the one that is set aside for a moment."""
    return folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")


def _move(new: Path, folder: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except BaseException:
        if old.exists():
            old.rename(folder)
        raise


def _files(collected: Collected, title: str) -> Iterator[tuple[str, str]]:
    for part in PARTS:
        things = collected.things[part]
        iris = sorted(things)
        for number, start in enumerate(range(0, len(iris), _BLOCKS), start=1):
            lines = "".join(things[iri] for iri in iris[start : start + _BLOCKS])
            head = f"# {part.capitalize()}: {title} (imported)\n"
            head += "# SPDX-License-Identifier: CC-BY-4.0\n"
            yield f"{part}-{number}.ttl", head + _turtle(lines)


def _turtle(lines: str) -> str:
    from pyoxigraph import RdfFormat, parse

    return turtle(quad.triple for quad in parse(input=lines, format=RdfFormat.N_QUADS))
