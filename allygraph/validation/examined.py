"""What a validation leaves: its report, and what is needed to mend, measure and explain."""

from dataclasses import dataclass, field

from allygraph.shacl import Result
from allygraph.validation.findings import Report
from allygraph.validation.shapes import Shapes
from allygraph.validation.sources import Sources


@dataclass(frozen=True)
class Examined:
    """A report with what it was made of.

    Attributes:
        report: the findings.
        results: what the shapes found, as the library tells it.
        shapes: the shapes and the data that they were asked about.
        sources: the files.
    """

    report: Report
    results: tuple[Result, ...] = field(repr=False)
    shapes: Shapes = field(repr=False)
    sources: Sources = field(repr=False)
