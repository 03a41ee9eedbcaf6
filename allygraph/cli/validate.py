"""``ally validate``: judge the shipped ontology and data, or given files."""

from pathlib import Path

import click

_SEVERITIES = ("error", "warning", "info")
_FORMATS = ("text", "json", "sarif", "junit", "github", "html", "md", "turtle")
_LANGUAGES = ("en", "fr", "ja")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="How findings are printed.",
)
@click.option(
    "--fail-on",
    type=click.Choice(_SEVERITIES),
    default="error",
    show_default=True,
    help="The mildest finding that makes the exit code 1.",
)
@click.option(
    "--text",
    "texts",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A source's text against which its quotes are checked; repeat for more.",
)
@click.option(
    "--lang",
    type=click.Choice(_LANGUAGES),
    default="en",
    show_default=True,
    help="The language of messages and of the words around them.",
)
@click.option("--reason", is_flag=True, help="Ask the reasoner HermiT too (needs Java).")
def validate(
    paths: tuple[Path, ...],
    form: str,
    fail_on: str,
    texts: tuple[Path, ...],
    lang: str,
    reason: bool,
) -> None:
    """Judge the shipped ontology and data, or the files and folders PATHS beside them.

    Each finding tells file and line, rule and thing, the fault with its remedy, and what was
    found. A thing that a given file describes replaces the shipped thing of the same name. The
    exit code is 1 when something is found, 3 when a file cannot be read.

    \b
    Examples:
      ally validate
      ally validate data/sources/2023 -f json
      ally validate -f sarif > findings.sarif
    """
    import os
    import sys

    from allygraph.resources import root
    from allygraph.validation import SEVERITIES, Options
    from allygraph.validation import validate as run
    from allygraph.validation.catalogue import catalogue
    from allygraph.validation.outputs import shows_colour, write

    report = run(list(paths) or None, options=Options(texts=texts, hermit=reason))
    at_least = next(level for level in SEVERITIES if level == fail_on)
    colour = form == "text" and shows_colour(sys.stdout, os.environ)
    rules = catalogue(root()) if form == "sarif" else None
    told = write(form, report, lang=lang, colour=colour, fail_on=at_least, rules=rules)
    click.echo(told, nl=False, color=colour)
    if report.fails(at_least):
        click.get_current_context().exit(1)
