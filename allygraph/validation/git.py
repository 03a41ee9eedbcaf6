"""Revisions: which files differ from a revision of git, and what they held there.

Only the command ``git`` is asked, read-only. Shape: files and folders in, `Revised` out, by path.
"""

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
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

    Files in no repository, and those of a repository that has no such revision while another one
    has, are taken to be as they were.

    Args:
        paths: files and folders, below which is looked.
        revision: a commit, branch or tag.

    Raises:
        UsageError: git is not installed, the paths are in no repository, or there is no such
            revision.
    """
    tops: dict[Path, list[Path]] = {}
    for path in dict.fromkeys(path.resolve() for path in paths):
        if (top := _find_top(path)) is not None:
            tops.setdefault(top, []).append(path)
    if not tops and paths:
        raise UsageError(f"'{paths[0]}' is in no repository of git", expected="files of one")
    commits = {top: _find_commit(top, revision) for top in tops}
    if paths and not any(commits.values()):
        raise UsageError(
            f"'{revision}' is no revision of the repository '{next(iter(tops))}'",
            expected="a commit, branch or tag, as HEAD",
        )
    known = ((top, commit) for top, commit in commits.items() if commit is not None)
    found = (one for top, commit in known for one in _revised(top, tops[top], commit))
    return sorted(found, key=lambda one: one.path)


def _revised(top: Path, paths: Iterable[Path], commit: str) -> Iterator[Revised]:
    names = [path.relative_to(top).as_posix() for path in paths]
    differing = _git(top, "diff", "--name-only", "-z", "--no-renames", commit, "--", *names)
    new = _git(top, "ls-files", "-z", "--others", "--exclude-standard", "--", *names)
    found = sorted({name for name in (differing + new).split(b"\0") if name})
    texts = _texts(top, commit, found)
    for name in found:
        yield Revised(top / os.fsdecode(name), texts[name], _now(top, name))


def _find_top(path: Path) -> Path | None:
    """Find the top folder of the repository that a file or folder is in; it need not be there."""
    return next((up for up in (path, *path.parents) if (up / ".git").exists()), None)


def _find_commit(top: Path, revision: str) -> str | None:
    wanted = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    told = _git(top, "rev-parse", *wanted, may_fail=True).decode().split()
    return told[-1] if told else None


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


def _git(folder: Path, *arguments: str, given: bytes = b"", may_fail: bool = False) -> bytes:
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
    if done.returncode and may_fail:
        return b""
    if done.returncode:
        reason = os.fsdecode(done.stderr).strip().partition("\n")[0].removeprefix("fatal: ")
        raise UsageError(f"git: {reason or arguments[0]}", expected="a repository of git")
    return done.stdout
