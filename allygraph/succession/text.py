"""The history of a claim as text for a terminal or a pipe, or as Markdown."""

from collections.abc import Iterable

from allygraph.evidence import lines as claim_lines
from allygraph.succession import History, Strike, Version

_BY = {
    "supersedes": "superseded by",
    "corrects": "corrected by",
    "retracts": "retracted by",
}
_STRANGER = "does not count: another voice and another source"


def plain(told: History) -> str:
    """Give a history as plain text; the claim that was asked about is marked with an asterisk."""
    lines = [f"{told.label}  ({told.claim})", f"  {_about(told)}", f"  known by {told.known_by}"]
    lines += ["", "versions, as they became known"]
    for version in told.versions:
        lines += [f"  {text}" for text in version_lines(version, asked=told.claim)]
    for role, claims in _roles(told):
        lines += ["", role, *(f"  {text}" for one in claims for text in one)]
    if told.competing:
        lines += ["", "other claims about the same"]
    for version in told.competing:
        lines += [f"  {text}" for text in version_lines(version)]
    return "".join(f"{line}\n" for line in lines)


def markdown(told: History) -> str:
    """Give a history as Markdown: a heading for each part, an item for each claim."""
    lines = [f"# {told.label}", "", f"`{told.claim}`, {_about(told)}; known by {told.known_by}"]
    lines += ["", "## Versions, as they became known", ""]
    lines += _items(version_lines(version, asked=told.claim) for version in told.versions)
    for role, claims in _roles(told):
        lines += ["", f"## {role.capitalize()}", "", *_items(claims)]
    if told.competing:
        lines += ["", "## Other claims about the same", ""]
    lines += _items(version_lines(version) for version in told.competing)
    return "".join(f"{line}\n" for line in lines)


def version_lines(version: Version, *, asked: str = "") -> list[str]:
    """Give a version in some lines: its days, the claim, what struck it and what it strikes."""
    first, *rest = claim_lines(version.claim, whole=True)
    mark = " *" if version.claim.claim == asked else ""
    lines = [f"{days_of(version)}: {version.claim.claim}{mark}", f"  {first}"]
    lines += [f"  {text}" for text in rest]
    for strike in version.struck_by:
        lines.append(f"  {_BY[strike.verb]} {strike.striking}, known {strike.since}{_mark(strike)}")
    lines += [f"  {one.verb} {one.struck}{_mark(one)}" for one in version.strikes]
    return lines


def days_of(version: Version) -> str:
    """Say on which days of knowledge it was current."""
    if version.never:
        return f"known {version.since}, never current"
    return f"{version.since} to {version.until or 'now'}"


def _mark(strike: Strike) -> str:
    return "" if strike.counts else f" ({_STRANGER})"


def _about(told: History) -> str:
    label = f" “{told.about_label}”" if told.about_label else ""
    return f"about {told.about}{label}" if told.about else "about nothing"


def _roles(told: History) -> list[tuple[str, list[list[str]]]]:
    roles: dict[str, list[list[str]]] = {}
    for link in told.links:
        first, *rest = claim_lines(link.claim, whole=True)
        lines = [link.claim.claim, f"  {first}", *(f"  {text}" for text in rest)]
        roles.setdefault(link.role, []).append(lines)
    return list(roles.items())


def _items(blocks: Iterable[list[str]]) -> list[str]:
    lines = []
    for first, *rest in blocks:
        lines += [f"- {first}  ", *(f"  {text.strip()}  " for text in rest)]
    return lines
