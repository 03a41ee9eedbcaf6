"""Leases: which stores are in use, so that nobody deletes one under a running service.

A lease is a shared lock on a file beside the stores; the kernel lets go of it when its process
ends, however it ends. Where the platform has no such locks (Windows), a store in use cannot be
deleted anyway.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover
    fcntl = None  # type: ignore[assignment]


@contextmanager
def leased(store: Path) -> Iterator[None]:
    """Hold a lease on a store."""
    if fcntl is None:
        yield
        return
    path = _file(store)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def is_leased(store: Path) -> bool:
    """Say whether any process holds a lease on a store; without one its file is tidied up."""
    path = _file(store)
    if fcntl is None or not path.exists():
        return False
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(OSError):
            path.unlink()
        return False
    except OSError:
        return True
    finally:
        os.close(descriptor)


def _file(store: Path) -> Path:
    return store.parent.parent / "leases" / store.name
