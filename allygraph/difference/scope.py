"""What a difference is about: the things that concern some entities, and those of some kinds.

What concerns an entity is the entity itself, whatever points to it (its memberships, partnerships,
positions, offices' proposals …), and the stages of these and the positions on them.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from allygraph.difference.states import clipped, courses, level
from allygraph.engines import Engine
from allygraph.errors import ParameterError
from allygraph.lookup import Statements, below, inward, links, refuse_unknown, statements
from allygraph.names import ALLY, expand

_BESIDE = ("ally:DecisionRule", "ally:Event", "ally:Instrument", "ally:Proposal")
_SECOND = ("ally:subject", "ally:on")
_MEMBER = f"{ALLY}member"


def kind_of(facts: Mapping[str, Iterable[object]]) -> str:
    """Give the kind of a thing as a word, such as ``membership`` or ``decision-rule``."""
    types = [str(getattr(one, "value", "")) for one in facts.get(expand("rdf:type"), ())]
    names = sorted(name for name in types if name.startswith(ALLY))
    return word_of(names[0]) if names else "thing"


def word_of(class_iri: str) -> str:
    """Give the word for a class of ours.

    >>> word_of("https://w3id.org/allygraph/ns#UseRight")
    'use-right'
    """
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", class_iri.removeprefix(ALLY)).lower()
    return "stage" if name == "stage-change" else name


def check_kinds(engine: Engine, kinds: Collection[str]) -> None:
    """Refuse a word that is no kind of thing.

    Raises:
        ParameterError: with the words that are.
    """
    if kinds:
        known = {word_of(one) for one in below(engine, "ally:Relationship", *_BESIDE)}
        for kind in sorted(set(kinds) - known):
            expected = f"one of {', '.join(sorted(known))}"
            raise ParameterError(f"'{kind}' is no kind of thing", expected=expected)


def concerned(engine: Engine, about: Iterable[str]) -> set[str]:
    """List the IRIs of the things that concern some entities.

    Raises:
        UnknownName: the graph does not have one of them; the error names what is near.
    """
    entities = {expand(name) for name in about}
    refuse_unknown(engine, entities)
    found = set(entities)
    for entity in sorted(entities):
        found |= {subject for subject, _, _ in inward(engine, entity)}
    return found | {subject for subject, _, _ in links(engine, found, _SECOND)}


def members(
    engine: Engine,
    groups: Iterable[str],
    days: Iterable[tuple[int, int]],
    known: Iterable[int],
    least: int,
) -> set[str]:
    """List who belongs to some groupings, by IRI.

    Args:
        engine: any engine on a built graph.
        groups: the groupings, by short or whole name.
        days: spans of days in the world; a member on any of them counts.
        known: days of knowledge; a member by any of them counts.
        least: from which level of certainty on a membership holds.
    """
    organizations = sorted({expand(name) for name in groups})
    found = {one for one, _, _ in links(engine, organizations, ("ally:organization",))}
    memberships: Statements = statements(engine, found)
    members_of = {
        one: [value.value for value in facts.get(_MEMBER, []) if value is not None]
        for one, facts in memberships.items()
    }
    held = set()
    for day in known:
        for one, course in courses(engine, members_of, day).items():
            spans = [span for first, last in days for span in clipped(course, first, last)]
            if any(level(span.state) >= least for span in spans):
                held.add(one)
    return {member for one in held for member in members_of[one]}
