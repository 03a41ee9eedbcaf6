"""Any data by any shapes: nothing of ours is read beside them, and only the shapes are asked.

What the shapes say is all that is said: form, links and the rest are habits of our own files. The
shapes may stand in the data, and the data in files of the background is never blamed.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import NamedNode

from allygraph import resources, shacl
from allygraph.errors import UnknownName
from allygraph.validation.background import Background, background
from allygraph.validation.endpoint import RemoteGraph
from allygraph.validation.examined import Examined
from allygraph.validation.faults import Fault
from allygraph.validation.findings import Report, in_order
from allygraph.validation.judging import rule_names
from allygraph.validation.locating import Locator
from allygraph.validation.options import Options
from allygraph.validation.revision import Answers, Revision
from allygraph.validation.shapes import Shapes, refused, shapes_of, translated
from allygraph.validation.sources import Sources, foreign_files, remote_file, shipped_data
from allygraph.validation.wording import Names

_NO_BACKGROUND = Background((), (), frozenset(), frozenset())
_SHOWN = 10


def load(
    root: Path,
    paths: Sequence[Path] | None,
    shapes: Sequence[Path],
    beside: Sequence[Path],
    remote: RemoteGraph | None = None,
) -> Sources:
    """Name data, shapes and background; without paths the shipped graph is the data.

    A remote graph is data without text; it is judged by our shapes where no others are given.

    Raises:
        UnreadableFile: a file is missing or broken; with its line and column.
    """
    data = shipped_data(root) if paths is None else foreign_files(paths, "data", judged=True)
    if remote is not None:
        data = [remote_file(remote)]
    more = foreign_files(beside, "background", judged=False)
    rules = foreign_files(shapes or resources.shape_files(root), "shapes", judged=False)
    return Sources(root, [*data, *more, *rules])


def examine(sources: Sources, options: Options, answers: Answers | None = None) -> Examined:
    """Judge data by the shapes that were given with it.

    Args:
        sources: data, background and shapes.
        options: what else is asked.
        answers: whom the shapes are asked of, where that is not the data itself; only the files
            that its findings are about are then read.

    Raises:
        IllFormedShape: the shapes break the rules of SHACL.
        UsageError: the compiled engine alone was asked for, and a shape has no query.
        LimitError: a limit was reached.
    """
    data = [file for file in sources.files if file.part != "shapes"]
    rules = [file for file in sources.files if file.part == "shapes"]
    if options.changed is not None:
        answers = Revision(options.changed, data, rules, _key(sources))
    shapes = shapes_of(
        sources, names_of(sources if answers is None else Sources(sources.root, rules))
    )
    locator = Locator(sources.asked_first, shapes.names)
    beside = _NO_BACKGROUND
    if answers is None:
        beside = background(data)
    else:
        files = sorted(locator.files, key=lambda file: not answers.differs(file))
        locator = Locator(files, shapes.names, answers.describing)
    faults, report = _asked(shapes, options, locator, answers)
    told = (_with_page(fault, sources) for fault in faults if _may_be_told(fault, beside, options))
    findings = in_order(locator.findings(told))
    rule_of = rule_names(shapes.shapes)
    return Examined(
        Report(
            findings,
            files=tuple(file.name for file in sources.judged),
            background=(*beside.names, *_passed_over(beside, report)),
            delegated=tuple((rule_of[node], reason) for node, reason in report.delegated),
            texts=sources.texts(findings),
        ),
        report.results,
        shapes,
        sources,
    )


def names_of(sources: Sources) -> Names:
    """Write terms with the prefixes that files declare, those of the shapes first."""
    files = sorted(sources.files, key=lambda file: file.part == "shapes")
    return Names({name: space for file in files for name, space in file.prefixes.items()})


def _passed_over(beside: Background, report: shacl.Report) -> Iterator[str]:
    """Name what data and shapes refer to and nobody read, or no verdict rests on."""
    yield from (f"{name} (imported, not read)" for name in beside.missing)
    yield from report.notes


def _key(sources: Sources) -> str:
    """Name what is judged by the folder of its data: a new file begins no new snapshot."""
    places = [file.place.parent for file in sources.files if file.part != "shapes"]
    return os.path.commonpath(places)


def _asked(
    shapes: Shapes, options: Options, locator: Locator, answers: Answers | None
) -> tuple[list[Fault], shacl.Report]:
    rules = rule_names(shapes.shapes)
    if not any(map(options.wants, rules.values())):
        known = ", ".join(sorted(set(rules.values()))[:_SHOWN])
        raise UnknownName("no shape has a selected name", expected=known or "shapes with names")
    focus = [NamedNode(name) for name in sorted(options.focus)] or None
    only = [n for n, rule in rules.items() if options.wants(rule)] if options.select else None
    try:
        if answers is None:
            report = shapes.judge(engine=options.engine, focus=focus, only=only, jobs=options.jobs)
        else:
            with translated():
                report = answers.judge(shapes, engine=options.engine, jobs=options.jobs)
    except (shacl.Refused, shacl.Failed) as error:
        return [refused(error)], shacl.Report()
    faults = [*shapes.faults(report, locator.values)]
    if options.engine == "both":
        faults += shapes.differences(report, focus=focus, only=only)
    return faults, report


def _may_be_told(fault: Fault, beside: Background, options: Options) -> bool:
    if not options.wants(fault.rule):
        return False
    if options.focus and str(fault.focus).strip("<>") not in options.focus:
        return False
    return beside.may_be_blamed(fault.focus)


def _with_page(fault: Fault, sources: Sources) -> Fault:
    """Name the page on which the shape's own file says more, if it does."""
    return replace(fault, page=sources.pages.get(fault.shape)) if fault.shape else fault
