"""Drafts of lines: what makes one line, before it gets its words and its evidence.

A stage that follows another is one line of the thing that has the stages, with the proposal that it
opens or closes; a partnership that takes the place of another is one line too. Every thing that
changed has its parts in exactly one line.

Units: whole days as ordinals of ``datetime.date``; all bounds inclusive.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from allygraph.difference.states import Course, Part, Span, State, at, level


@dataclass(frozen=True)
class Draft:
    """A line by IRIs and ordinals; its words and its evidence are added later.

    ``days`` are those in the world between which the change lies; ``before``, ``between`` and
    ``after`` what is said of it, claims left out of account; ``stages`` (stage lines only) those
    before, between and after; ``replaces`` what it takes the place of; ``bounding`` the claims that
    tell since when what is new holds.
    """

    change: str
    about: str
    things: tuple[str, ...]
    parts: tuple[Part, ...]
    before: Course
    after: Course
    claims: tuple[str, ...]
    between: Course = ()
    days: tuple[int, int] | None = None
    stages: tuple[tuple[str, ...], ...] = ()
    replaces: str | None = None
    bounding: tuple[str, ...] = ()
    learned: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    minor: bool = False


@dataclass(frozen=True)
class Ties:
    """What ties things to one another, by IRI.

    ``subject``: of a stage change, what has the stage; ``stages``: all stage changes of a subject;
    ``succeeds``: what a thing takes the place of; ``proposals``: which things are proposals.
    """

    subject: Mapping[str, str]
    stages: Mapping[str, tuple[str, ...]]
    succeeds: Mapping[str, tuple[str, ...]]
    proposals: frozenset[str]


def merged(drafts: Mapping[str, Draft], stages: Mapping[str, Draft], ties: Ties) -> list[Draft]:
    """Give the lines: those of stages with what they tell too, successors with what they replace.

    Args:
        drafts: the line of each thing by itself, by IRI.
        stages: the lines of subjects that are at another stage, by the subject's IRI.
        ties: what ties the things.
    """
    single = dict(drafts)
    lines = []
    for subject, line in sorted(stages.items()):
        for thing in line.things:
            del single[thing]
        own = single.get(subject) if subject in ties.proposals else None
        if own and own.minor >= line.minor:
            del single[subject]
            line = replace(line, things=(subject, *line.things), parts=own.parts + line.parts)
        lines.append(line)
    for thing, line in sorted(single.items()):
        if line.change == "begins":
            olds = [single[old] for old in ties.succeeds.get(thing, ()) if old in single]
            if ended := next((old for old in olds if old.change == "ends"), None):
                del single[ended.about]
                single[thing] = _replacing(line, ended)
    return lines + [line for _, line in sorted(single.items())]


def holding(
    courses: Mapping[str, Course], things: Iterable[str], day: int, least: int
) -> tuple[str, ...]:
    """List those of some things that hold on a day."""
    return tuple(one for one in things if level(at(courses.get(one, ()), day)) >= least)


def plain(course: Course) -> Course:
    """Give a course without its claims: neighbours that say the same in words are one."""
    spans: list[Span] = []
    for first, last, state in course:
        bare = State(*state.words, ())
        if spans and spans[-1].state == bare and spans[-1].last == first - 1:
            spans[-1] = spans[-1]._replace(last=last)
        else:
            spans.append(Span(first, last, bare))
    return tuple(spans)


def around(course: Course, day: int) -> Course:
    """Give the one span around a day on which a course says the same in words, or none."""
    return tuple(span for span in plain(course) if span.first <= day <= span.last)


def claims_of(states: Iterable[State | None]) -> tuple[str, ...]:
    """List the claims behind some states, by IRI."""
    return tuple(sorted({claim for state in states if state for claim in state.claims}))


def _replacing(line: Draft, ended: Draft) -> Draft:
    return replace(
        line,
        change="replaced",
        things=(*ended.things, *line.things),
        parts=ended.parts + line.parts,
        before=ended.before,
        claims=tuple(sorted({*ended.claims, *line.claims})),
        replaces=ended.about,
    )
