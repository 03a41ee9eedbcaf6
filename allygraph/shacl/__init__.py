"""SHACL, compiled: shapes become a plan of SPARQL queries, each asked once for all its nodes.

The package stands for itself and could be lifted out: terms, parsing and queries are
pyoxigraph's, pySHACL is asked where a shape has no query of ours.

    report = validate(data_quads, shapes_quads)
    for result in report.results: ...
"""

from allygraph.shacl.comparison import Differences, compare
from allygraph.shacl.data import DataGraph
from allygraph.shacl.errors import (
    CannotCompile,
    Failed,
    IllFormedShapes,
    LimitHit,
    Refused,
    ShaclError,
)
from allygraph.shacl.model import Constraint, Report, Result, Shape, ShapesGraph
from allygraph.shacl.planning import plan
from allygraph.shacl.reading import read_shapes
from allygraph.shacl.reporting import report_quads
from allygraph.shacl.validating import validate

__all__ = [
    "CannotCompile",
    "Constraint",
    "DataGraph",
    "Differences",
    "Failed",
    "IllFormedShapes",
    "LimitHit",
    "Refused",
    "Report",
    "Result",
    "ShaclError",
    "Shape",
    "ShapesGraph",
    "compare",
    "plan",
    "read_shapes",
    "report_quads",
    "validate",
]
