"""What ``ally validate`` does with its options, step by step."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from allygraph.cli.forms import is_terminal
from allygraph.errors import UnknownName, UnreadableFile, UsageError
from allygraph.names import expand
from allygraph.resources import root
from allygraph.validation import SEVERITIES, Examined, Options, Report, Severity, examine
from allygraph.validation.endpoint import Tell
from allygraph.validation.shapes import Engine


@dataclass(frozen=True)
class Asked:
    """The options of the command, as click gives them."""

    paths: tuple[Path, ...]
    shapes: tuple[Path, ...]
    background: tuple[Path, ...]
    profile: str | None
    select: tuple[str, ...]
    focus: tuple[str, ...]
    changed: str | None
    baseline: Path | None
    write_baseline: Path | None
    diff: bool
    fix: bool
    form: str
    output: Path | None
    lang: str
    fail_on: str
    texts: tuple[Path, ...]
    reason: bool
    endpoint: str | None
    graph: str | None
    engine: Engine
    explain: bool
    coverage: bool
    min_coverage: float | None
    list_rules: bool
    watch: bool
    jobs: int | None
    deadline: float | None
    verbose: bool

    def check(self) -> None:
        """Refuse options that say nothing together.

        Raises:
            UsageError: two options do not go together, or one needs another.
        """
        foreign = bool(self.shapes or self.endpoint)
        refused = [
            (bool(self.background) and not foreign, "--background is read beside --shapes"),
            (bool(self.profile) and foreign, "--profile has levels for our rules, not --shapes"),
            (bool(self.graph) and not self.endpoint, "--graph is one of an --endpoint"),
            (bool(self.endpoint and self.paths), "an --endpoint is judged without PATHS"),
            (self.fix and bool(self.endpoint), "--fix changes files, not an --endpoint"),
            (self.fix and self.diff, "--diff shows what --fix would do: give one of them"),
            (bool(self.changed and self.endpoint), "--changed compares files of git"),
            (self.watch and bool(self.endpoint), "--watch looks at files"),
            (self.explain and bool(self.endpoint), "--explain plans for files"),
            (self.watch and bool(self.changed), "--watch judges all, --changed a difference"),
        ]
        for wrong, reason in refused:
            if wrong:
                raise UsageError(reason, expected="see ally validate --help")
        if not foreign and self.select and not self.list_rules:
            _refuse_unknown_rules(self.options())

    def options(self) -> Options:
        """Give what the library is asked."""
        return Options(
            profile=self.profile,
            select=self.select,
            focus=frozenset(_iri(name) for name in self.focus),
            engine=self.engine,
            jobs=self.jobs or 2,
            texts=self.texts,
            hermit=self.reason,
            changed=self.changed,
        )


def run(asked: Asked) -> int:
    """Do what was asked, and give the exit code."""
    if asked.list_rules:
        return _list_rules(asked)
    if asked.watch:
        return _watch(asked)
    if asked.explain:
        return _explain(asked)
    examined = _examined(asked)
    if asked.fix or asked.diff:
        mended = _mend(asked, examined)
        if asked.diff:
            return int(examined.report.fails(_level(asked.fail_on)))
        examined = _examined(asked) if mended else examined
    return _tell(asked, examined)


def _examined(asked: Asked) -> Examined:
    remote = None
    if asked.endpoint:
        from allygraph.engines.remote import RemoteEngine
        from allygraph.validation.endpoint import fetch_graph

        limit = asked.deadline or 600.0
        with _fetching() as tell, RemoteEngine(asked.endpoint, deadline_s=limit) as engine:
            remote = fetch_graph(engine, asked.graph and _iri(asked.graph), tell=tell)
    from allygraph.cli.progress import progress_bars

    with progress_bars() as tell_steps:
        return examine(
            list(asked.paths) or None,
            shapes=asked.shapes,
            background=asked.background,
            remote=remote,
            options=replace(asked.options(), progress=tell_steps),
        )


@contextmanager
def _fetching() -> Iterator[Tell]:
    from allygraph.cli.progress import progress_bars

    with progress_bars() as draw:
        yield lambda done, total: draw("fetching", done, total) if draw else None


def _tell(asked: Asked, examined: Examined) -> int:
    """Print the report, and what else was asked about it."""
    report = _against_baseline(asked, examined)
    _print(asked, report)
    if asked.verbose:
        for rule, reason in examined.report.delegated:
            click.echo(f"pySHACL judged {rule}: {reason}", err=True)
    covered = True
    if asked.coverage or asked.min_coverage is not None:
        covered = _tell_coverage(asked, examined)
    return int(report.fails(_level(asked.fail_on)) or not covered)


def _print(asked: Asked, report: Report) -> None:
    from allygraph.validation.catalogue import catalogue
    from allygraph.validation.outputs import shows_colour, write

    colour = asked.form == "text" and not asked.output and shows_colour(sys.stdout, os.environ)
    rules = catalogue(root()) if asked.form == "sarif" and not asked.shapes else None
    level = _level(asked.fail_on)
    told = write(asked.form, report, lang=asked.lang, colour=colour, fail_on=level, rules=rules)
    if asked.output:
        asked.output.write_text(told, encoding="utf-8")
        click.echo(f"{asked.output}: {report.summary()}", err=True)
    else:
        click.echo(told, nl=False, color=colour)


def _against_baseline(asked: Asked, examined: Examined) -> Report:
    from allygraph.validation import baseline

    report = examined.report
    if not asked.baseline and not asked.write_baseline:
        return report
    owner = baseline.owners(quad for file in examined.sources.judged for quad in file.quads)
    if asked.write_baseline:
        text = baseline.write(report.findings, owner)
        asked.write_baseline.write_text(text, encoding="utf-8")
        click.echo(f"{asked.write_baseline}: {len(report.findings)} known", err=True)
    if not asked.baseline:
        return report
    compared = baseline.compare(report, baseline.read(asked.baseline), owner)
    if remark := compared.remark():
        click.echo(remark, err=True)
    return compared.report


def _mend(asked: Asked, examined: Examined) -> bool:
    """Show or write what can be mended; tell whether anything was written."""
    from allygraph.cli.patches import lines_of, show_diff
    from allygraph.validation.fixes import diff, write
    from allygraph.validation.mending import mend

    repairs = mend(examined, ours=not asked.shapes and not asked.endpoint)
    if asked.diff:
        show_diff(lines_of(diff(repairs)))
        return False
    write(repairs, {file.name: file.path for file in examined.sources.judged})
    for repair in repairs:
        form = ["brought into canonical form"] if repair.reformed else []
        count = len(repair.changes)
        tokens = [f"{count} {'value' if count == 1 else 'values'} mended"] if count else []
        click.echo(f"{repair.name}: {', '.join(tokens + form)}", err=True)
    return bool(repairs)


def _tell_coverage(asked: Asked, examined: Examined) -> bool:
    """Print what shapes and things never met; tell whether enough of them did."""
    from pyoxigraph import NamedNode

    from allygraph.names import BASE
    from allygraph.validation.coverage import coverage
    from allygraph.validation.judging import rule_names

    shapes = examined.shapes
    ours = None
    if not asked.shapes and not asked.endpoint:
        things = examined.sources.things
        ours = [NamedNode(name) for name in sorted(things) if name.startswith(BASE)]
    found = coverage(shapes.shapes, shapes.data, ours, names=rule_names(shapes.shapes))
    told = found.json() if asked.form == "json" else found.text(shapes.names.iri)
    click.echo(told, err=asked.form not in ("text", "json"))
    return asked.min_coverage is None or found.reaches(asked.min_coverage)


def _explain(asked: Asked) -> int:
    """Print which queries the shapes become for these data."""
    from allygraph.shacl import plan
    from allygraph.validation import foreign, sources
    from allygraph.validation.shapes import shapes_of

    paths = list(asked.paths) or None
    files = (
        foreign.load(root(), paths, asked.shapes, asked.background)
        if asked.shapes
        else sources.load(root(), paths)
    )
    shapes = shapes_of(files, foreign.names_of(files))
    planned = plan(shapes.shapes, shapes.data)
    names = shapes.names
    click.echo(planned.text(lambda iri: short if (short := names.iri(iri)) != iri else None))
    return 0


def _list_rules(asked: Asked) -> int:
    from allygraph.validation.profiles import DEFAULT, read
    from allygraph.validation.rules import listed

    options = asked.options()
    profile = read(asked.profile or DEFAULT, root())
    rows = [row for row in listed(root(), profile, asked.lang) if options.wants(row[0])]
    if is_terminal():
        from rich.console import Console
        from rich.table import Table

        table = Table("rule", "level", "what it finds", title=profile.title)
        for row in rows:
            table.add_row(*row)
        Console().print(table)
    else:
        click.echo("\n".join("\t".join(row) for row in rows))
    return 0


def _watch(asked: Asked) -> int:
    """Judge again and again until Ctrl-C."""
    from allygraph.cli import error_text

    for examined in _again(asked):
        if is_terminal():
            click.clear()
        if isinstance(examined, UnreadableFile):
            click.echo(error_text(examined), err=True)
        else:
            _print(asked, _against_baseline(asked, examined))
        click.echo("waiting for changes; Ctrl-C ends", err=True)
    return 0


def _again(asked: Asked) -> Iterator[Examined | UnreadableFile]:
    from allygraph.validation.following import follow, follow_ours

    paths = asked.paths or (root() / "ontology", root() / "data")
    if asked.shapes:
        yield from follow(root(), paths, asked.shapes, asked.background, asked.options())
    else:
        yield from follow_ours(root(), paths if asked.paths else None, asked.options())


def _refuse_unknown_rules(options: Options) -> None:
    from allygraph.names import did_you_mean
    from allygraph.validation.profiles import rule_names

    known = rule_names(root())
    for pattern in options.select:
        if not Options(select=(pattern,)).wants(*known):
            raise UnknownName(
                f"there is no rule '{pattern}'",
                expected=did_you_mean(pattern, known) or "one of ally validate --list-rules",
            )


def _iri(name: str) -> str:
    """Read an IRI, also in angle brackets, or a short name of ours."""
    plain = name.strip("<>")
    try:
        return expand(plain)
    except UnknownName:
        return plain


def _level(name: str) -> Severity:
    return next(level for level in SEVERITIES if level == name)
