"""Asking: what a reader is asked, and what it gives. No HTTP here: these values cross a pipe.

An answer is a function of the question and the graph alone. So its bytes can be kept by question
and version of the graph, and two processes give the same.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Ask:
    """A question of the site to its graph.

    Args:
        reader: a key of `allygraph.site.READERS`.
        path: what the address names, decoded once, as ``actor/nato``.
        params: the fields of the address without clocks, language and format.
        form: short name of the form wanted, as ``html`` or ``turtle``.
        as_of: the day in the world.
        known_by: the last day of publication that counts.
        lang: language of labels: en, fr, ja or ko; the interface has the first three.
        base: public address of the service, ending in a slash.
        version: version of the graph: 16 hexadecimal digits.
        dated: whether the address names one of the clocks, so that a document keeps to them.
        profile: profile of the form, where a reader has several.
    """

    reader: str
    path: str
    params: Mapping[str, tuple[str, ...]]
    form: str
    as_of: date
    known_by: date
    lang: str
    base: str
    version: str
    dated: bool = False
    profile: str = ""

    def one(self, name: str, default: str = "") -> str:
        """Give the first value of a field."""
        return next(iter(self.params.get(name, ())), default)

    def record(self) -> dict[str, Any]:
        """Give the question as plain values, for a pipe."""
        plain = asdict(self)
        return plain | {"as_of": self.as_of.isoformat(), "known_by": self.known_by.isoformat()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Ask":
        """Read what `record` has given."""
        days = {name: date.fromisoformat(record[name]) for name in ("as_of", "known_by")}
        params = {name: tuple(values) for name, values in record["params"].items()}
        return cls(**{**record, **days, "params": params})


@dataclass(frozen=True)
class Answer:
    """The bytes of an answer with its media type, status and further headers."""

    body: bytes
    media_type: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
