"""Validation: what is wrong in a graph, where it stands, and what would be right.

Shape: paths in, a `Report` out. Our own graph, or given files beside it, are judged by all our
rules (`ours`); any other data by the shapes that are given with it (`foreign`).
Source: https://www.w3.org/TR/shacl/ for the shapes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from allygraph import resources
from allygraph.bridge import quiet_rdflib
from allygraph.validation.examined import Examined
from allygraph.validation.findings import SEVERITIES, Finding, Report, Severity
from allygraph.validation.options import Options
from allygraph.validation.sources import load

if TYPE_CHECKING:
    from allygraph.validation.endpoint import RemoteGraph

__all__ = [
    "SEVERITIES",
    "Examined",
    "Finding",
    "Options",
    "Report",
    "Severity",
    "examine",
    "validate",
]


def validate(
    paths: Sequence[Path] | None = None,
    *,
    root: Path | None = None,
    shapes: Sequence[Path] = (),
    background: Sequence[Path] = (),
    staged: Mapping[Path, Path] | None = None,
    options: Options | None = None,
) -> Report:
    """Judge the shipped ontology and data, given files beside them, or any data by any shapes.

    Args:
        paths: files and folders, whose findings alone are reported; None for all that is shipped.
            A thing that a given file describes replaces the shipped one.
        root: the folder that holds ontology/, data/ and queries/; by default the shipped one.
        shapes: judge by these shapes instead of ours; nothing of ours is then read beside the
            paths, which may be of any RDF format.
        background: with shapes, files that are read beside the data and never blamed.
        staged: instead of paths, data files as they are to be: each place below the root with
            the file that holds its text for now. Findings name the places.
        options: what else is asked; by default all rules about all things.

    Raises:
        UnreadableFile: a file is missing or broken; with its line and column.
        IllFormedShape: the shapes break the rules of SHACL.
        QueryFileError: a check query, its header or a profile is malformed.
        UnknownName: there is no such profile.
        LimitError: a limit was reached.
    """
    return examine(
        paths, root=root, shapes=shapes, background=background, staged=staged, options=options
    ).report


def examine(
    paths: Sequence[Path] | None = None,
    *,
    root: Path | None = None,
    shapes: Sequence[Path] = (),
    background: Sequence[Path] = (),
    staged: Mapping[Path, Path] | None = None,
    remote: "RemoteGraph | None" = None,
    options: Options | None = None,
) -> Examined:
    """Judge as `validate` does, or a remote graph, and keep what the report was made of."""
    asked = options or Options()
    top = root or resources.root()
    with quiet_rdflib():
        if shapes or remote:
            from allygraph.validation import foreign

            sources = foreign.load(top, paths, shapes, background, remote)
            return foreign.examine(sources, asked)
        # What judges our own files is not read in where those of others are judged.
        from allygraph.validation import ours

        return ours.examine(load(top, paths, staged), asked)
