"""The command ``ally``: arguments in, one call of the library, text out.

Rows and documents go to stdout, everything else to stderr. Exit codes: 0 clean, 1 findings,
2 usage, 3 unreadable input, 4 internal, 5 limit hit, 130 interrupted. A command's module is
imported only when the command runs, so that ``ally --help`` stays quick.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import click

from allygraph.errors import AllygraphError
from allygraph.resources import use_home

_INTERRUPTED = 130
_INTERNAL = 4


class _LazyGroup(click.Group):
    """A group whose commands are named here and imported when they are used."""

    places: ClassVar[dict[str, tuple[str, str]]] = {
        "add": ("add:add", "Add what a source says to the files of a checkout."),
        "build": ("build:build_command", "Build the graph from its text files."),
        "demo": ("demo:demo", "Answer three questions about one newspaper article."),
        "diff": ("diff:diff", "Show what changed between two days, or what was learned."),
        "export": ("export:export", "Write the graph, or one thing of it, in an RDF format."),
        "fmt": ("fmt:fmt", "Bring Turtle files into canonical form."),
        "history": ("history:history", "Show what supersedes, corrects or retracts a claim."),
        "import": ("imports:import_command", "Bring data of others into the graph."),
        "mcp": ("mcp:mcp", "Serve the graph to an assistant (Model Context Protocol)."),
        "queries": ("query:queries_command", "List the saved queries and what they ask."),
        "query": ("query:query", "Run a saved query and print its rows."),
        "resolve": ("resolve:resolve", "Find the thing that a name or code means, on a day."),
        "serve": ("serve:serve", "Serve a SPARQL endpoint."),
        "show": ("show:show", "Show a thing with its relationships and their evidence."),
        "sources": ("sources:sources", "List the documents, or check their quotes again."),
        "sparql": ("query:sparql", "Run a SPARQL query of your own."),
        "validate": ("validate:validate", "Check the ontology and the data, or given files."),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.places:
            return None
        module, function = self.places[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(f"allygraph.cli.{module}"), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.places[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of stores and caches.  [default: $ALLYGRAPH_HOME, or the user's cache folder]",
)
@click.version_option(package_name="allygraph", prog_name="ally")
def ally(home: Path | None) -> None:
    """Ask who is allied with whom, since when, and who says so in which words.

    Every relationship of this graph carries its evidence and two clocks: when it holds in the
    world (--as-of) and when it was known (--known-by).

    \b
    Examples:
      ally query membership/members-on -p alliance=actor:nato --as-of 2023-06-13
      ally show actor:japan
    """
    use_home(home)


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave with its exit code; errors are told in one form, on stderr."""
    try:
        code = ally.main(args=arguments, prog_name="ally", standalone_mode=False)
        if isinstance(code, int):  # what a command gave to ctx.exit()
            sys.exit(code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        _leave_quietly()
    except AllygraphError as error:
        click.echo(error_text(error), err=True)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001  the one place where a bug becomes an exit code
        import traceback

        traceback.print_exception(error)
        click.echo("error[internal]: this is a fault of ours; please report it", err=True)
        sys.exit(_INTERNAL)


def error_text(error: AllygraphError) -> str:
    """Tell an error: its kind, the place, the value, what would be right, where to read more."""
    place = f"{error.place}: " if error.place else ""
    lines = [f"{place}error[{error.code}]: {error.message}"]
    if error.expected:
        lines.append(f"  expected: {error.expected}")
    lines.append(f"  more: docs/errors.md#{error.code}")
    return "\n".join(lines)


def _leave_quietly() -> None:
    """The reader of our output has gone, as ``head`` does; that is no error of ours."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)
