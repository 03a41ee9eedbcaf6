"""Lines of a difference in knowledge: what was known on two days, about some days or all."""

from collections.abc import Iterable, Mapping

from allygraph.difference.changes import in_knowledge, since
from allygraph.difference.drafts import Draft, Ties, claims_of, holding, merged, plain
from allygraph.difference.states import FIRST, LAST, Course, Said, apart, at, clipped, level


class KnowledgeLines:
    """Compares what was known on two days, about some days in the world or all."""

    def __init__(
        self,
        earlier: Mapping[str, Course],
        later: Mapping[str, Course],
        ties: Ties,
        least: int,
        days: tuple[int, int] | None,
    ):
        first, last = days or (FIRST, LAST)
        self.earlier = {thing: clipped(one, first, last) for thing, one in earlier.items()}
        self.later = {thing: clipped(one, first, last) for thing, one in later.items()}
        self.ties, self.least, self.last = ties, least, last
        self.unclipped, self.whole = later, days is None

    def drafts(
        self, things: Iterable[str], said: Iterable[Said], known: tuple[int, int]
    ) -> list[Draft]:
        """Give the lines about some things, among them those of the claims that came or went."""
        news: dict[str, list[Said]] = {}
        for claim in said:
            news.setdefault(claim.thing, []).append(claim)
        drafts = {
            thing: draft
            for thing in things
            if (draft := self._single(thing, news.get(thing, []), known))
        }
        subjects = {self.ties.subject[one] for one in drafts if one in self.ties.subject}
        stages = {subject: one for subject in subjects if (one := self._stages(subject, drafts))}
        return merged(drafts, stages, self.ties)

    def _single(self, thing: str, news: list[Said], known: tuple[int, int]) -> Draft | None:
        before, after = self.earlier.get(thing, ()), self.later.get(thing, ())
        change = in_knowledge(before, after, self.least)
        earlier, later = claims_of(s.state for s in before), claims_of(s.state for s in after)
        first, last = known
        learned = {one.claim for one in news if one.known > first and one.until >= last}
        struck = {one.claim for one in news if one.known <= first and one.until < last}
        passing = {one.claim for one in news if one.known <= one.until} - learned - struck
        if not self.whole:
            learned, struck, passing = learned & set(later), struck & set(earlier), set()
        if change is None and (learned or struck or passing):
            change = "evidence" if learned or struck else "claimed-and-struck"
        if change is None:
            return None
        return Draft(
            change=change,
            about=thing,
            things=(thing,),
            parts=tuple(apart(thing, before, after)),
            before=plain(before),
            after=plain(after),
            claims=tuple(sorted(learned | struck | passing)) or later or earlier,
            learned=tuple(sorted(learned)),
            struck=tuple(sorted(struck)),
            minor=not self.whole and not _tells(before + after),
        )

    def _stages(self, subject: str, drafts: Mapping[str, Draft]) -> Draft | None:
        """Give one line for a subject of which another stage is the last that is known."""
        nodes = self.ties.stages[subject]
        before = holding(self.earlier, nodes, self.last, self.least)
        after = holding(self.later, nodes, self.last, self.least)
        changed = tuple(one for one in nodes if one in drafts and one in before + after)
        if before == after or not changed:
            return None
        bounds = [since(self.unclipped[one], self.last, self.least) for one in after]
        learned = tuple(sorted({claim for one in changed for claim in drafts[one].learned}))
        struck = tuple(sorted({claim for one in changed for claim in drafts[one].struck}))
        return Draft(
            change="stage",
            about=subject,
            things=changed,
            parts=tuple(part for one in changed for part in drafts[one].parts),
            before=plain(self.earlier[before[0]]) if before else (),
            after=plain(self.later[after[0]]) if after else (),
            claims=tuple(sorted({*learned, *struck}))
            or tuple(sorted({claim for one in changed for claim in drafts[one].claims})),
            days=(min(low for low, _ in bounds), max(high for _, high in bounds))
            if bounds
            else None,
            bounding=claims_of(at(self.unclipped[one], self.last) for one in after),
            stages=(before, (), after),
            learned=learned,
            struck=struck,
        )


def _tells(course: Course) -> bool:
    """Tell whether something is said of these days, not only that it holds on others."""
    return any(
        level(span.state) > 0 or span.state.standing not in ("affirmed", "reported")
        for span in course
    )
