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
from allygraph.validation.examined import Examined
from allygraph.validation.faults import Fault
from allygraph.validation.findings import Report, in_order
from allygraph.validation.judging import rule_names
from allygraph.validation.locating import Locator
from allygraph.validation.options import Options
from allygraph.validation.revision import Revision
from allygraph.validation.shapes import Shapes, refused, translated
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


def examine(sources: Sources, options: Options) -> Examined:
    """Judge data by the shapes that were given with it.

    Raises:
        IllFormedShape: the shapes break the rules of SHACL.
        UsageError: the compiled engine alone was asked for, and a shape has no query.
        LimitError: a limit was reached.
    """
    data = [file for file in sources.files if file.part != "shapes"]
    rules = [file for file in sources.files if file.part == "shapes"]
    named = data if options.changed is None else []
    names = Names({n: space for file in (*rules, *named) for n, space in file.prefixes.items()})
    shapes = Shapes(
        lambda: (quad for file in data for quad in file.quads),
        [quad for file in rules for quad in file.quads],
        names,
    )
    locator = Locator(sources.asked_first, names)
    if options.changed is not None:
        revision = Revision(options.changed, data, rules, _key(sources))
        locator = Locator(sorted(locator.files, key=lambda f: not revision.differs(f)), names)
        faults, report = _asked(shapes, options, locator, revision)
        beside = Background((), (), frozenset(), frozenset())
    else:
        faults, report = _asked(shapes, options, locator, None)
        beside = background(data)
    told = [
        _with_page(fault, sources)
        for fault in faults
        if options.wants(fault.rule) and _may_be_told(fault, beside, options)
    ]
    findings = in_order(locator.findings(told))
    rule_of = rule_names(shapes.shapes)
    return Examined(
        Report(
            findings,
            files=tuple(file.name for file in sources.judged),
            background=(
                *beside.names,
                *(f"{name} (imported, not read)" for name in beside.missing),
            ),
            delegated=tuple((rule_of[node], reason) for node, reason in report.delegated),
            texts=sources.texts(findings),
        ),
        report.results,
        shapes,
        sources,
    )


def _key(sources: Sources) -> str:
    return "\0".join(sorted(str(file.path.resolve()) for file in sources.files))


def _asked(
    shapes: Shapes, options: Options, locator: Locator, revision: Revision | None
) -> tuple[list[Fault], shacl.Report]:
    rules = rule_names(shapes.shapes)
    focus = [NamedNode(name) for name in sorted(options.focus)] or None
    only = [n for n, rule in rules.items() if options.wants(rule)] if options.select else None
    try:
        if revision is None:
            report = shapes.judge(engine=options.engine, focus=focus, only=only, jobs=options.jobs)
        else:
            with translated():
                report = revision.judge(shapes, engine=options.engine, jobs=options.jobs)
    except (shacl.Refused, shacl.Failed) as error:
        return [refused(error)], shacl.Report()
    faults = [*shapes.faults(report, locator.values)]
    if options.engine == "both":
        faults += shapes.differences(report, focus=focus, only=only)
    return faults, report


def _may_be_told(fault: Fault, beside: Background, options: Options) -> bool:
    if options.focus and str(fault.focus).strip("<>") not in options.focus:
        return False
    return beside.may_be_blamed(fault.focus)


def _with_page(fault: Fault, sources: Sources) -> Fault:
    """Name the page on which the shape's own file says more, if it does."""
    return replace(fault, page=sources.pages.get(fault.shape)) if fault.shape else fault
