"""The hostile queries of ``tests/hostile``: one file each, with what must become of it.

``# http:`` is the status that the service gives, ``# pool:`` the outcomes that are right when the
text reaches a worker unguarded. ``%%6000*{%%`` stands for 6,000 braces, ``{trap}`` for an address
that must never be asked.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

_FOLDER = Path(__file__).parent / "hostile"
_REPEAT = re.compile(r"%%(\d+)\*(.*?)%%", re.DOTALL)
_EXAMPLE = "http://example.org/"


@dataclass(frozen=True)
class Case:
    """A query, the status over HTTP, and the outcomes in a worker."""

    name: str
    status: int
    outcomes: frozenset[str]
    text: str

    def query(self, trap: str) -> str:
        """Give the text with its repetitions, aimed at an address."""
        escaped = "".join(f"\\u{ord(sign):04x}" for sign in trap)
        text = self.text.replace("{trap}", trap).replace("{escaped-trap}", escaped)
        return expand(text)


def expand(text: str) -> str:
    """Write out the repetitions of a text."""
    return _REPEAT.sub(lambda found: int(found[1]) * found[2], text)


def cases() -> list[Case]:
    """Read all cases, sorted by name."""
    return [_case(path) for path in sorted(_FOLDER.glob("*.rq"))]


def _case(path: Path) -> Case:
    why, status, outcomes, text = path.read_text(encoding="utf-8").split("\n", 3)
    if not why.startswith("# why: "):
        raise ValueError(f"{path.name} does not say why it is here")
    return Case(
        path.stem,
        int(status.removeprefix("# http: ")),
        frozenset(outcomes.removeprefix("# pool: ").split()),
        text,
    )


def write_store(folder: Path, quads: int = 3000) -> Path:
    """Make a small store on disk: 100 subjects, 7 predicates, 3 named graphs."""
    store = ox.Store(str(folder))
    store.bulk_extend(
        ox.Quad(
            ox.NamedNode(f"{_EXAMPLE}s{i % 100}"),
            ox.NamedNode(f"{_EXAMPLE}p{i % 7}"),
            ox.Literal(f"v{i}"),
            ox.NamedNode(f"{_EXAMPLE}g{i % 3}"),
        )
        for i in range(quads)
    )
    store.flush()
    return folder
