"""A description as text for a terminal or a pipe, or as Markdown. No colours, no widths.

Source of the order: what it is, what is said of it, its relationships, who says so.
"""

from collections.abc import Iterable

from allygraph.dates import FIRST_DAY, LAST_DAY
from allygraph.describe import Description, Relation
from allygraph.evidence import Evidence
from allygraph.evidence import lines as lines_of


def plain(thing: Description) -> str:
    """Give a description as plain text, indented by two spaces a level."""
    lines = [f"{thing.label}  ({thing.iri})", *_head(thing)]
    lines += [f"  {line}" for line in _judgement(thing)]
    lines += [f"  {name}: {'; '.join(values)}" for name, values in thing.properties]
    for evidence in thing.evidence:
        lines += [f"    {line}" for line in lines_of(evidence)]
    for group in thing.groups:
        lines += ["", group.heading]
        for relation in group.relations:
            lines.append(f"  {relation.label}  ({relation.iri})")
            lines += [f"    {line}" for line in relation_lines(relation)]
            for evidence in relation.evidence:
                lines += [f"      {line}" for line in lines_of(evidence)]
    if thing.claims:
        lines += ["", "claims"]
    for evidence in thing.claims:
        lines += [f"  {line}" for line in lines_of(evidence, whole=True)]
    for role, names in thing.mentions:
        lines += ["", role, *(f"  {name}" for name in names)]
    return "".join(f"{line}\n" for line in lines)


def markdown(thing: Description) -> str:
    """Give a description as Markdown: a heading for each group, a list of relationships."""
    lines = [f"# {thing.label}", "", f"`{thing.iri}`", ""]
    lines += [f"{line.strip()}  " for line in [*_head(thing), *_judgement(thing)]]
    lines += ["", *(f"- {name}: {'; '.join(values)}" for name, values in thing.properties)]
    lines += _markdown_claims(thing.evidence, "")
    for group in thing.groups:
        lines += ["", f"## {group.heading}", ""]
        for relation in group.relations:
            lines.append(f"- **{relation.label}** (`{relation.iri}`)")
            lines += [f"  {line}  " for line in relation_lines(relation)]
            lines += _markdown_claims(relation.evidence, "  ")
    if thing.claims:
        lines += ["", "## claims", "", *_markdown_claims(thing.claims, "", whole=True)]
    for role, names in thing.mentions:
        lines += ["", f"## {role}", "", *(f"- {name}" for name in names)]
    return "".join(f"{line}\n" for line in lines)


def relation_lines(relation: Relation) -> list[str]:
    """Give what a relationship says and how sure it is, a line each."""
    parts = [f"{name}: {', '.join(values)}" for name, values in relation.properties]
    return [*_judgement(relation), *(["; ".join(parts)] if parts else [])]


def _head(thing: Description) -> list[str]:
    others = [
        f"{name} ({language})" if language else name
        for name, language in thing.names
        if name != thing.label
    ]
    lines = [f"  {', '.join(thing.types)}"]
    lines += [f"  also: {'; '.join(others)}"] if others else []
    return [*lines, f"  as of {thing.as_of}, known by {thing.known_by}"]


def _judgement(thing: Description | Relation) -> list[str]:
    if not thing.certainty:
        return []
    certainty = "does not hold" if thing.certainty == "none" else thing.certainty
    words = [certainty, f"({', '.join(word for word in (thing.standing, thing.review) if word)})"]
    for word, day, no_bound in zip(
        ("from", "to"), thing.days or (), (FIRST_DAY, LAST_DAY), strict=False
    ):
        words += [f"{word} {day}"] if day != no_bound.isoformat() else []
    return [" ".join(words)]


def _markdown_claims(claims: Iterable[Evidence], indent: str, *, whole: bool = False) -> list[str]:
    lines = []
    for evidence in claims:
        first, *rest = lines_of(evidence, whole=whole)
        lines.append(f"{indent}- {first}  ")
        lines += [f"{indent}{line}  " for line in rest]
    return lines
