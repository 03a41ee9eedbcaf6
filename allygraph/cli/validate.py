"""``ally validate``: judge the shipped graph, given files, any RDF by any shapes, an endpoint."""

from pathlib import Path
from typing import Any

import click

_SEVERITIES = ("error", "warning", "info")
_FORMATS = ("text", "json", "sarif", "junit", "github", "html", "md", "turtle")
_LANGUAGES = ("en", "fr", "ja")
_PATH = click.Path(path_type=Path)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "-s",
    "--shapes",
    multiple=True,
    type=_PATH,
    help="Judge by these shapes instead of ours; repeat for more.",
)
@click.option(
    "--background",
    multiple=True,
    type=_PATH,
    help="With --shapes: read beside the data and never blamed, as a vocabulary is.",
)
@click.option("--profile", help="How strict: draft, curated or publishable, or a file *.toml.")
@click.option("--select", multiple=True, help="Ask this rule only (* for any signs); repeatable.")
@click.option("--focus", multiple=True, help="Judge this thing only, by IRI or short name.")
@click.option(
    "--changed",
    is_flag=False,
    flag_value="HEAD",
    metavar="[REVISION]",
    help="Judge only what differs from a revision of git, and what that can affect.",
)
@click.option("--baseline", type=_FILE, help="Findings of this file are known and do not count.")
@click.option("--write-baseline", type=_FILE, help="Note all findings in this file as known.")
@click.option("--diff", is_flag=True, help="Show what can be mended without a guess, as a patch.")
@click.option("--fix", is_flag=True, help="Mend what can be mended without a guess.")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="How findings are printed.",
)
@click.option("-o", "--output", type=_FILE, help="Write the findings into this file.")
@click.option(
    "--lang",
    type=click.Choice(_LANGUAGES),
    default="en",
    show_default=True,
    help="The language of messages and of the words around them.",
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
    type=_PATH,
    help="A source's text against which its quotes are checked; repeat for more.",
)
@click.option("--reason", is_flag=True, help="Ask the reasoner HermiT too (needs Java).")
@click.option("--endpoint", metavar="URL", help="Judge a graph behind a SPARQL endpoint.")
@click.option("--graph", metavar="IRI", help="Which graph of the endpoint; else the default one.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "compiled", "pyshacl", "both"]),
    default="auto",
    show_default=True,
    help="Who asks the shapes; both tells where they differ.",
)
@click.option("--explain", is_flag=True, help="Print the plan of queries, and judge nothing.")
@click.option("--coverage", is_flag=True, help="Tell which shapes and things never met.")
@click.option(
    "--min-coverage",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail if shapes look at fewer of the things.",
)
@click.option("--list-rules", is_flag=True, help="List our rules with their levels.")
@click.option("--watch", is_flag=True, help="Judge again whenever a file changes.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1), help="Work on so many things at a time.  [default: 2]"
)
@click.option(
    "--deadline",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="End it after this time with exit code 5.  [default: 600 with --shapes]",
)
@click.option("-v", "--verbose", is_flag=True, help="Tell which shapes pySHACL judged, and why.")
def validate(**options: Any) -> None:
    """Judge the shipped ontology and data, or the files and folders PATHS beside them.

    With --shapes any RDF files are judged by any shapes, and ours are left out. Each finding tells
    file, line and column, rule and thing, the fault with its remedy, what was found and what would
    be right. Exit codes: 0 clean, 1 findings, 2 usage, 3 unreadable input, 4 internal, 5 limit.

    \b
    Examples:
      ally validate
      ally validate data/sources/2023 -f json
      ally validate people.ttl --shapes shapes.ttl --diff
      ally validate --changed=main -f sarif -o findings.sarif
    """
    from allygraph.cli.supervised import supervised
    from allygraph.cli.validating import Asked, run

    asked = Asked(**options)
    asked.check()
    limit = asked.deadline or (600.0 if asked.shapes and not asked.watch else None)
    with supervised(limit):
        code = run(asked)
        click.get_current_context().exit(code)
