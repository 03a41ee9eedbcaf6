"""Rules: the level that each has under a profile, and what it says.

Shape: a root and a profile in, one row for each rule out; ``ally validate --list-rules`` prints
them. What the rules say is in `allygraph.validation.catalogue`.
"""

from collections.abc import Mapping
from pathlib import Path

from allygraph.validation.catalogue import Entry, catalogue
from allygraph.validation.profiles import Profile
from allygraph.validation.queries import table

_SUFFIX = "ConstraintComponent"


def listed(root: Path, profile: Profile, lang: str = "en") -> list[tuple[str, str, str]]:
    """Give name, level under a profile, and fault and remedy of each rule, by name.

    A level that depends on the component that fails is told behind the other:
    ``error; MinCount: warning``. Errors as of
    `allygraph.validation.profiles.rule_names`.
    """
    levels = table(root)
    return [
        (name, _level(rule, profile, levels), rule.message(lang))
        for name, rule in sorted(catalogue(root).items(), key=lambda pair: pair[0].casefold())
    ]


def _level(rule: Entry, profile: Profile, levels: Mapping[str, str]) -> str:
    otherwise = levels.get(rule.name, rule.severity)
    level = profile.level(rule.name, (), otherwise)
    others = {
        component.removesuffix(_SUFFIX): profile.level(rule.name, (component,), otherwise)
        for component in profile.components
        if rule.kind == "shape" and f" {_parameter(component)} " in rule.text
    }
    differing = [f"{name}: {other}" for name, other in others.items() if other != level]
    return "; ".join([level, *differing])


def _parameter(component: str) -> str:
    """Give the parameter of a component: ``sh:minCount`` of ``MinCountConstraintComponent``."""
    name = component.removesuffix(_SUFFIX)
    return f"sh:{name[0].lower()}{name[1:]}"
