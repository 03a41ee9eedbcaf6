"""Processes as Linux shows them below ``/proc``: children, memory, priority, life."""

import os
from pathlib import Path

import pytest

_PROC = Path("/proc")
needs_proc = pytest.mark.skipif(
    not (_PROC / "self" / "task").exists(), reason="processes are watched only where there is /proc"
)


def children(pid: int) -> list[int]:
    """Give the ids of the processes that a process has started and that have not been reaped."""
    listing = (_PROC / str(pid) / "task").glob("*/children")
    return [int(child) for one in listing for child in one.read_text(encoding="ascii").split()]


def resident(pid: int) -> int:
    """Give the bytes of memory that a process holds; 0 when it has gone."""
    try:
        pages = (_PROC / str(pid) / "statm").read_text(encoding="ascii").split()[1]
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that waits to be reaped does not."""
    try:
        state = (_PROC / str(pid) / "stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.rpartition(")")[2].split()[0] not in ("Z", "X")


def has_stepped_back(pid: int) -> bool:
    """Say whether a process has given priority away, as a worker does with a long query."""
    try:
        return os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
    except ProcessLookupError:
        return False


def command(pid: int) -> str:
    """Give the command line of a process; empty when it has gone."""
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""
