"""Our own graph, or files beside it: form, dates, links, quotes, shapes, checks, queries, logic.

Given files and the shipped ones are judged as they were parsed, and check queries see the built
graph with all that is derived.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from pyoxigraph import NamedNode, Quad, Store

from allygraph import shacl
from allygraph.derive import extend
from allygraph.errors import InputError, QueryFileError
from allygraph.names import BASE, expand
from allygraph.positions import Place
from allygraph.reason import check
from allygraph.shacl.model import Node
from allygraph.validation import bounds, form, links, profiles, queries, quotes, saved
from allygraph.validation.background import background
from allygraph.validation.examined import Examined
from allygraph.validation.faults import Fault
from allygraph.validation.findings import Finding, Levels, Report, in_order, rule_page, said
from allygraph.validation.judging import rule_names
from allygraph.validation.locating import Locator
from allygraph.validation.options import Options
from allygraph.validation.revision import Revision
from allygraph.validation.shapes import Shapes, refused, shapes_of, translated
from allygraph.validation.sources import CLAIM, RELATIONSHIP, SourceFile, Sources
from allygraph.validation.translations import in_all_languages, translations
from allygraph.validation.wording import Names

_FORM = ("form", "head-lines", "blank-node", "subject-twice")
_FOUND_BY_CHECKS = ("undeclared",)
_FOUND_BY_SHAPES = ("owl-domain", "owl-range")
_OBJECT_OF_A_CLAIM = frozenset(map(expand, ("ally:affirms", "ally:denies", "ally:doubts")))
_NOT_DERIVABLE = "not-derivable"


def examine(sources: Sources, options: Options) -> Examined:
    """Judge the sources.

    Raises:
        QueryFileError: a check query, its header or the profile is malformed.
        UnknownName: there is no such profile.
    """
    judging = _Judging(sources, options)
    findings = [*judging.findings()]
    wanted = (finding for finding in findings if options.wants(finding.rule))
    told = judging.profile.judge(in_all_languages(wanted, translations(sources.root)))
    report = Report(
        in_order(told),
        relationships=sources.count(RELATIONSHIP),
        claims=sources.count(CLAIM),
        files=tuple(file.name for file in sources.judged),
        background=background(file for file in sources.files if file.part != "shapes").names,
        delegated=judging.delegated,
        texts=sources.texts(findings),
    )
    return Examined(report, judging.results, judging.shapes, sources)


@dataclass
class _Judging:
    """One validation: what it has to do with, worked out once and only if it is asked."""

    sources: Sources
    options: Options
    delegated: tuple[tuple[str, str], ...] = ()
    results: tuple[shacl.Result, ...] = ()

    @cached_property
    def profile(self) -> profiles.Profile:
        root = self.sources.root
        return profiles.read(self.options.profile or profiles.DEFAULT, root)

    @cached_property
    def severity(self) -> Levels:
        return self.profile.severities(queries.table(self.sources.root))

    @cached_property
    def things(self) -> frozenset[str]:
        """The things that are judged."""
        things, focus = self.sources.things, self.options.focus
        return things & focus if focus else things

    @cached_property
    def shapes(self) -> Shapes:
        return shapes_of(self.sources, Names())

    @cached_property
    def locator(self) -> Locator:
        return Locator(self.sources.asked_first, Names())

    @cached_property
    def revision(self) -> Revision | None:
        """The revision that the files are held against, if one was named."""
        if self.options.changed is None:
            return None
        data = [file for file in self.sources.files if file.part != "shapes"]
        shapes = [file for file in self.sources.files if file.part == "shapes"]
        return Revision(self.options.changed, data, shapes, str(self.sources.root))

    @cached_property
    def files(self) -> list[SourceFile]:
        """The judged files, those that differ where a revision was named."""
        judged = self.sources.judged
        if self.revision is None:
            return judged
        return [file for file in judged if self.revision.differs(file)]

    def findings(self) -> Iterator[Finding]:
        if self.revision is not None and not self.revision.differing:
            return
        self._begin(0)
        about_files = self._about_files()
        faults = [*self._faults()]
        found = [*about_files, *self.locator.findings(faults)]
        yield from found
        failing = any(finding.severity == "error" for finding in found)
        if not failing and _NOT_DERIVABLE in self.severity and self.options.wants(_NOT_DERIVABLE):
            yield from self._built[1]
        self._begin(4)
        told = {finding.focus for finding in found}
        for finding in self._logic():
            if finding.focus not in told or finding.rule not in _FOUND_BY_SHAPES:
                yield finding

    def _begin(self, step: int) -> None:
        """Tell how far the work is: form, single things, shapes, checks, logic."""
        if self.options.progress is not None:
            self.options.progress("judging", step, 5)

    def _about_files(self) -> list[Finding]:
        found: list[Finding] = []
        if self.options.wants(*_FORM):
            found += form.find(self.files, self.sources, self.severity, self.options.jobs)
        if self.sources.whole and self.options.wants(saved.RULE):
            found += saved.find(self.sources.root, self.severity)
        return found

    def _faults(self) -> Iterator[Fault]:
        quads, severity, options = self.sources.quads, self.severity, self.options
        self._begin(1)
        own = self.things
        if self.revision is not None:
            own &= frozenset().union(*(file.subjects for file in self.files))
        if options.wants("bounds-disagree"):
            yield from bounds.find(quads, own, severity)
        if options.wants("dangling-name"):
            yield from links.find(quads, self.things, severity)
        if options.wants("quote-not-in-text"):
            yield from quotes.find(quads, options.texts, own, severity)
        self._begin(2)
        yield from self._by_shapes()
        self._begin(3)
        asked = {rule: level for rule, level in severity.items() if options.wants(rule)}
        if any(one.name in asked for one in queries.checks(self.sources.root)):
            store = self._built[0]
            yield from queries.find(self.sources.root, store, self.things, asked)

    def _by_shapes(self) -> Iterator[Fault]:
        """Ask the shapes; never about things of others that the ontology speaks of."""
        rules = rule_names(self.shapes.shapes)
        only = [node for node, rule in rules.items() if self.options.wants(rule)]
        ours = {thing for thing in self.things if thing.startswith(BASE)}
        if not only or not ours:
            return
        whole = self.sources.whole and not self.options.focus
        focus = None if whole else _nodes(ours)
        named = only if self.options.select else None
        try:
            report = self._asked(focus, named)
        except (shacl.Refused, shacl.Failed) as error:
            yield refused(error)
            return
        self.results = report.results
        self.delegated = tuple((rules[node], reason) for node, reason in report.delegated)
        faults = [*self.shapes.faults(report, self.locator.values)]
        if self.options.engine == "both":
            faults += self.shapes.differences(report, focus=focus, only=named)
        for fault in faults:
            if isinstance(fault.focus, NamedNode) and fault.focus.value in ours:
                yield replace(fault, page=rule_page(fault.rule))

    def _asked(
        self, focus: Collection[NamedNode] | None, only: Collection[Node] | None
    ) -> shacl.Report:
        engine, jobs = self.options.engine, self.options.jobs
        if self.revision is None:
            return self.shapes.judge(engine=engine, focus=focus, only=only, jobs=jobs)
        with translated():
            return self.revision.judge(self.shapes, engine=engine, jobs=jobs)

    @cached_property
    def _built(self) -> tuple[Store, list[Finding]]:
        """Build the graph that the check queries see; without derived graphs where that fails.

        The failure is told only where no other finding explains it.
        """
        store = Store()
        store.bulk_extend(filter(_can_be_derived_from, self.sources.quads))
        try:
            extend(store, self.sources.root)
        except QueryFileError:
            raise
        except InputError as error:
            message = said(f"Nothing could be derived: {error.message}. Give {error.expected}.")
            place = Place(self.sources.judged[0].name, 1)
            level = self.severity[_NOT_DERIVABLE]
            page = rule_page(_NOT_DERIVABLE)
            return store, [Finding(place, level, _NOT_DERIVABLE, None, message, page=page)]
        return store, []

    def _logic(self) -> Iterator[Finding]:
        """Give what contradicts the ontology."""
        if self.options.select and not self.options.wants("owl", *_FOUND_BY_SHAPES):
            named = any(pattern.startswith("owl") for pattern in self.options.select)
            if not named:
                return
        for problem in check(self.sources.quads, hermit=self.options.hermit):
            rule = f"owl-{problem.rule}"
            told = said(f"The ontology does not allow this: {problem.message}.")
            level, page = self.severity["owl"], rule_page(rule)
            if problem.rule in _FOUND_BY_CHECKS:
                continue
            if not problem.subject:
                place = Place(self.sources.judged[0].name, 1)
                yield Finding(place, level, rule, None, told, page=page)
            elif problem.subject in self.things:
                focus = NamedNode(problem.subject)
                yield self.locator.finding(Fault(rule, level, told, focus, page=page))


def _can_be_derived_from(quad: Quad) -> bool:
    """What a claim is about is a name; deriving stops at anything else, which shapes tell."""
    if quad.predicate.value not in _OBJECT_OF_A_CLAIM:
        return True
    return isinstance(quad.object, NamedNode)


def _nodes(names: Iterable[str]) -> list[NamedNode]:
    return [NamedNode(name) for name in sorted(names)]
