"""``ally sources``: the register of documents, and their quotes checked again."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from allygraph.results import FORMATS

if TYPE_CHECKING:
    from allygraph.curation.verify import SourceCheck

_ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that holds ontology/, data/ and queries/.  [default: the checkout or wheel]",
)


@click.group(invoke_without_command=True)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How rows are printed.",
)
@_ROOT
@click.pass_context
def sources(context: click.Context, form: str, root: Path | None) -> None:
    """List the documents that claims rest on, or check their quotes again.

    A row tells publisher, date, how many claims and quotes rest on the document, whether the
    quotes were looked up in a text whose hash is kept, and what may be done with it.

    \b
    Examples:
      ally sources -f md
      ally sources verify --text article.txt
    """
    if context.invoked_subcommand is not None:
        return
    from allygraph.cli.query import print_table
    from allygraph.curation.checkout import Checkout
    from allygraph.curation.register import register

    print_table(register(Checkout.read(root)), form)


@sources.command()
@click.option(
    "--text",
    "paths",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A text, or a folder of files *.txt; repeat for more.  [default: texts/ in --home]",
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the outcome is printed.",
)
@click.option("--strict", is_flag=True, help="Let a missing text count as a difference.")
@_ROOT
def verify(paths: tuple[Path, ...], form: str, strict: bool, root: Path | None) -> None:
    """Look up every quote again in the texts of its source, as far as they are at hand.

    A text is found by its sha256, or by its name: doc:NAME is NAME.txt. The exit code is 1 when
    a quote does not stand in its text, or a text is another one than was read.

    \b
    Examples:
      ally sources verify
      ally sources verify --text texts/ --strict -f json
    """
    from allygraph.cli.progress import progress_bars
    from allygraph.curation.checkout import Checkout
    from allygraph.curation.texts import Texts, default_folder
    from allygraph.curation.verify import verify as run

    folder = default_folder()
    texts = Texts.read(paths or [folder for _ in range(folder.is_dir())])
    with progress_bars() as tell:
        checks = run(Checkout.read(root), texts, progress=tell)
    if form == "json":
        records = [check.record() for check in checks]
        answer = {"texts": len(texts.all), "sources": records}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _print(checks)
        click.echo(_summary(checks, len(texts.all)))
    if any(check.differs(strict=strict) for check in checks):
        click.get_current_context().exit(1)


def _print(checks: list["SourceCheck"]) -> None:
    for check in checks:
        told = ", ".join(f"{n} {_worded(name)}" for name, n in sorted(check.outcomes.items()))
        noun = "quote" if check.quotes == 1 else "quotes"
        click.echo(f"{check.source}: {check.quotes} {noun}{told and f': {told}'}")
        for fault in check.faults:
            click.echo(f"  {fault.outcome}: {fault.about}")
            for line in fault.message.splitlines():
                click.echo(f"    {line}")


def _worded(outcome: str) -> str:
    return {"missing": "without a text", "hash differs": "in a text of another hash"}.get(
        outcome, outcome
    )


def _summary(checks: list["SourceCheck"], texts: int) -> str:
    total = {
        name: sum(check.outcomes[name] for check in checks)
        for name in ("found", "altered", "hash differs", "missing")
    }
    told = ", ".join(f"{number} {_worded(name)}" for name, number in total.items())
    noun = "text" if texts == 1 else "texts"
    return f"{sum(total.values())} quotes in {len(checks)} sources, {texts} {noun}: {told}"
