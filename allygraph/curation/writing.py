"""Writing: from statements to changed files, shown as a diff, judged, and written all or none.

A file is written beside its place and renamed. Claims come last: if the machine stops between two
files, what is missing is the claim, and the same answers add it.
"""

import difflib
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from allygraph.curation.claims import Plan
from allygraph.curation.things import Statement
from allygraph.errors import RefusedClaim, UnreadableFile
from allygraph.graph import read
from allygraph.names import PREFIXES
from allygraph.turtle import canonical
from allygraph.validation import Options, Report, validate

_LICENCE = "# SPDX-License-Identifier: CC-BY-4.0"


@dataclass(frozen=True)
class Change:
    """A file of the checkout, what it holds (None: it is new), and what it is to hold."""

    path: Path
    old: str | None
    new: str


def changes(plan: Plan) -> list[Change]:
    """Give the changed files of a plan in canonical form, the file of the claim last."""
    claim = PREFIXES["claim"] + plan.claim.partition(":")[2]
    ordered = sorted(plan.blocks, key=lambda path: (claim in plan.blocks[path], path))
    return [_change(path, plan.blocks[path], plan.heads.get(path, "")) for path in ordered]


def diff(found: Iterable[Change], root: Path) -> list[str]:
    """Give the changes as a unified diff that ``git apply`` takes, line by line."""
    lines: list[str] = []
    for change in found:
        name = change.path.relative_to(root).as_posix()
        old = [] if change.old is None else change.old.splitlines()
        before = "/dev/null" if change.old is None else f"a/{name}"
        lines += difflib.unified_diff(
            old, change.new.splitlines(), before, f"b/{name}", lineterm=""
        )
    return lines


def judge(found: Sequence[Change], root: Path, texts: Sequence[Path] = ()) -> Report:
    """Judge the changed files as if they stood in their places; nothing there is touched.

    Raises:
        UnreadableFile: a file of the checkout cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="ally-add-") as folder:
        staged = {}
        for number, change in enumerate(found):
            staged[change.path] = Path(folder) / f"{number}.ttl"
            staged[change.path].write_text(change.new, encoding="utf-8")
        return validate(root=root, staged=staged, options=Options(texts=tuple(texts)))


def write(found: Sequence[Change]) -> None:
    """Write all changed files, or none of them.

    Raises:
        RefusedClaim: a file is not as it was when the change was made.
        UnreadableFile: a file cannot be written; those before it are put back.
    """
    for change in found:
        if (read(change.path) if change.path.exists() else None) != change.old:
            raise RefusedClaim(
                "the file was changed meanwhile", expected="another try", place=str(change.path)
            )
    try:
        _replace(found)
    except OSError as error:
        raise UnreadableFile(
            f"nothing was written: {error.strerror or error}",
            expected="a checkout that may be edited",
            place=str(error.filename or ""),
        ) from error


def _replace(found: Sequence[Change]) -> None:
    """Write all files beside their places, then rename them; whatever stops it, put back."""
    beside: dict[Path, Path] = {}
    made: list[Change] = []
    try:
        for change in found:
            beside[change.path] = _write_beside(change)
        for change in found:
            made.append(change)
            beside[change.path].replace(change.path)
    except BaseException:
        for change in made:
            _put_back(change)
        raise
    finally:
        for path in beside.values():
            path.unlink(missing_ok=True)


def _change(path: Path, blocks: Mapping[str, list[Statement]], head: str) -> Change:
    triples = [
        Triple(NamedNode(subject), NamedNode(name), value)
        for subject, statements in blocks.items()
        for name, value in statements
    ]
    added = (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode("utf-8")
    old = read(path) if path.exists() else None
    before = old if old is not None else f"# {' '.join(head.split())}\n{_LICENCE}\n"
    return Change(path, old, canonical(f"{before}\n{added}", place=str(path)))


def _write_beside(change: Change) -> Path:
    change.path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{change.path.stem}-", dir=change.path.parent)
    made = Path(name)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(change.new)
            file.flush()
            os.fsync(file.fileno())
        made.chmod(change.path.stat().st_mode & 0o777 if change.old is not None else 0o644)
    except OSError:
        made.unlink(missing_ok=True)
        raise
    return made


def _put_back(change: Change) -> None:
    with suppress(OSError):
        if change.old is None:
            change.path.unlink()
        else:
            change.path.write_text(change.old, encoding="utf-8", newline="\n")
