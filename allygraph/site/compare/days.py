"""Two days compared, as a page shows it: changes by whose they are, each with its claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from allygraph.dates import bounds
from allygraph.difference import Choice, Difference, Line, Name, Period, difference, period
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError
from allygraph.names import expand
from allygraph.site.asking import Ask
from allygraph.site.claims import Shown, shown
from allygraph.site.meant import meant

MOST_LINES = 300


@dataclass(frozen=True)
class Days:
    """The changes between two days.

    Args:
        found: the whole difference.
        groups: whose changes, and the lines; at most `MOST_LINES` lines in all.
        more: how many lines are left out.
        claims: the claims of the shown lines, by short name.
    """

    found: Difference
    groups: Sequence[tuple[Name, Sequence[Line]]]
    more: int
    claims: dict[str, Shown]

    def behind(self, line: Line) -> list[Shown]:
        """Give the claims of a line."""
        return [self.claims[name] for name in line.claims if name in self.claims]

    def mentions(self) -> set[str]:
        """Give the whole IRIs of all that a page names."""
        lines = [line for _, group in self.groups for line in group]
        named = {expand(name.iri) for line in lines for name in (line.entity, line.about)}
        return named | {iri for claim in self.claims.values() for iri in claim.mentions()}


def asked_period(ask: Ask) -> Period:
    """Read which days are to be compared.

    Raises:
        DateError: a text that is no date.
        ParameterError: the first day is missing.
    """
    if ask.one("what") == "knowledge":
        first = _day(ask, "known_from")
        only = {"as_of": ask.as_of} if ask.one("span") == "day" else {}
        return period(
            ask.known_by, known_from=first, known_to=_day(ask, "known_to", ask.known_by), **only
        )
    first, last = _day(ask, "from"), _day(ask, "to", ask.as_of)
    return period(ask.as_of, from_day=first, to_day=last, known_by=ask.known_by)


def compare_days(engine: OxigraphEngine, ask: Ask) -> Days:
    """Compare two days.

    Raises:
        UnknownName: the graph does not have a thing that is asked about.
        DateError, ParameterError: a field does not fit.
    """
    found = difference(engine, asked_period(ask), _choice(engine, ask))
    lines = found.lines[:MOST_LINES]
    groups = [
        (entity, list(group)) for entity, group in groupby(lines, key=lambda line: line.entity)
    ]
    names = {name for line in lines for name in line.claims}
    last = max(found.period.known)
    by_iri = shown(engine, map(expand, names), last)
    claims = {name: by_iri[expand(name)] for name in names if expand(name) in by_iri}
    return Days(found, groups, len(found.lines) - len(lines), claims)


def _choice(engine: OxigraphEngine, ask: Ask) -> Choice:
    given = [name for name in ask.params.get("about", ()) if name.strip()]
    about = tuple(meant(engine, ask, name) for name in given)
    kinds = tuple(kind for kind in ask.params.get("kind", ()) if kind)
    return Choice(about=about, with_members=bool(ask.one("members")), kinds=kinds)


def _day(ask: Ask, name: str, default: date | None = None) -> date:
    given = ask.one(name).strip()
    if given:
        return bounds(given).latest
    if default is None:
        raise ParameterError(f"'{name}' is missing", expected=f"a day, as {name}=2023-06-13")
    return default
