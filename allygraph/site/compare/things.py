"""Two things side by side: which relationships both have, and which only one of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from allygraph.difference.states import FIRST, LAST, State, iso
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError
from allygraph.site.asking import Ask
from allygraph.site.claims import Shown, shown
from allygraph.site.meant import meant
from allygraph.site.network.ties import KINDS, Tie, ends, ties

_BY_VALUE = frozenset(("commitment", "concern", "participation", "partnership", "tenure"))
"""Kinds of which two are the same only with the same value; of the others the value is compared."""


class Cell(NamedTuple):
    """A relationship of one side: how it is on the day, and its claims."""

    tie: Tie
    state: State
    first: str
    last: str
    claims: tuple[Shown, ...]


class Row(NamedTuple):
    """What is compared: the other end, the value where it is the same; and both sides' cells."""

    other: str
    value: str
    left: tuple[Cell, ...]
    right: tuple[Cell, ...]

    @property
    def side(self) -> str:
        """Say who has it: both, left or right."""
        if self.left and self.right:
            return "both"
        return "left" if self.left else "right"


@dataclass(frozen=True)
class Things:
    """Two things by whole IRI; rows by kind; what ties them to each other."""

    left: str
    right: str
    kinds: Sequence[tuple[str, Sequence[Row]]]
    between: Sequence[Cell]

    def mentions(self) -> set[str]:
        """Give the whole IRIs of all that a page names."""
        cells = [cell for _, rows in self.kinds for row in rows for cell in (*row.left, *row.right)]
        found = {self.left, self.right}
        for cell in (*cells, *self.between):
            found |= ends([cell.tie]) | {cell.tie.thing, cell.tie.value} - {""}
            found |= {iri for claim in cell.claims for iri in claim.mentions()}
        return found


def compare_things(engine: OxigraphEngine, ask: Ask) -> Things:
    """Compare what two things had on a day, by what was known on a day.

    Raises:
        UnknownName: the graph does not have one of them.
        ParameterError: one is missing, or they are the same.
    """
    left, right = (_thing(engine, ask, name) for name in ("left", "right"))
    if left == right:
        raise ParameterError("left and right are the same", expected="two things")
    found = [
        tie
        for tie in ties(engine, tuple(KINDS), ask.known_by, [left, right])
        if tie.on(ask.as_of) is not None
    ]
    cells = _cells(engine, ask, found)
    between = [cells[tie.thing] for tie in found if {tie.start, tie.end} == {left, right}]
    apart = [tie for tie in found if {tie.start, tie.end} != {left, right}]
    kinds = []
    for kind in KINDS:
        rows = _rows([cells[tie.thing] for tie in apart if tie.kind == kind], left, right)
        if rows:
            kinds.append((kind, rows))
    return Things(left, right, kinds, between)


def _rows(cells: Sequence[Cell], left: str, right: str) -> list[Row]:
    sides: defaultdict[tuple[str, str], tuple[list[Cell], list[Cell]]] = defaultdict(
        lambda: ([], [])
    )
    for cell in cells:
        tie = cell.tie
        is_left = left in (tie.start, tie.end)
        other = tie.other(left if is_left else right)
        value = tie.value if tie.kind in _BY_VALUE else ""
        sides[other, value][0 if is_left else 1].append(cell)
    rows = [Row(*key, tuple(first), tuple(second)) for key, (first, second) in sides.items()]
    order = {"both": 0, "left": 1, "right": 2}
    return sorted(rows, key=lambda row: (order[row.side], row.other, row.value))


def _cells(engine: OxigraphEngine, ask: Ask, found: Sequence[Tie]) -> dict[str, Cell]:
    """Read the state of each tie on the day, with its claims."""
    states = {tie.thing: span.state for tie in found if (span := tie.on(ask.as_of))}
    known = shown(engine, {c for state in states.values() for c in state.claims}, ask.known_by)
    cells = {}
    for tie in found:
        state = states[tie.thing]
        first, last = tie.lasting(ask.as_of) or (FIRST, LAST)
        days = ("" if first == FIRST else iso(first)), ("" if last == LAST else iso(last))
        claims = tuple(known[claim] for claim in state.claims if claim in known)
        cells[tie.thing] = Cell(tie, state, *days, claims)
    return cells


def _thing(engine: OxigraphEngine, ask: Ask, name: str) -> str:
    given = ask.one(name).strip()
    if not given:
        raise ParameterError(f"'{name}' is missing", expected=f"{name}=actor:japan")
    return meant(engine, ask, given)
