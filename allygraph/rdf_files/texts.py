"""Texts: the bytes of a file, unpacked and decoded.

Only UTF-8 is read, as the formats ask for; XML may declare another encoding. Units: bytes for
sizes; lines and columns (in characters) from 1.
"""

import gzip
import io
import re
import zlib
from pathlib import Path
from typing import BinaryIO

from allygraph.errors import ResultTooLarge, UnreadableFile

MOST_BYTES = 4_000_000_000
_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 24
_DECLARED = re.compile(r"""(<\?xml[^>]*?)\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def read_bytes(source: Path | BinaryIO, *, place: str, most_bytes: int = MOST_BYTES) -> bytes:
    """Read a file or a stream, and unpack it where it is gzip, whatever it is called.

    Raises:
        UnreadableFile: it is missing, a folder, not permitted, or broken gzip.
        ResultTooLarge: it has more bytes than allowed, packed or unpacked.
    """
    try:
        if isinstance(source, Path):
            with source.open("rb") as stream:
                data = _capped(stream, place, most_bytes)
        else:
            data = _capped(source, place, most_bytes)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise UnreadableFile(f"{reason}: '{place}'", expected="a file", place=place) from error
    if not data.startswith(_GZIP):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return _capped(stream, place, most_bytes)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(
            f"broken gzip: {error}", expected="a whole packed file", place=place
        ) from error


def as_text(data: bytes, *, place: str, markup: bool = False) -> str:
    """Decode a text; a byte-order mark is passed over.

    Args:
        data: the bytes.
        place: how errors call the file.
        markup: whether it may be XML, which may declare an encoding of its own; the declaration is
            then taken out, because what is left is decoded.

    Raises:
        UnreadableFile: the bytes are not of their encoding; with line and column.
    """
    encoding = "utf-8-sig"
    if markup:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
        elif found := _DECLARED.match(data[:200].decode("latin-1").lstrip("\xef\xbb\xbf")):
            encoding = "utf-8-sig" if found[2].lower() in ("utf-8", "utf8") else found[2]
    try:
        text = data.decode(encoding)
    except LookupError as error:
        raise UnreadableFile(
            f"'{place}' declares the unknown encoding {encoding}",
            expected="UTF-8 text",
            place=place,
        ) from error
    except UnicodeDecodeError as error:
        known = encoding.removesuffix("-sig").upper()
        line, column = _line_and_column(data, error.start)
        raise UnreadableFile(
            f"'{place}' is not {known} (byte {error.start})",
            expected=f"{known} text",
            place=f"{place}:{line}:{column}",
        ) from error
    return text if encoding == "utf-8-sig" else _DECLARED.sub(r"\1", text, count=1)


def _line_and_column(data: bytes, offset: int) -> tuple[int, int]:
    """Give line and column of a byte; what is before it can be decoded."""
    start = data.rfind(b"\n", 0, offset) + 1
    line = data.count(b"\n", 0, offset) + 1
    return line, len(data[start:offset].decode("utf-8", "replace").lstrip("\ufeff")) + 1


def _capped(stream: BinaryIO | gzip.GzipFile, place: str, most_bytes: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > most_bytes:
            raise ResultTooLarge(
                f"'{place}' has more than {most_bytes} bytes",
                expected="a smaller file",
                place=place,
            )
    return b"".join(pieces)
