"""Sinks: where the things of an import go, and where two that disagree are noticed.

`Collected` keeps everything, to be written as sorted Turtle; `Streamed` writes N-Quads at once and
keeps a few bytes for each thing.
"""

from collections import Counter
from typing import IO, Protocol

from allygraph.names import compact
from allygraph.tables.faults import RowFault
from allygraph.tables.seen import Seen
from allygraph.tables.things import Thing

PARTS = ("claims", "things", "sources")
_CHUNK = 1 << 20  # bytes gathered before a write


class Sink(Protocol):
    """Takes things and counts them by class."""

    made: Counter[tuple[str, ...]]
    unverified: int

    def add(self, thing: Thing, row: int) -> None:
        """Take a thing of a row; the same thing twice is one.

        Raises:
            RowFault: it was described otherwise before, or it is a claim and was made before.
        """


def clash(thing: Thing, before: str, row: int | None) -> RowFault:
    """Make the fault for a thing that has been described otherwise."""
    name = compact(thing.iri)
    where = f"in row {row}" if row else "before"
    if thing.part == "claims":
        return RowFault(
            "table-clash",
            f"{name} was made {where} already",
            "a suffix of its own for each [[claim]], turn and row",
        )
    new = sorted(set(thing.lines.splitlines()) ^ set(before.splitlines()))
    difference = f": {_short(new[0])}" if before and new else ""
    return RowFault(
        "table-clash",
        f"{name} was described otherwise {where}{difference}",
        "the same properties wherever the same thing is made, or a name of its own ({spell}, {#})",
    )


def _short(line: str) -> str:
    _, name, rest = line.split(" ", 2)
    value = rest.rpartition(" <")[0]
    value = compact(value[1:-1]) if value.startswith("<") else value
    return f"{compact(name[1:-1])} {value}"


class Collected:
    """Keeps all things in memory, by part and IRI."""

    def __init__(self) -> None:
        self.made: Counter[tuple[str, ...]] = Counter()
        self.unverified = 0
        self.things: dict[str, dict[str, str]] = {part: {} for part in PARTS}
        self.rows: dict[str, int] = {}

    def add(self, thing: Thing, row: int) -> None:
        """Take a thing; see `Sink`."""
        before = self.things[thing.part].get(thing.iri)
        if before is not None:
            if before == thing.lines and thing.part != "claims":
                return
            raise clash(thing, before, self.rows.get(thing.iri))
        self.things[thing.part][thing.iri] = thing.lines
        self.rows[thing.iri] = row
        self.made[thing.classes] += 1
        self.unverified += thing.unverified


class Streamed:
    """Writes N-Quads as they come; keeps hashes to notice what is made twice.

    Args:
        file: a binary file, or None to write nothing.
    """

    def __init__(self, file: IO[bytes] | None) -> None:
        self.made: Counter[tuple[str, ...]] = Counter()
        self.unverified = 0
        self.file = file
        self.seen = Seen()
        self.waiting: list[str] = []
        self.size = 0

    def add(self, thing: Thing, row: int) -> None:
        """Take a thing; see `Sink`."""
        # A claim made twice is a fault whatever it says.
        same = self.seen.add(thing.iri, "" if thing.part == "claims" else thing.lines)
        if same is not None:
            if same and thing.part != "claims":
                return
            raise clash(thing, "", None)
        self.made[thing.classes] += 1
        self.unverified += thing.unverified
        self.waiting.append(thing.lines)
        self.size += len(thing.lines)
        if self.size > _CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self.file is not None:
            self.file.write("".join(self.waiting).encode())
        self.waiting.clear()
        self.size = 0
