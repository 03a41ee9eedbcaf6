"""What a difference is made of: the choice that is asked for, the lines, and the whole.

Days are ISO texts, None for "no bound"; names are short, labels English where there are any.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from allygraph.difference.period import Period
from allygraph.difference.states import LEVELS, Part, State, iso_or_none
from allygraph.difference.words import MIRRORED
from allygraph.evidence import Evidence
from allygraph.names import compact


@dataclass(frozen=True)
class Choice:
    """What of a difference is wanted.

    Args:
        about: entities by short or whole name; only what concerns one of them. None: all.
        with_members: for groupings among them, also their members on the days.
        kinds: only things of these kinds, as ``membership`` or ``stage``. None: all.
        at_least: from which certainty on a thing holds. Without it *presumed*, and of what was
            learned also what holds less.
        everything: also minor lines, in which only what sources say of the days differs.
    """

    about: tuple[str, ...] = ()
    with_members: bool = False
    kinds: tuple[str, ...] = ()
    at_least: str | None = None
    everything: bool = False

    @property
    def least(self) -> int:
        """Give the level of certainty from which on a thing holds."""
        return LEVELS[self.at_least or "presumed"]


@dataclass(frozen=True)
class Name:
    """A thing by its short name and its label."""

    iri: str
    label: str


@dataclass(frozen=True)
class Days:
    """Days in the world on which the same is said; None for "no bound"."""

    first: str | None
    last: str | None
    certainty: str
    standing: str
    review: str


@dataclass(frozen=True)
class Side:
    """One side of a change: what stood there, for stages and successors; and how sure, when."""

    what: str | None
    days: tuple[Days, ...]


@dataclass(frozen=True)
class Line:
    """One change: of what, of which kind, when, what was before and is after, and who says so.

    ``entity`` is whose change it is; ``about`` the thing. ``days`` are the first and last day in
    the world on which it can have come about (None: no bound); ``known`` those on which claims
    behind it became known, where they were not known before.
    ``between`` is what stood there on days between the two that are compared, where that is told.
    ``claims``, ``learned`` and ``struck`` are names of claims; the last two are empty in the world.
    """

    entity: Name
    kind: str
    change: str
    about: Name
    days: tuple[str | None, str | None] | None
    known: tuple[str, str] | None
    before: Side
    between: Side | None
    after: Side
    claims: tuple[str, ...]
    learned: tuple[str, ...]
    struck: tuple[str, ...]
    minor: bool
    things: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Difference:
    """All lines, by entity and kind; ``hidden`` minor ones are left out. ``claims`` by name."""

    period: Period
    at_least: str
    lines: tuple[Line, ...]
    hidden: int
    claims: Mapping[str, Evidence]

    def record(self) -> dict[str, Any]:
        """Give the difference as plain dicts, lists and texts, as docs/differences.md says."""
        days, known = self.period.days, self.period.known
        return {
            "clock": self.period.clock,
            "from": days and days[0].isoformat(),
            "to": days and days[1].isoformat(),
            "known_from": known[0].isoformat(),
            "known_to": known[1].isoformat(),
            "at_least": self.at_least,
            "hidden": self.hidden,
            "lines": [_line_record(line) for line in self.lines],
            "claims": {name: asdict(one) for name, one in self.claims.items()},
        }


def mirrored(line: Line) -> Line:
    """Read a line backwards: what was after is before."""
    values = {field.name: getattr(line, field.name) for field in fields(Line)}
    parts = tuple(one._replace(before=one.after, after=one.before) for one in line.parts)
    return Line(
        **values
        | {
            "change": MIRRORED.get(line.change, line.change),
            "before": line.after,
            "after": line.before,
            "learned": line.struck,
            "struck": line.learned,
            "parts": parts,
        }
    )


def _line_record(line: Line) -> dict[str, Any]:
    record = {field.name: getattr(line, field.name) for field in fields(Line)}
    for name in ("entity", "about", "before", "between", "after"):
        record[name] = record[name] and asdict(record[name])
    record["parts"] = [
        {
            "thing": compact(part.thing),
            "from": None if part.first is None else iso_or_none(part.first),
            "to": None if part.last is None else iso_or_none(part.last),
            "before": _state_record(part.before),
            "after": _state_record(part.after),
        }
        for part in line.parts
    ]
    return record


def _state_record(state: State | None) -> dict[str, Any] | None:
    if state is None:
        return None
    return state._asdict() | {"claims": [compact(claim) for claim in state.claims]}
