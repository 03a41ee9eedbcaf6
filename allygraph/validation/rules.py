"""Rules: all that validation can find fault with, by name, with the level that each has.

Shape: a root in, a `Rule` for each shape with a message of its own, each check query and each rule
that is Python out. ``ally validate --list-rules`` prints them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from allygraph.graph import read
from allygraph.names import PREFIXES
from allygraph.resources import shape_files
from allygraph.validation.findings import Severity
from allygraph.validation.profiles import Profile
from allygraph.validation.queries import checks, table

_SH = PREFIXES["sh"]
_SEVERITIES: dict[str, Severity] = {"Violation": "error", "Warning": "warning", "Info": "info"}


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: as findings tell it.
        level: its severity, or ``off``, without a profile.
        place: the file in which it stands; empty for what is Python.
        text: what it asks, in English.
        component: the local names of its constraint components, if it is a shape.
    """

    name: str
    level: str
    place: str
    text: str = ""
    component: tuple[str, ...] = ()


def rules(root: Path) -> list[Rule]:
    """List the rules of a root by name.

    Raises:
        UnreadableFile: a shape file is not Turtle.
        QueryFileError: a check query or the table of levels is malformed.
    """
    found = {rule.name: rule for path in shape_files(root) for rule in _shapes(path, root)}
    queries = {check.name: check for check in checks(root)}
    for name, level in table(root).items():
        check = queries.get(name)
        place = f"queries/checks/{name}.rq" if check else ""
        found[name] = Rule(name, level, place, check.message if check else "")
    return sorted(found.values(), key=lambda rule: rule.name.casefold())


def shape_rules(quads: Iterable[Quad], place: str) -> Iterator[Rule]:
    """Give the rule of each shape of a graph that has a name and constraints."""
    said: dict[NamedNode, dict[str, list[object]]] = {}
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and quad.predicate.value.startswith(_SH):
            parts = said.setdefault(quad.subject, {})
            parts.setdefault(quad.predicate.value.removeprefix(_SH), []).append(quad.object)
    for shape, parts in said.items():
        if "path" in parts or "message" in parts:
            severity = next(iter(_local(parts.get("severity", []))), "Violation")
            component = tuple(
                sorted(f"{name[0].upper()}{name[1:]}ConstraintComponent" for name in parts)
            )
            yield Rule(
                shape.value.replace("#", "/").rpartition("/")[2],
                _SEVERITIES.get(severity, "error"),
                place,
                _english(parts.get("message", [])),
                component,
            )


def listed(found: Iterable[Rule], profile: Profile) -> list[tuple[str, str, str]]:
    """Give name, level under a profile and text of each rule.

    A level that depends on the component that fails is told behind the other:
    ``error; MinCount: warning``.
    """
    return [(rule.name, _level(rule, profile), rule.text) for rule in found]


def _level(rule: Rule, profile: Profile) -> str:
    level = profile.level(rule.name, (), rule.level)
    others = {
        one.removesuffix("ConstraintComponent"): profile.level(rule.name, (one,), rule.level)
        for one in rule.component
        if one in profile.components
    }
    differing = [f"{name}: {other}" for name, other in others.items() if other != level]
    return "; ".join([level, *differing])


def _shapes(path: Path, root: Path) -> Iterator[Rule]:
    name = path.relative_to(root).as_posix()
    return shape_rules(parse(input=read(path, name=name), format=RdfFormat.TURTLE), name)


def _english(messages: Iterable[object]) -> str:
    texts = {m.language or "": m.value for m in messages if isinstance(m, Literal)}
    return texts.get("en") or next(iter(texts.values()), "")


def _local(terms: Iterable[object]) -> Iterator[str]:
    for term in terms:
        if isinstance(term, NamedNode | BlankNode):
            yield term.value.rpartition("#")[2]
