"""Revisions: which files differ from a revision of git, and what they held there.

Only the command ``git`` is asked, read-only. Shape: files and folders in, `Revised` out, by path.
"""

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from allygraph.errors import UsageError

_PLAIN = {"GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"}


@dataclass(frozen=True)
class Revised:
    """One file that differs: its bytes at the revision and now; None where there is no file."""

    path: Path
    before: bytes | None
    after: bytes | None


def revised(paths: Sequence[Path], revision: str = "HEAD") -> list[Revised]:
    """Find the files that differ from a revision: edited, new, untracked or deleted ones.

    Args:
        paths: files and folders of one repository, below which is looked.
        revision: a commit, branch or tag.

    Raises:
        UsageError: git is not installed, the paths are in no repository, or there is no such
            revision.
    """
    here = [path.absolute() for path in paths]
    if not here:
        return []
    top, commit = _found(_folder(here[0]), revision)
    names = [_below(path.resolve(), top) for path in here]
    differing = _git(top, "diff", "--name-only", "-z", "--no-renames", commit, "--", *names)
    new = _git(top, "ls-files", "-z", "--others", "--exclude-standard", "--", *names)
    found = sorted({name for name in (differing + new).split(b"\0") if name})
    texts = _texts(top, commit, found)
    return [Revised(top / os.fsdecode(name), texts[name], _now(top, name)) for name in found]


def _folder(path: Path) -> Path:
    while not path.is_dir():
        path = path.parent
    return path


def _below(path: Path, top: Path) -> str:
    try:
        return path.relative_to(top.resolve()).as_posix()
    except ValueError:
        raise UsageError(
            f"'{path}' is not in the repository '{top}'", expected="files of one repository"
        ) from None


def _found(folder: Path, revision: str) -> tuple[Path, str]:
    """Give the repository of a folder and the commit of a revision."""
    wanted = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    try:
        told = _git(folder, "rev-parse", "--show-toplevel", *wanted)
    except UsageError:
        top = os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").strip())
        raise UsageError(
            f"'{revision}' is no revision of the repository '{top}'",
            expected="a commit, branch or tag, as HEAD",
        ) from None
    *lines, commit = told.decode(errors="surrogateescape").splitlines()
    return Path(lines[0]), commit


def _now(top: Path, name: bytes) -> bytes | None:
    try:
        return (top / os.fsdecode(name)).read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return None


def _texts(top: Path, commit: str, names: Iterable[bytes]) -> dict[bytes, bytes | None]:
    """Read files of a commit, all by one process of git."""
    wanted = list(names)
    if not wanted:
        return {}
    asked = b"".join(b"%s:%s\0" % (commit.encode(), name) for name in wanted)
    answer = _git(top, "cat-file", "--batch", "-z", given=asked)
    found: dict[bytes, bytes | None] = {}
    start = 0
    for name in wanted:
        end = answer.index(b"\n", start)
        head = answer[start:end]
        start = end + 1
        if head.endswith(b" missing"):
            found[name] = None
            continue
        size = int(head.rpartition(b" ")[2])
        found[name] = answer[start : start + size]
        start += size + 1
    return found


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            input=given,
            capture_output=True,
            check=False,
            env=os.environ | _PLAIN,
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed", expected="the command git") from error
    if done.returncode:
        reason = os.fsdecode(done.stderr).strip().partition("\n")[0].removeprefix("fatal: ")
        raise UsageError(f"git: {reason or arguments[0]}", expected="a repository of git")
    return done.stdout
