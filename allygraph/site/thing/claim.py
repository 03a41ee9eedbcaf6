"""The page of a claim: what it is about, what bears on it, and what else was said of the same.

A claim is never edited. Later ones supersede, correct, retract or settle it, and some are inferred
from it; all of them are one step away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.evidence import POLARITIES
from allygraph.lookup import links, statements
from allygraph.names import compact, expand
from allygraph.site.claims import Shown, shown
from allygraph.site.thing.gathering import Gathered, gather

BEARS = (
    "ally:supersedes",
    "ally:corrects",
    "ally:retracts",
    "ally:resolvedBy",
    "ally:inferredFrom",
)
"""Properties from one claim to another."""


@dataclass(frozen=True)
class Said:
    """What surrounds a claim.

    Attributes:
        about: what it affirms, denies or doubts; None where that is nothing that can hold.
        bears: other claims by the property that joins them to this one; ``by`` in front says that
            it leads from them to it.
        others: all claims about the same, this one too, in the order in which they became known.
    """

    about: Gathered | None
    bears: tuple[tuple[str, tuple[Shown, ...]], ...]
    others: tuple[Shown, ...]

    def mentions(self) -> Iterator[str]:
        """Give all IRIs that the page names."""
        for claim in (*self.others, *(one for _, group in self.bears for one in group)):
            yield from claim.mentions()


def surroundings(engine: OxigraphEngine, claim: str, as_of: date, known_by: date) -> Said:
    """Gather what surrounds a claim, by what was known on a day.

    Args:
        engine: the graph.
        claim: whole IRI.
        as_of: the day in the world.
        known_by: the last day of publication that counts.
    """
    facts = statements(engine, [claim]).get(claim, {})
    about = [v.value for name in POLARITIES for v in facts.get(expand(name), []) if v is not None]
    joined: dict[str, list[str]] = {}
    for name in BEARS:
        joined[name] = [v.value for v in facts.get(expand(name), []) if v is not None]
    for subject, name, _ in links(engine, [claim], BEARS):
        joined.setdefault(f"by {compact(name)}", []).append(subject)
    same = {subject for subject, _, _ in links(engine, about, POLARITIES)} | {claim}
    wanted = same | {one for group in joined.values() for one in group}
    read = shown(engine, wanted, known_by)
    bears = {
        name: tuple(read[one] for one in group if one in read) for name, group in joined.items()
    }
    return Said(
        about=gather(engine, about[0], as_of, known_by) if about else None,
        bears=tuple((name, group) for name, group in bears.items() if group),
        others=tuple(read[one] for one in read if one in same),
    )
