"""The evidence of one line of a network: who says that it holds, who says otherwise, and when."""

from datetime import date

from allygraph.dates import bounds
from allygraph.difference.states import FIRST, LAST, courses, iso
from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import ParameterError
from allygraph.lookup import links
from allygraph.site.asking import Answer, Ask
from allygraph.site.claims import Shown, shown
from allygraph.site.meant import meant
from allygraph.site.pages import page

_ABOUT = ("ally:affirms", "ally:denies", "ally:doubts")


def read(engine: OxigraphEngine, ask: Ask) -> Answer:
    """Give the page of a relationship's evidence, by what was known on the day.

    Raises:
        ParameterError: no thing is named.
        UnknownName: the graph has no such thing.
    """
    given = ask.one("thing").strip()
    if not given:
        raise ParameterError("'thing' is missing", expected="thing=rel:nato-japan-itpp")
    thing = meant(engine, ask, given)
    course = courses(engine, [thing], ask.known_by.toordinal()).get(thing, ())
    day = ask.as_of.toordinal()
    now = next((span for span in course if span.first <= day <= span.last), None)
    said = {claim for claim, _, _ in links(engine, [thing], _ABOUT)}
    claims = list(shown(engine, said, ask.known_by).values())
    behind = set(now.state.claims) if now else set()
    mentions = {thing, *(iri for claim in claims for iri in claim.mentions())}
    return page(
        engine,
        ask,
        "network-edge.html",
        mentions=mentions,
        iri=thing,
        now=now,
        spans=[
            (
                "" if span.first == FIRST else iso(span.first),
                "" if span.last == LAST else iso(span.last),
                span.state,
            )
            for span in course
        ],
        holds=[one for one in claims if one.claim in behind and says_so(one, ask.as_of)],
        otherwise=[one for one in claims if one.claim in behind and not says_so(one, ask.as_of)],
        further=[one for one in claims if one.claim not in behind],
    )


def says_so(claim: Shown, day: date) -> bool:
    """Tell whether a claim says that something holds on a day, or can be read so."""
    if claim.polarity in ("denies", "doubts"):
        return False
    first = bounds(claim.start).earliest if claim.start else date.min
    last = bounds(claim.end).latest if claim.end else date.max
    return first <= day <= last
