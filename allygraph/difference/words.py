"""The words of a difference: whose change it is, and what each kind of change is called."""

from collections.abc import Mapping, Sequence

MIRRORED: Mapping[str, str] = {
    "begins": "ends",
    "ends": "begins",
    "first-attested": "last-attested",
    "last-attested": "first-attested",
    "newly-contested": "no-longer-contested",
    "no-longer-contested": "newly-contested",
    "newly-claimed": "struck",
    "struck": "newly-claimed",
    "newly-held": "no-longer-held",
    "no-longer-held": "newly-held",
}
"""What a change is called where the days are read backwards; the others keep their names."""

_ENTITY: Mapping[str, str] = {
    "commitment": "party",
    "comparison": "lower",
    "concern": "holder",
    "decision-rule": "decidingOrganization",
    "description": "thing",
    "membership": "member",
    "participation": "event",
    "partnership": "partner",
    "position": "holder",
    "representation": "represented",
    "stage": "subject",
    "tenure": "organization",
    "use-right": "user",
}


def entity_link(kind: str) -> str | None:
    """Give the property that leads from a thing to whose change it is; None for things themselves.

    >>> entity_link("membership")
    'member'
    """
    return _ENTITY.get(kind)


Bounds = tuple[str | None, str | None]
"""First and last day as ISO texts; None for "no bound"."""


def phrase(change: str, days: Bounds | None) -> str:
    """Say what kind of change it is, and when it came about.

    >>> phrase("begins", ("2023-07-11", "2023-07-12"))
    'begins between 2023-07-11 and 2023-07-12'
    """
    first, last = days or (None, None)
    if change in ("begins", "stage", "replaced"):
        return f"{_VERBS[change]} {_start(first, last)}".strip()
    if change == "ends":
        return f"ends {_end(first, last)}".strip()
    if change in ("happens", "interrupted"):
        return f"{_VERBS[change]} {_span(first, last)}"
    if change == "first-attested":
        return f"is first attested {last or first}; when it began is not known"
    if change == "last-attested":
        return f"is last attested {first or last}; whether it ended is not known"
    verb = _VERBS[change]
    return f"{verb} from {last}" if last and change.endswith("contested") else verb


def judged(days: Sequence[tuple[Bounds, str, str, str]]) -> str:
    """Say how sure something is on which days; of no days, nothing.

    Args:
        days: for each span its bounds, certainty, standing and review.

    >>> judged([(("2023-07-12", None), "presumed", "affirmed", "verified")])
    'presumed from 2023-07-12 (affirmed, verified)'
    """
    told = [one for one in days if one[1] != "none"] or list(days)
    marks = [f"({', '.join(word for word in one[2:] if word)})" for one in told]
    texts = []
    for place, (bounds, certainty, _, _) in enumerate(told):
        same_next = place + 1 < len(told) and marks[place + 1] == marks[place]
        word = "does not hold" if certainty == "none" else certainty
        text = f"{word} {_span(*bounds)}".strip()
        texts.append(text if same_next else f"{text} {marks[place]}")
    return ", ".join(texts)


def _start(first: str | None, last: str | None) -> str:
    if first == last:
        return first or ""
    if last is None:
        return f"from {first} on, or later"
    return f"by {last}" if first is None else f"between {first} and {last}"


def _end(first: str | None, last: str | None) -> str:
    if first == last:
        return f"on {first}" if first else ""
    if first is None:
        return f"by {last}"
    return f"after {first}" if last is None else f"between {first} and {last}"


def _span(first: str | None, last: str | None) -> str:
    if first == last:
        return f"on {first}" if first else ""
    if first is None:
        return f"to {last}"
    return f"from {first}" if last is None else f"from {first} to {last}"


_VERBS: Mapping[str, str] = {
    "begins": "begins",
    "certainty": "changes in certainty",
    "claimed-and-struck": "is claimed and struck",
    "dates": "is known to hold on other days",
    "evidence": "has other evidence",
    "happens": "happens",
    "interrupted": "is interrupted",
    "newly-claimed": "is newly claimed",
    "newly-contested": "is newly contested",
    "newly-held": "is now known to hold",
    "no-longer-contested": "is no longer contested",
    "no-longer-held": "is no longer known to hold",
    "replaced": "takes its place",
    "stage": "changes stage",
    "struck": "is struck",
}
CHANGES = (*sorted(_VERBS), "ends", "first-attested", "last-attested")
"""All kinds of change."""
