"""Any data by any shapes: nothing of ours is read beside them, and only the shapes are asked.

What the shapes say is all that is said: form, links and the rest are habits of our own files. The
shapes may stand in the data, and the data in files of the background is never blamed.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import NamedNode

from allygraph import shacl
from allygraph.validation.background import Background, background
from allygraph.validation.faults import Fault
from allygraph.validation.findings import Report, in_order
from allygraph.validation.judging import rule_names
from allygraph.validation.locating import Locator
from allygraph.validation.options import Options
from allygraph.validation.shapes import Shapes, refused
from allygraph.validation.sources import Sources, foreign_files, shipped_data
from allygraph.validation.wording import Names


def load(
    root: Path, paths: Sequence[Path] | None, shapes: Sequence[Path], beside: Sequence[Path]
) -> Sources:
    """Read data, shapes and background; without paths the shipped graph is the data.

    Raises:
        UnreadableFile: a file is missing or broken; with its line and column.
    """
    data = shipped_data(root) if paths is None else foreign_files(paths, "data", judged=True)
    more = foreign_files(beside, "background", judged=False)
    return Sources(root, [*data, *more, *foreign_files(shapes, "shapes", judged=False)])


def judge(sources: Sources, options: Options) -> Report:
    """Judge data by the shapes that were given with it.

    Raises:
        IllFormedShape: the shapes break the rules of SHACL.
        UsageError: the compiled engine alone was asked for, and a shape has no query.
        LimitError: a limit was reached.
    """
    data = [file for file in sources.files if file.part != "shapes"]
    names = Names({name: space for file in sources.files for name, space in file.prefixes.items()})
    quads = [quad for file in data for quad in file.quads]
    rules = [quad for file in sources.files if file.part == "shapes" for quad in file.quads]
    shapes = Shapes(quads, rules, names)
    beside = background(data)
    faults, report = _asked(shapes, options)
    locator = Locator(sources.asked_first, names)
    told = [
        _with_page(fault, sources)
        for fault in faults
        if options.wants(fault.rule) and _may_be_told(fault, beside, options)
    ]
    named = rule_names(shapes.shapes)
    findings = in_order(locator.findings(told))
    return Report(
        findings,
        files=tuple(file.name for file in sources.judged),
        background=(*beside.names, *(f"{name} (imported, not read)" for name in beside.missing)),
        delegated=tuple((named[node], reason) for node, reason in report.delegated),
        texts=sources.texts(findings),
    )


def _asked(shapes: Shapes, options: Options) -> tuple[list[Fault], shacl.Report]:
    rules = rule_names(shapes.shapes)
    limits = {
        "focus": [NamedNode(name) for name in sorted(options.focus)] or None,
        "only": [n for n, rule in rules.items() if options.wants(rule)] if options.select else None,
    }
    try:
        report = shapes.judge(engine=options.engine, jobs=options.jobs, **limits)
    except (shacl.Refused, shacl.Failed) as error:
        return [refused(error)], shacl.Report()
    faults = [*shapes.faults(report)]
    if options.engine == "both":
        faults += shapes.differences(report, **limits)
    return faults, report


def _may_be_told(fault: Fault, beside: Background, options: Options) -> bool:
    if options.focus and str(fault.focus).strip("<>") not in options.focus:
        return False
    return beside.may_be_blamed(fault.focus)


def _with_page(fault: Fault, sources: Sources) -> Fault:
    """Name the page on which the shape's own file says more, if it does."""
    return replace(fault, page=sources.pages.get(fault.shape)) if fault.shape else fault
