"""Spells: from what a curator says of start and end to the dates and bounds of a claim.

The rules are those of the two clocks: a date gives the days between which it lies, an attestation
is a bound, an open end is said and never supposed.
"""

from collections.abc import Iterator
from datetime import date

from pyoxigraph import Literal, NamedNode

from allygraph.curation.questions import Answers
from allygraph.curation.terms import day, day_literal
from allygraph.curation.things import Statement
from allygraph.dates import bounds
from allygraph.errors import DateError, ParameterError
from allygraph.names import ALLY, EDTF, PREFIXES

KNOWN, ONGOING, UNKNOWN, RENEWING = (
    f"{PREFIXES['kind']}end-{name}" for name in ("known", "ongoing", "unknown", "renewing")
)
SAID = "said"


def spell(answers: Answers, end_kind: str | None, said: date | None) -> list[Statement]:
    """Give start, end, kind of end and the four bounds of a claim.

    Args:
        answers: those to start, end, started_by, ended_by and attested are read.
        end_kind: the kind of end that was chosen, as an IRI.
        said: the day on which the claim was said, for ``attested: said``.

    Raises:
        DateError: a date is none.
        ParameterError: two answers exclude each other, or one needs another.
    """
    _refuse_contradictions(answers, end_kind)
    found = [*_dated(answers, "start", "started_by"), *_dated(answers, "end", "ended_by")]
    chosen = end_kind or (KNOWN if answers.one("end") or answers.one("ended_by") else None)
    if chosen is not None:
        found.append((f"{ALLY}endKind", NamedNode(chosen)))
    if (words := answers.one("attested")) is not None:
        found.extend(_attested(words, said, dict(found)))
    return _without_overlap(found)


def _refuse_contradictions(answers: Answers, end_kind: str | None) -> None:
    for one, other in (("start", "started_by"), ("end", "ended_by")):
        if answers.one(one) and answers.one(other):
            raise _excluded(one, other)
    ended = "end" if answers.one("end") else "ended_by" if answers.one("ended_by") else None
    if ended and end_kind not in (None, KNOWN):
        raise _excluded(ended, "end_kind")
    if ended and answers.one("attested"):
        raise _excluded(ended, "attested")
    if not ended and end_kind == KNOWN:
        raise ParameterError(
            "a known end needs its date",
            expected="--end, or --ended-by for a day by which it had ended",
            place="--end-kind",
        )
    if answers.one("attested") and end_kind is None:
        raise ParameterError(
            "that it was so on a day does not say how it ends",
            expected="--end-kind ongoing where the source says that it is so, else unknown",
            place="--attested",
        )


def _excluded(one: str, other: str) -> ParameterError:
    names = [f"--{key.replace('_', '-')}" for key in (one, other)]
    return ParameterError(
        f"{names[0]} and {names[1]} exclude each other", expected="one of the two", place=names[0]
    )


def _dated(answers: Answers, name: str, by: str) -> Iterator[Statement]:
    """Give an EDTF date with its two bounds, or the one bound of "by then"."""
    title = name.capitalize()
    if (words := answers.one(name)) is not None:
        try:
            span = bounds(words)
        except DateError as error:
            raise DateError(error.message, expected=error.expected, place=f"--{name}") from error
        yield f"{ALLY}{name}", Literal(words, datatype=NamedNode(EDTF))
        yield f"{ALLY}earliest{title}", day_literal(span.earliest)
        yield f"{ALLY}latest{title}", day_literal(span.latest)
    elif (words := answers.one(by)) is not None:
        place = f"--{by.replace('_', '-')}"
        yield f"{ALLY}latest{title}", day_literal(day(words, place=place))


def _attested(words: str, said: date | None, found: dict[str, object]) -> Iterator[Statement]:
    if words.strip().casefold() != SAID:
        on = day(words, place="--attested")
    elif said is not None:
        on = said
    else:
        raise ParameterError(
            "the day on which it was said is not known",
            expected="a day, or --said-on, or a source with a date of publication",
            place="--attested",
        )
    if f"{ALLY}latestStart" not in found:
        yield f"{ALLY}latestStart", day_literal(on)
    yield f"{ALLY}earliestEnd", day_literal(on)


def _without_overlap(found: list[Statement]) -> list[Statement]:
    """Leave out the inner bounds where a vague start and end overlap: no day is then sure.

    "In June" starts by 30 June and ends from 1 June on, which would read as a spell of no length.
    """
    said = dict(found)
    late, early = said.get(f"{ALLY}latestStart"), said.get(f"{ALLY}earliestEnd")
    if not isinstance(late, Literal) or not isinstance(early, Literal) or late.value <= early.value:
        return found
    if f"{ALLY}start" not in said or f"{ALLY}end" not in said:
        return found
    inner = (f"{ALLY}latestStart", f"{ALLY}earliestEnd")
    return [(name, value) for name, value in found if name not in inner]
