"""Profiles: how strict a validation is, as small files that say which rules have another level.

A profile is TOML: a ``title``, the profile that it ``extends``, ``[levels]`` (rule to severity or
``off``) and ``[components]`` (the same for findings of which only these constraint components
failed). Ours stand in ``ontology/profiles/``; any other is named by its path. What a profile does
not name keeps the level of its shape or of ``queries/checks/levels.tsv`` (decision 136).
"""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rapidfuzz.process import extractOne

from allygraph.errors import QueryFileError, UnknownName
from allygraph.graph import read as read_text
from allygraph.validation.catalogue import catalogue
from allygraph.validation.findings import SEVERITIES, Finding, Levels, Severity
from allygraph.validation.queries import OFF, table

DEFAULT = "curated"
"""The profile that is asked where none is named."""
_FIELDS = {"title", "extends", "levels", "components"}
_LEVELS = (*SEVERITIES, OFF)
_SEVERITIES: dict[str, Severity] = {severity: severity for severity in SEVERITIES}
_FAMILY = "owl"
"""The rules ``owl-…`` share one level."""


@dataclass(frozen=True)
class Profile:
    """A profile with all that it extends: levels by rule and by constraint component."""

    name: str
    title: str
    levels: Mapping[str, str]
    components: Mapping[str, str]

    def level(self, rule: str, component: Collection[str], otherwise: str) -> str:
        """Give the severity of a finding, or ``off``.

        Args:
            rule: its rule.
            component: the constraint components that failed, if it comes from a shape.
            otherwise: the level without a profile.
        """
        for name in (rule, _FAMILY if rule.startswith(f"{_FAMILY}-") else rule):
            if name in self.levels:
                return self.levels[name]
        named = [self.components[one] for one in component if one in self.components]
        if named and len(named) == len(component):
            return min(named, key=_LEVELS.index)
        return otherwise

    def judge(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Give the findings with the severity that they have under this profile."""
        for finding in findings:
            level = self.level(finding.rule, finding.component, finding.severity)
            if level in _SEVERITIES:
                yield replace(finding, severity=_SEVERITIES[level])

    def severities(self, table: Mapping[str, str]) -> Levels:
        """Give the severity of each rule that is not a shape, for those who look for it.

        A rule that is off both here and without a profile is left out: it is not asked. One that
        is off here alone keeps its severity; `judge` leaves its findings out.

        Args:
            table: their levels without a profile, ``off`` included (`queries.table`).
        """
        found: dict[str, Severity] = {}
        for rule, otherwise in table.items():
            level = self.level(rule, (), otherwise)
            level = otherwise if level == OFF else level
            if level in _SEVERITIES:
                found[rule] = _SEVERITIES[level]
        return found


def names(root: Path) -> list[str]:
    """List the profiles that a root ships."""
    return sorted(path.stem for path in (root / "ontology" / "profiles").glob("*.toml"))


def rule_names(root: Path) -> frozenset[str]:
    """Give the names of all rules of a root, which its profiles may name.

    Raises:
        UnreadableFile: a shape file is not Turtle.
        QueryFileError: a check query or the table of levels is malformed.
    """
    return frozenset(catalogue(root)) | frozenset(table(root))


def read(name: str, root: Path, rules: Collection[str] | None = None) -> Profile:
    """Read a profile and what it extends.

    Args:
        name: one of `names`, or the path of a TOML file.
        root: the folder that holds ontology/.
        rules: the rules that a profile may name; by default those of the root, which are only
            looked up for a file.

    Raises:
        UnknownName: there is no such profile.
        UnreadableFile: the file is missing or not UTF-8.
        QueryFileError: the file is no profile, or names a rule that is not there.
    """
    if rules is None:
        rules = frozenset() if name in names(root) else rule_names(root)
    return _read(name, root, frozenset(rules), frozenset())


def _read(name: str, root: Path, rules: frozenset[str], seen: frozenset[str]) -> Profile:
    known = names(root)
    path = root / "ontology" / "profiles" / f"{name}.toml" if name in known else Path(name)
    if name not in known and path.suffix != ".toml":
        raise UnknownName(
            f"there is no profile '{name}'", expected=f"{', '.join(known)}, or a file *.toml"
        )
    if name in seen:
        raise QueryFileError(
            f"the profile '{name}' extends itself", expected="another profile", place=str(path)
        )
    fields = _fields(path)
    base = None
    if "extends" in fields:
        base = _read(_beside(fields["extends"], path, known), root, rules, seen | {name})
    _refuse_unknown(fields, rules, path)
    return Profile(
        path.stem,
        fields.get("title") or (base.title if base else ""),
        {**(base.levels if base else {}), **fields["levels"]},
        {**(base.components if base else {}), **fields["components"]},
    )


def _beside(extended: str, path: Path, known: Collection[str]) -> str:
    """Give the name of an extended profile; a path is taken from the file that names it."""
    return extended if extended in known else str(path.parent / extended)


def _fields(path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise QueryFileError(
            f"the profile is not TOML: {error}", expected="a TOML file", place=str(path)
        ) from error
    for name in sorted(set(fields) - _FIELDS):
        raise QueryFileError(
            f"'{name}' is no part of a profile",
            expected="title, extends, [levels], [components]",
            place=str(path),
        )
    for name in ("title", "extends"):
        if not isinstance(fields.get(name, ""), str):
            raise QueryFileError(f"'{name}' is not a text", expected="a text", place=str(path))
    return {**fields, **{part: _levels(fields, part, path) for part in ("levels", "components")}}


def _levels(fields: Mapping[str, Any], part: str, path: Path) -> dict[str, str]:
    levels = fields.get(part, {})
    for rule, level in levels.items() if isinstance(levels, dict) else [(part, levels)]:
        if level not in _LEVELS:
            raise QueryFileError(
                f"'{level}' is no level for {rule}", expected=", ".join(_LEVELS), place=str(path)
            )
    return dict(levels)


def _refuse_unknown(fields: Mapping[str, Any], rules: Collection[str], path: Path) -> None:
    for rule in fields["levels"] if rules else ():
        if rule not in rules:
            near = extractOne(rule, sorted(rules))
            raise QueryFileError(
                f"there is no rule '{rule}'",
                expected=f"'{near[0]}' perhaps" if near else "the name of a rule",
                place=str(path),
            )
