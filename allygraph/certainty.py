"""Certainty: what the claims that are current on one day of knowledge say of each day.

One object stands for one day of knowledge. It answers, for a day in the world, with which certainty
and standing the thing holds, whether that was verified, and by which claims. No RDF, no clock.

Units: whole days as ordinals of ``datetime.date`` (1 = 0001-01-01); all bounds inclusive.
Shape: claims in, strips of days out, each with its ``Value``; neighbours differ. Days of which no
claim says anything are in no strip.
Source: docs/decisions 0020 to 0029.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import Enum, auto
from typing import NamedTuple

FIRST, LAST = date.min.toordinal(), date.max.toordinal()
NEVER, ALWAYS = LAST + 1, FIRST - 1
"""An absent latest start is never reached; an absent earliest end is over on every day."""

SURE, PRESUMED, POSSIBLE, NONE = "sure", "presumed", "possible", "none"
AFFIRMED, REPORTED, EXPECTED = "affirmed", "reported", "expected"
DOUBTED, DENIED, CONTESTED = "doubted", "denied", "contested"

Judgement = tuple[str, bool]
"""A certainty, and whether those who affirm are at odds about it."""
Value = tuple[str, str, bool, tuple[str, ...]]
"""Certainty, standing, whether verified, names of the claims it rests on."""

Strip = tuple[int, int, Value]
"""First day, last day, and what holds on all of them."""


class Polarity(Enum):
    """What a claim does to the thing that it is about."""

    AFFIRMS = auto()
    DENIES = auto()
    DOUBTS = auto()


_AFFIRMS = Polarity.AFFIRMS
_SURE, _PRESUMED, _POSSIBLE, _NONE = (
    (certainty, False) for certainty in (SURE, PRESUMED, POSSIBLE, NONE)
)
_AT_ODDS = (POSSIBLE, True)


class Course(Enum):
    """How a thing goes on: as its claims say, only on its own days, or until something follows."""

    SPELL = auto()
    EVENT = auto()
    LASTING = auto()


class Claim(NamedTuple):
    """One claim, as far as holdings depend on it; ``until`` is its last current day."""

    name: str
    known: int
    until: int = LAST
    polarity: Polarity = Polarity.AFFIRMS
    fact: bool = True
    hedged: bool = False
    ongoing: bool = False
    verified: bool = True
    named: bool = True
    earliest_start: int = FIRST
    latest_start: int = NEVER
    earliest_end: int = ALWAYS
    latest_end: int = LAST


class Sides:
    """The claims current on one day of knowledge, by what they say; what standing is made of."""

    __slots__ = ("against", "facts", "hopes", "named", "names", "verified")

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.facts: list[Claim] = []
        self.hopes: list[Claim] = []
        self.against: list[Claim] = []
        self.named = self.verified = False
        for claim in claims:
            if claim.polarity is not _AFFIRMS:
                self.against.append(claim)
            elif claim.fact:
                self.facts.append(claim)
                self.named |= claim.named
                self.verified |= claim.verified
            else:
                self.hopes.append(claim)
        self.names = tuple([claim.name for claim in self.facts])

    def days(self) -> set[int]:
        """Give the days on which a denial or doubt begins, or has ended."""
        days = {FIRST}
        for claim in self.against:
            days.update((claim.earliest_start, claim.latest_end + 1))
        return days

    def against_on(self, day: int) -> list[Claim]:
        """Give the denials and doubts that cover a day."""
        return [claim for claim in self.against if claim.earliest_start <= day <= claim.latest_end]

    def judged(
        self,
        judgement: Judgement,
        names: tuple[str, ...],
        verified: bool,
        against: Sequence[Claim] = (),
    ) -> Value | None:
        """Put certainty, standing, review and evidence together; None if nothing is said.

        Args:
            judgement: the certainty, and whether facts are at odds.
            names: the affirming facts that the certainty rests on, sorted.
            verified: whether one of them is verified.
            against: the denials and doubts that cover the day.
        """
        certainty, clash = judgement
        if against:
            return self._opposed(certainty, names, verified, against)
        if names:
            standing = AFFIRMED if self.named else REPORTED
            return certainty, CONTESTED if clash else standing, verified, names
        if not self.hopes:
            return None
        seen = any(claim.verified for claim in self.hopes)
        return certainty, EXPECTED, seen, tuple(claim.name for claim in self.hopes)

    def _opposed(
        self, certainty: str, names: tuple[str, ...], verified: bool, against: Sequence[Claim]
    ) -> Value:
        """Weigh denials and doubts: what holds on the day, or is only expected, they contest.

        Where the affirmations speak of other days, nothing is at odds: "not yet" is no
        contradiction of "from July on", nor a plan's of a fact that it is still to change.
        """
        denials = [claim for claim in against if claim.polarity is Polarity.DENIES]
        standing = DENIED if denials else DOUBTED
        affirming: tuple[str, ...] = ()
        if names and certainty != NONE:
            standing, affirming = CONTESTED, names
        elif self.hopes and not any(claim.fact for claim in denials):
            standing, affirming = CONTESTED, tuple(claim.name for claim in self.hopes)
        if affirming != names or not names:
            judges = [*(self.hopes if affirming else ()), *against]
            verified = any(claim.verified for claim in judges)
        every = {*affirming, *(claim.name for claim in against)}
        return certainty, standing, verified, tuple(sorted(every))


class Spell:
    """What holds of a relationship, rule, event or stage on one day of knowledge."""

    __slots__ = (
        *("_answers", "_contraries", "_end", "_firm", "_firm_names", "_firm_verified", "_high"),
        *("_low", "_ongoing", "_rivals", "_sides", "_start"),
    )

    def __init__(
        self,
        claims: Sequence[Claim],
        course: Course,
        rivals: Sequence[Claim] = (),
        contraries: Sequence[Claim] = (),
    ) -> None:
        self._sides = Sides(claims)
        self._rivals = rivals
        self._contraries = contraries
        self._answers: dict[Judgement, Value | None] = {}
        self._firm = firm = [claim for claim in self._sides.facts if not claim.hedged]
        self._measure(self._sides.facts)
        self._ongoing = course is not Course.EVENT and (
            course is Course.LASTING or any(claim.ongoing for claim in firm)
        )
        if len(firm) == len(self._sides.facts):
            self._firm_names, self._firm_verified = self._sides.names, self._sides.verified
        else:
            self._firm_names = tuple([claim.name for claim in firm])
            self._firm_verified = any(claim.verified for claim in firm)

    def _measure(self, facts: Sequence[Claim]) -> None:
        """Find the days that no fact excludes (low to high), and those that are sure."""
        low, high = (FIRST, LAST) if facts else (NEVER, ALWAYS)
        start, end = NEVER, ALWAYS
        for claim in facts:
            if claim.earliest_start > low:
                low = claim.earliest_start
            if claim.latest_end < high:
                high = claim.latest_end
            if claim.hedged:
                continue
            if claim.latest_start < start:
                start = claim.latest_start
            if claim.earliest_end > end:
                end = claim.earliest_end
        self._low, self._high, self._start, self._end = low, high, start, end

    def strips(self) -> list[Strip]:
        """Cut the days of the world where the answer changes."""
        facts = self._sides.facts
        if self._sides.against or self._rivals or not facts or self._may_clash():
            return _cut(self)
        return [
            (since, until, value)
            for since, until, judgement in self._plain()
            if since <= until and (value := self._judged(judgement, ())) is not None
        ]

    def _may_clash(self) -> bool:
        several = len(self._sides.facts) > 1
        return several and (self._start < self._low or self._end > self._high)

    def _plain(self) -> Iterable[tuple[int, int, Judgement]]:
        """Give the pieces, some of them empty, where nobody objects: what most things are like."""
        low, high = self._low, self._high
        start, end = max(low, min(self._start, high + 1)), min(self._end, high)
        if low > high:
            return ((FIRST, LAST, _NONE),)
        before, after = (FIRST, low - 1, _NONE), (high + 1, LAST, _NONE)
        if end < start and not self._ongoing:
            return before, (low, high, _POSSIBLE), after
        later = (max(start, end + 1), high, _PRESUMED if self._ongoing else _POSSIBLE)
        return before, (low, start - 1, _POSSIBLE), (start, end, _SURE), later, after

    def days(self) -> set[int]:
        """Give the days on which the answer may change."""
        facts = self._sides.facts
        days = self._sides.days() if self._sides.against else {FIRST}
        if not facts:
            return days
        days.update((self._low, self._high + 1, self._start, self._end + 1))
        if self._may_clash():
            for claim in facts:
                days.update((claim.earliest_start, claim.latest_start))
                days.update((claim.earliest_end + 1, claim.latest_end + 1))
        if self._rivals:
            days.update([claim.latest_start for claim in facts])
            days.update([claim.latest_start for claim in self._rivals])
        return days

    def value(self, day: int) -> Value | None:
        """Give certainty, standing, review and evidence on a day in the world."""
        judgement = self._judge(day)
        if self._rivals and judgement is not _NONE:
            judgement = self._among_rivals(day, judgement)
        if self._sides.against:
            return self._judged(judgement, self._sides.against_on(day))
        if judgement not in self._answers:
            self._answers[judgement] = self._judged(judgement, ())
        return self._answers[judgement]

    def _judged(self, judgement: Judgement, against: Sequence[Claim]) -> Value | None:
        if judgement[0] in (SURE, PRESUMED):
            return self._sides.judged(judgement, self._firm_names, self._firm_verified, against)
        return self._sides.judged(judgement, self._sides.names, self._sides.verified, against)

    def _judge(self, day: int) -> Judgement:
        """Give the certainty, and whether dates exclude each other."""
        if self._low <= day <= self._high:
            if self._start <= day:
                if day <= self._end:
                    return _SURE
                if self._ongoing:
                    return _PRESUMED
            return _POSSIBLE
        if self._start <= day <= self._end:
            left = [claim for claim in self._firm if not _excludes(claim, day)]
            if any(claim.latest_start <= day for claim in left) and any(
                claim.earliest_end >= day for claim in left
            ):
                return _AT_ODDS
        return _NONE

    def _among_rivals(self, day: int, judgement: Judgement) -> Judgement:
        """Weigh what came later: it ends this, a hedged one makes it possible at most."""
        own = _latest(self._sides.facts, day)
        if _latest((claim for claim in self._rivals if not claim.hedged), day) > own:
            return _NONE
        if _latest(self._rivals, day) > own:
            return _AT_ODDS
        if own != ALWAYS and _latest(self._contraries, day) == own:
            return judgement[0], True
        return judgement


class Proposal:
    """Whether a proposal is open, on one day of knowledge."""

    def __init__(
        self, claims: Sequence[Claim], openings: Sequence[Claim], closings: Sequence[Claim]
    ) -> None:
        self._sides = Sides(sorted({*claims, *openings}))
        self._openings = [claim for claim in openings if is_fact(claim)]
        self._closings = closings

    def strips(self) -> list[Strip]:
        """Cut the days of the world where the answer changes."""
        return _cut(self)

    def days(self) -> set[int]:
        """Give the days on which the answer may change."""
        days = self._sides.days()
        days.update(claim.latest_start for claim in self._openings)
        days.update(claim.latest_start for claim in self._closings)
        return days

    def value(self, day: int) -> Value | None:
        """Give certainty, standing, review and evidence on a day in the world."""
        opened = [claim for claim in self._openings if claim.latest_start <= day]
        closed = [claim for claim in self._closings if claim.latest_start <= day]
        firm = [claim for claim in opened if not claim.hedged]
        judgement = _SURE if firm and not closed else _AT_ODDS if closed else _POSSIBLE
        if not opened or any(not claim.hedged for claim in closed):
            judgement = _NONE
        bases = firm if judgement is _SURE else self._sides.facts
        if bases and closed:
            bases = sorted({*bases, *closed})
        verified = any(claim.verified for claim in bases)
        names = tuple(claim.name for claim in bases)
        return self._sides.judged(judgement, names, verified, self._sides.against_on(day))


def is_fact(claim: Claim) -> bool:
    """Tell whether a claim affirms its thing as a fact."""
    return claim.fact and claim.polarity is Polarity.AFFIRMS


def _cut(evidence: Spell | Proposal) -> list[Strip]:
    """Ask on every day on which the answer may change, and join neighbours that are the same."""
    strips: list[Strip] = []
    since, last = FIRST, None
    for day in sorted(evidence.days()):
        if FIRST <= day <= LAST and (value := evidence.value(day)) != last:
            if last is not None:
                strips.append((since, day - 1, last))
            since, last = day, value
    if last is not None:
        strips.append((since, LAST, last))
    return strips


def _excludes(claim: Claim, day: int) -> bool:
    return day < claim.earliest_start or day > claim.latest_end


def _latest(claims: Iterable[Claim], day: int) -> int:
    """Give the greatest latest start up to a day; ALWAYS (before the first day) without one."""
    return max(
        (claim.latest_start for claim in claims if claim.latest_start <= day), default=ALWAYS
    )
