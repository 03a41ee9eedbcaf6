"""Patches: the diff of repairs, and writing them to the files.

Shape: repairs in, a unified diff out that ``patch -p1`` and ``git apply`` take; or the files
written, each in one step, with the line ends and the byte-order mark that they had.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import unified_diff
from itertools import groupby
from pathlib import Path
from tempfile import NamedTemporaryFile

from allygraph.errors import UnreadableFile
from allygraph.validation.fixes.model import Repair

_MARK = b"\xef\xbb\xbf"
_CONTEXT = 3
_NO_END = "\\ No newline at end of file\n"


def diff(repairs: Iterable[Repair]) -> str:
    """Give the unified diff of repairs, file by file."""
    return "".join(line for repair in repairs for line in _diff(repair))


def _diff(repair: Repair) -> Iterator[str]:
    name = repair.name.lstrip("/")
    before, after = (
        _lines(text.splitlines(keepends=True)) for text in (repair.before, repair.after)
    )
    told = _line_by_line if len(before) == len(after) else unified_diff
    for line in told(before, after, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n{_NO_END}"


def _line_by_line(before: Sequence[str], after: Sequence[str], old: str, new: str) -> Iterator[str]:
    """Give the unified diff of texts with as many lines; difflib would look for moved ones."""
    changed = [n for n, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    if changed:
        yield from (f"--- {old}\n", f"+++ {new}\n")
    for hunk in _hunks(changed):
        start, end = max(hunk[0] - _CONTEXT, 0), min(hunk[-1] + _CONTEXT + 1, len(before))
        span = f"{start + 1},{end - start}" if end - start > 1 else f"{start + 1}"
        yield f"@@ -{span} +{span} @@\n"
        for differs, numbers in groupby(range(start, end), key=frozenset(hunk).__contains__):
            run = list(numbers)
            if differs:
                yield from (f"-{before[number]}" for number in run)
            yield from (f"{'+' if differs else ' '}{after[number]}" for number in run)


def _hunks(changed: Iterable[int]) -> Iterator[list[int]]:
    """Put changed lines together whose contexts touch."""
    hunk: list[int] = []
    for number in changed:
        if hunk and number - hunk[-1] - 1 > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(number)
    if hunk:
        yield hunk


def _lines(lines: list[str]) -> list[str]:
    """Join what `splitlines` cut at signs that end no line of a file."""
    joined: list[str] = []
    for line in lines:
        if joined and not joined[-1].endswith("\n"):
            joined[-1] += line
        else:
            joined.append(line)
    return joined


def write(repairs: Iterable[Repair], paths: Mapping[str, Path]) -> None:
    """Write the repaired texts.

    Args:
        repairs: what is to be written.
        paths: the path of each file by its name.

    Raises:
        UnreadableFile: a file has changed since it was judged, or cannot be written.
    """
    for repair in repairs:
        path = paths[repair.name]
        try:
            content = path.read_bytes()
            _replace(path, _encoded(repair, content))
        except OSError as error:
            raise UnreadableFile(
                f"'{repair.name}' cannot be written: {(error.strerror or str(error)).lower()}",
                expected="a file that may be written",
                place=repair.name,
            ) from error


def _encoded(repair: Repair, content: bytes) -> bytes:
    mark = _MARK if content.startswith(_MARK) else b""
    was = content[len(mark) :]
    for ends in ("\n", "\r\n"):
        if repair.before.replace("\n", ends).encode() == was:
            return mark + repair.after.replace("\n", ends).encode()
    raise UnreadableFile(
        f"'{repair.name}' has changed since it was judged",
        expected="the file as it was; validate again",
        place=repair.name,
    )


def _replace(path: Path, content: bytes) -> None:
    """Put new content in the place of a file; whoever reads it sees the old or the new one."""
    target = path.resolve()
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        file.write(content)
    try:
        os.chmod(file.name, target.stat().st_mode & 0o7777)
        os.replace(file.name, target)
    except OSError:
        Path(file.name).unlink(missing_ok=True)
        raise
