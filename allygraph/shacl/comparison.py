"""Do two engines say the same? Reports are compared by what they found, not by how they say it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, NamedNode

from allygraph.shacl.model import Path, Report, Term

Found: TypeAlias = tuple[Term, Path | None, NamedNode, Term | None]
_BLANK = BlankNode("blank")


@dataclass(frozen=True)
class Differences:
    """What one report has and the other has not: focus node, path, component, value.

    Args:
        first: in the first report only.
        second: in the second report only.
    """

    first: tuple[Found, ...]
    second: tuple[Found, ...]

    def __bool__(self) -> bool:
        """Tell whether there is any difference."""
        return bool(self.first or self.second)

    def __str__(self) -> str:
        """Write a line for each difference."""
        marked = [("-", found) for found in self.first] + [("+", found) for found in self.second]
        return "\n".join(
            f"{mark} {' '.join(str(part) for part in found if part is not None)}"
            for mark, found in marked
        )


def compare(first: Report, second: Report) -> Differences:
    """Give the differences of two reports; all blank nodes count as one."""
    one, other = _found(first), _found(second)
    return Differences(_in_order(one - other), _in_order(other - one))


def _found(report: Report) -> set[Found]:
    return {
        (_plain(r.focus), r.path, r.component, r.value if r.value is None else _plain(r.value))
        for r in report.results
    }


def _plain(term: Term) -> Term:
    return _BLANK if isinstance(term, BlankNode) else term


def _in_order(found: Iterable[Found]) -> tuple[Found, ...]:
    return tuple(sorted(found, key=lambda one: tuple(map(str, one))))
