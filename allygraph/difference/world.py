"""Lines of a difference in the world: two days, by what was known on one."""

from collections.abc import Iterable, Mapping

from allygraph.difference.changes import MINOR_IN_THE_WORLD, in_the_world, since, until
from allygraph.difference.drafts import Draft, Ties, around, claims_of, holding, merged
from allygraph.difference.states import FIRST, LAST, Course, Part, at


class WorldLines:
    """Compares two days in the world; ``courses`` are those of one day of knowledge."""

    def __init__(
        self, courses: Mapping[str, Course], ties: Ties, days: tuple[int, int], least: int
    ):
        self.courses, self.ties, self.least = courses, ties, least
        self.first, self.last = days

    def drafts(self, things: Iterable[str]) -> list[Draft]:
        """Give the lines about some things; their courses, and those of their stages, are known."""
        drafts = {thing: one for thing in things if (one := self._single(thing))}
        subjects = {self.ties.subject[one] for one in drafts if one in self.ties.subject}
        stages = {subject: one for subject in subjects if (one := self._stages(subject, drafts))}
        return merged(drafts, stages, self.ties)

    def _single(self, thing: str) -> Draft | None:
        course = self.courses.get(thing, ())
        change = in_the_world(course, self.first, self.last, self.least)
        if change is None:
            return None
        before, after = at(course, self.first), at(course, self.last)
        part = Part(thing, None, None, before, after)
        told = after or before
        between: Course = ()
        if change.kind in ("happens", "interrupted"):
            told = at(course, change.earliest) or told
            between = around(course, change.earliest)
        return Draft(
            change=change.kind,
            about=thing,
            things=(thing,),
            parts=(part,) if before != after else (),
            before=around(course, self.first),
            between=between,
            after=around(course, self.last),
            claims=told.claims if told else (),
            bounding=told.claims if told else (),
            days=(change.earliest, change.latest),
            minor=change.kind in MINOR_IN_THE_WORLD,
        )

    def _stages(self, subject: str, drafts: Mapping[str, Draft]) -> Draft | None:
        """Give one line for a subject that is at another stage on the later day, or between."""
        nodes = self.ties.stages[subject]
        changed = tuple(node for node in nodes if node in drafts)
        between = [drafts[one] for one in changed if drafts[one].change == "happens"]
        between.sort(key=lambda one: (one.days or (0, 0), one.about))
        before, after = self._at_stage(nodes, self.first), self._at_stage(nodes, self.last)
        if not changed or (before == after and not (before and between)):
            return None
        days = self._days(before, after, between)
        change = "stage"
        if not before and days[0] == FIRST < days[1]:
            change = "first-attested"
        elif not after and days[0] < LAST == days[1]:
            change = "last-attested"
        told = [(one, self.last) for one in after] or [(one, self.first) for one in before]
        claims = {*claims_of(at(self.courses[one], day) for one, day in told if before != after)}
        return Draft(
            change=change,
            about=subject,
            things=changed,
            parts=tuple(part for one in changed for part in drafts[one].parts),
            before=around(self.courses[before[0]], self.first) if before else (),
            between=between[0].between if between else (),
            after=around(self.courses[after[0]], self.last) if after else (),
            claims=tuple(sorted(claims.union(*(one.claims for one in between)))),
            days=days,
            bounding=self._bounding(before, after, between),
            stages=(before, tuple(one.about for one in between), after),
            minor=change in MINOR_IN_THE_WORLD,
        )

    def _bounding(
        self, before: tuple[str, ...], after: tuple[str, ...], between: list[Draft]
    ) -> tuple[str, ...]:
        """Give the claims that tell since when the last stage that was new held."""
        if before == after:
            return tuple(claim for one in between for claim in one.claims)
        return claims_of(at(self.courses[one], self.last) for one in after)

    def _days(
        self, before: tuple[str, ...], after: tuple[str, ...], between: list[Draft]
    ) -> tuple[int, int]:
        """Give the days on which the last change of stage can have come about."""
        if before == after:
            bounds = [days for one in between if (days := one.days)]
        elif after:
            bounds = [since(self.courses[one], self.last, self.least) for one in after]
        else:
            bounds = [until(self.courses[one], self.first, self.least) for one in before]
        return min(low for low, _ in bounds), max(high for _, high in bounds)

    def _at_stage(self, nodes: Iterable[str], day: int) -> tuple[str, ...]:
        return holding(self.courses, nodes, day, self.least)
