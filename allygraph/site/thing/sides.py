"""The sides of a disagreement: who affirms and who denies, or who gives which days."""

from collections.abc import Iterable
from dataclasses import dataclass

from allygraph.site.claims import Shown


@dataclass(frozen=True)
class Side:
    """Claims that agree.

    ``kind`` is for, against, or dated; of the last, ``first`` and ``last`` are the days that they
    give, as precise as the claims, empty where they give none.
    """

    kind: str
    first: str
    last: str
    claims: tuple[Shown, ...]


def sides(claims: Iterable[Shown]) -> tuple[Side, ...]:
    """Divide claims about one thing into sides, none of them empty.

    Where some deny or doubt it, those are one side and those that affirm it the other. Where all
    affirm it, what they disagree on is the days.
    """
    known = tuple(claims)
    against = tuple(claim for claim in known if claim.polarity in ("denies", "doubts"))
    if against:
        affirming = tuple(claim for claim in known if claim not in against)
        both = (Side("for", "", "", affirming), Side("against", "", "", against))
        return tuple(side for side in both if side.claims)
    dated: dict[tuple[str, str], list[Shown]] = {}
    for claim in known:
        dated.setdefault((claim.start, claim.end), []).append(claim)
    return tuple(Side("dated", *days, tuple(group)) for days, group in sorted(dated.items()))
