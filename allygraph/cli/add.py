"""``ally add claim``: what a source says, from questions or options into the right files."""

import shlex
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allygraph.cli.patches import show_diff
from allygraph.curation.questions import QUESTIONS, Answers, NewThing
from allygraph.errors import AllygraphError, UsageError
from allygraph.names import PREFIXES, expand

if TYPE_CHECKING:
    from allygraph.curation.claims import Plan
    from allygraph.curation.things import Workshop
    from allygraph.curation.writing import Change


@click.group()
def add() -> None:
    """Add what a source says to the files of a checkout.

    \b
    Example:
      ally add claim
    """


def _questions(command: Callable[..., None]) -> Callable[..., None]:
    """Give the command an option for each question."""
    for question in reversed(QUESTIONS):
        settings: dict[str, Any] = {"help": question.about, "multiple": question.many}
        if question.flag:
            settings = {"help": question.about, "is_flag": True}
        else:
            settings["metavar"] = question.metavar
        command = click.option(question.option, question.key, **settings)(command)
    return command


@add.command()
@_questions
@click.option(
    "--new",
    "things",
    nargs=2,
    multiple=True,
    metavar="NAME CLASS",
    help="Make a thing, as rel:… Membership or doc:… Source; repeat for more.",
)
@click.option(
    "--set",
    "settings",
    nargs=3,
    multiple=True,
    metavar="NAME PROPERTY VALUE",
    help="Say something of a new thing; repeat for more.",
)
@click.option(
    "--into",
    "files",
    nargs=2,
    multiple=True,
    metavar="NAME FILE",
    help="File for a new thing, or for the claim (NAME: claim).",
)
@click.option(
    "--ask/--no-ask",
    default=None,
    help="Ask for what is not given.  [default: on a terminal, without --yes]",
)
@click.option("--yes", is_flag=True, help="Ask nothing; write when the checks pass.")
@click.option("--dry-run", is_flag=True, help="Show the changes and findings; write nothing.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The checkout to edit.  [default: the one you are in, or installed from]",
)
def claim(
    things: tuple[tuple[str, str], ...],
    settings: tuple[tuple[str, str, str], ...],
    files: tuple[tuple[str, str], ...],
    ask: bool | None,
    yes: bool,
    dry_run: bool,
    root: Path | None,
    **given: Any,
) -> None:
    """Add a claim, with the things that it needs: asked for, or given by options.

    Names may be short names (actor:japan), labels, aliases or codes; where they are not sure, you
    choose, or the command ends. Nothing is invented: what you do not say is not written. The
    changed files are judged by the shapes and checks first; with an error nothing is written,
    and the exit code is 1. The diff goes to stdout in a form that git apply takes.

    \b
    Examples:
      ally add claim
      ally add claim --source doc:nikkei-asia-2023-06-ap4 --doubts rel:nato-japan-itpp \\
        --asserted-by "NATO sources" --reported-by "Nikkei Asia" --modality uncertainty \\
        --no-quote "The words are not kept." --label "Japan's programme is not sure" \\
        --review unverified --dry-run
    """
    from allygraph.curation.checkout import Checkout, editable_root
    from allygraph.curation.claims import plan
    from allygraph.curation.things import Workshop

    answers = Answers(_given(given), _things(things, settings), dict(files))
    chosen = editable_root(root)
    workshop = Workshop(Checkout.read(chosen))
    asking = sys.stdin.isatty() and not yes if ask is None else ask
    if asking:
        _interview(answers, workshop)
        workshop = Workshop(Checkout.read(chosen))
    _date_retrieval(answers, workshop)
    try:
        made = plan(answers, workshop)
        _tell_names(workshop)
        written = _finish(made, chosen, asking=asking, yes=yes, dry_run=dry_run)
    except AllygraphError:
        _repeat(answers, asking)
        raise
    _repeat(answers, asking)
    if not written:
        click.get_current_context().exit(1)


def _finish(made: "Plan", root: Path, *, asking: bool, yes: bool, dry_run: bool) -> bool:
    """Show the changes, judge them, and write them; tell whether all was well."""
    from allygraph.curation.writing import changes, diff, judge, write

    found = changes(made)
    show_diff(diff(found, root))
    for remark in made.remarks:
        _say(f"note: {remark}")
    if sys.stderr.isatty():
        _say("… the files are judged as they would be")
    report = judge(found, root, made.texts)
    for finding in report.findings:
        _say(finding.text())
    if report.fails():
        _say(f"{made.claim} is not written: {report.summary()}")
        return False
    if dry_run or not (yes or _confirmed(found, root, asking)):
        _say(f"{made.claim} would be written; nothing was changed")
        return True
    write(found)
    _say(f"{made.claim} is written: {_paths(found, root)}")
    return True


def _confirmed(found: list["Change"], root: Path, asking: bool) -> bool:
    if not asking:
        raise UsageError("nothing says whether to write", expected="--yes, --dry-run or --ask")
    return click.confirm(f"Write {_paths(found, root)}?", default=False, err=True)


def _paths(found: list["Change"], root: Path) -> str:
    return ", ".join(change.path.relative_to(root).as_posix() for change in found)


def _interview(answers: Answers, workshop: "Workshop") -> None:
    from allygraph.cli.interview import Interview

    try:
        Interview(answers, workshop, today=date.today().isoformat()).run()
    except click.Abort:
        _repeat(answers, True)
        raise


def _given(given: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in given.items():
        if value is True:
            found[key] = ["yes"]
        elif value:
            found[key] = [value] if isinstance(value, str) else list(value)
    return found


def _things(
    things: tuple[tuple[str, str], ...], settings: tuple[tuple[str, str, str], ...]
) -> list[NewThing]:
    made = {name: NewThing(name, kind) for name, kind in things}
    for name, path, text in settings:
        if name not in made:
            raise UsageError(
                f"'{name}' is no new thing", expected=f"--new {name} CLASS", place="--set"
            )
        made[name].values.append((path, text))
    return list(made.values())


def _date_retrieval(answers: Answers, workshop: "Workshop") -> None:
    """A new source was read today unless another day is given; the library has no clock."""
    for thing in answers.things:
        if expand(thing.name) in workshop.checkout.files:
            continue
        said = {name.rpartition(":")[2].casefold() for name, _ in thing.values}
        place = f"--new {thing.name}"
        is_source = workshop.class_named(thing.kind, place=place).endswith("#Source")
        if is_source and not said & {"retrievedon", "retrieved on"}:
            thing.values.append(("ally:retrievedOn", date.today().isoformat()))
            _say(f"{thing.name}: retrieved today, as no --set {thing.name} retrievedOn says")


def _tell_names(workshop: "Workshop") -> None:
    """Show what words were taken to mean, so that a wrong namesake is seen."""
    for words, thing in workshop.naming.understood.items():
        if not thing.startswith(PREFIXES["kind"]):
            _say(f"“{words}” is {workshop.naming.shown(thing)}")


def _repeat(answers: Answers, asking: bool) -> None:
    """After questions, tell the options that say the same as the answers."""
    if asking and answers.values:
        command = ["ally", "add", "claim", *answers.arguments(), "--yes"]
        _say(f"The same without questions:\n  {shlex.join(command)}")


def _say(text: str) -> None:
    click.echo(text, err=True)
