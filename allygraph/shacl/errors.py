"""What can go wrong in validation by shapes, in one tree.

ShaclError
├── IllFormedShapes     the shapes graph breaks the syntax rules of SHACL
├── Failed              an engine could not judge a shape, or a query says so itself
├── CannotCompile       a shape has no query of ours; another engine may judge it
├── Refused             what is asked is recursive, hostile or would leave the machine
└── LimitHit            the time or the memory that was allowed is used up
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allygraph.shacl.model import Node


class ShaclError(Exception):
    """Catch this to catch all that the package raises on purpose."""


class _AboutShape(ShaclError):
    def __init__(self, shape: "Node | None", reason: str) -> None:
        super().__init__(reason if shape is None else f"{shape}: {reason}")
        self.shape = shape
        self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the fields when the error crosses from another process."""
        return (type(self), (self.shape, self.reason))


class IllFormedShapes(_AboutShape):
    """The shapes graph is no shapes graph: which shape, and what is wrong with it."""


class Failed(_AboutShape):
    """An engine could not judge a shape, or a query reports a failure itself (``?failure``)."""


class CannotCompile(_AboutShape):
    """A shape has no query of ours: which, and why."""


class Refused(_AboutShape):
    """A shape is recursive, hostile or would leave the machine: which, and why."""


class LimitHit(ShaclError):
    """The time or the memory that was allowed is used up."""
