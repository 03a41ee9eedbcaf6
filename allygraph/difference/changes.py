"""Kinds of change: what one word says of the difference of a thing, and between which days it lies.

Everything here is pure: courses in, a `Change` or None out.

Units: whole days as ordinals of ``datetime.date``; all bounds inclusive.
Source: docs/decisions/0090 and 0091.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from allygraph.difference.states import FIRST, LAST, Course, State, at, level

MINOR_IN_THE_WORLD = frozenset({"first-attested", "last-attested", "certainty", "evidence"})
"""Changes of what sources say about the days, which need not be changes of the world."""

Test = Callable[[State | None], bool]


class Change(NamedTuple):
    """A kind of change, with the first and last day on which it can have come about."""

    kind: str
    earliest: int
    latest: int


def in_the_world(course: Course, first: int, last: int, least: int) -> Change | None:
    """Compare two days in the world, and look at the days between.

    Args:
        course: what is said of the thing, on all days.
        first: the earlier day.
        last: the later day.
        least: from which level of certainty on it holds (1 to 3).
    """
    before, after = at(course, first), at(course, last)

    def holds(state: State | None) -> bool:
        return level(state) >= least

    if holds(before) != holds(after):
        return _turn(course, first, last, least)
    if passing := _passing(course, first, last, holds):
        return Change("interrupted" if holds(before) else "happens", *passing)
    if _contested(before) != _contested(after):
        day = _since(course, last, _contested)
        return Change(_contest(after), day, day)
    if before == after:
        return None
    day = next((span.first for span in course if span.first <= last <= span.last), last)
    return Change("evidence" if level(before) == level(after) else "certainty", day, day)


def in_knowledge(before: Course, after: Course, least: int) -> str | None:
    """Name the difference of what is said of a thing by two days of knowledge, or None.

    Args:
        before: what was said by the earlier day, on the days in the world that matter.
        after: what was said by the later day, on the same days.
        least: from which level of certainty on it holds (1 to 3).
    """
    if before == after:
        return None
    if not before or not after:
        return "newly-claimed" if after else "struck"
    contested = [any(span.state.standing == "contested" for span in one) for one in (before, after)]
    if contested[0] != contested[1]:
        return "newly-contested" if contested[1] else "no-longer-contested"
    earlier, later = (_days(one, lambda state: level(state) >= least) for one in (before, after))
    if bool(earlier) != bool(later):
        return "newly-held" if later else "no-longer-held"
    if earlier != later:
        return "dates"
    if _levels(before) != _levels(after):
        return "certainty"
    return "evidence"


def since(course: Course, day: int, least: int) -> tuple[int, int]:
    """Give the first and last day on which what holds on a day can have begun."""
    held = _since(course, day, lambda state: level(state) >= least)
    return _since(course, held - 1, lambda state: 0 < level(state) < least, held), held


def until(course: Course, day: int, least: int) -> tuple[int, int]:
    """Give the first and last day that can be the last one of what holds on a day."""
    held = _until(course, day, lambda state: level(state) >= least)
    return held, _until(course, held + 1, lambda state: 0 < level(state) < least, held)


def _turn(course: Course, first: int, last: int, least: int) -> Change:
    """Say that it begins or ends; if that may be on any day, only that it is attested."""
    before, after = at(course, first), at(course, last)
    begins = level(after) >= least
    earliest, latest = since(course, last, least) if begins else until(course, first, least)
    if _contested(before) != _contested(after) and _contested(before if begins else after):
        return Change(_contest(after), earliest, latest)
    if earliest == FIRST < latest or earliest < LAST == latest:
        return Change("first-attested" if begins else "last-attested", earliest, latest)
    return Change("begins" if begins else "ends", earliest, latest)


def _passing(course: Course, first: int, last: int, holds: Test) -> tuple[int, int] | None:
    """Give the days between two days on which it is the other way round, if there are any."""
    held = _days((span for span in course if span.last >= first and span.first <= last), holds)
    if not holds(at(course, first)):
        return (held[0][0], held[-1][1]) if held else None
    return (held[0][1] + 1, held[-1][0] - 1) if len(held) > 1 else None


def _levels(course: Course) -> list[tuple[int, int, int]]:
    """Give the days on which it possibly holds, at least, with how much is said."""
    levels: list[tuple[int, int, int]] = []
    for first, last, state in course:
        value = level(state)
        if levels and levels[-1][1:] == (first - 1, value):
            levels[-1] = (levels[-1][0], last, value)
        elif value:
            levels.append((first, last, value))
    return levels


def _days(spans: Iterable[tuple[int, int, State]], test: Test) -> list[tuple[int, int]]:
    """Give the runs of days that pass a test."""
    runs: list[tuple[int, int]] = []
    for first, last, state in spans:
        if not test(state):
            continue
        if runs and runs[-1][1] == first - 1:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))
    return runs


def _since(course: Course, day: int, test: Test, absent: int | None = None) -> int:
    """Give the first day of the run around a day that passes a test, else ``absent`` or the day."""
    runs = (run for run in _days(course, test) if run[0] <= day <= run[1])
    return next(runs, (day if absent is None else absent, day))[0]


def _until(course: Course, day: int, test: Test, absent: int | None = None) -> int:
    """Give the last day of the run around a day that passes a test, else ``absent`` or the day."""
    runs = (run for run in _days(course, test) if run[0] <= day <= run[1])
    return next(runs, (day, day if absent is None else absent))[1]


def _contested(state: State | None) -> bool:
    return state is not None and state.standing == "contested" and level(state) > 0


def _contest(after: State | None) -> str:
    return "newly-contested" if _contested(after) else "no-longer-contested"
