"""Files of the pages: scripts, styles and data in ``assets/``, each at an address of its content.

An address holds the hash of the bytes, so that a browser may keep them for ever, and a new build
has new addresses. The folder is read once; a request only looks a name up and joins no path.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_FOLDER = Path(__file__).resolve().parent / "assets"
_DIGITS = 12


class File(NamedTuple):
    """A file: its own name, the name in its address, its media type and bytes."""

    name: str
    address: str
    media_type: str
    body: bytes


@cache
def files() -> Mapping[str, File]:
    """Give all files by the name in their address."""
    found = map(_read, sorted(_FOLDER.iterdir()))
    return {file.address: file for file in found}


def address_of(name: str) -> str:
    """Give the name in the address of a file, as ``desk-0123456789ab.css`` of ``desk.css``.

    Raises:
        KeyError: there is no such file.
    """
    return _addresses()[name]


@cache
def _addresses() -> Mapping[str, str]:
    return {file.name: file.address for file in files().values()}


def _read(path: Path) -> File:
    body = path.read_bytes()
    address = f"{path.stem}-{sha256(body).hexdigest()[:_DIGITS]}{path.suffix}"
    return File(path.name, address, MEDIA_TYPES[path.suffix], body)
