"""What is asked of a validation: which rules, about which things, by which engine, how strictly."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from allygraph.build import Progress
from allygraph.validation.shapes import Engine


@dataclass(frozen=True)
class Options:
    """What may be asked beyond the files.

    Attributes:
        profile: how strict; a name or a file. Only for our own graph.
        select: the rules to ask, with ``*`` for any signs; empty for all.
        focus: IRIs of the things to judge; empty for all.
        engine: who asks the shapes.
        jobs: how many queries and files are worked on at a time.
        texts: source texts against which quotes are checked, found by their sha256.
        changed: a revision of git; only what differs from it and what that can affect is judged.
        progress: is told what is worked on, how many steps are done, and how many there are.
        hermit: ask the reasoner HermiT too, which needs Java and takes its time.
    """

    profile: str | None = None
    select: tuple[str, ...] = ()
    focus: frozenset[str] = frozenset()
    engine: Engine = "auto"
    jobs: int = 1
    texts: tuple[Path, ...] = ()
    hermit: bool = False
    changed: str | None = None
    progress: Progress | None = None

    def wants(self, *rules: str) -> bool:
        """Tell whether any of some rules is asked."""
        return not self.select or any(
            fnmatchcase(rule, pattern) for rule in rules for pattern in self.select
        )

    def wanted(self, rules: Iterable[str]) -> list[str]:
        """Give those of some rules that are asked."""
        return [rule for rule in rules if self.wants(rule)]
