"""``ally serve``: the SPARQL endpoint and its page, on this machine."""

from itertools import dropwhile
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from allygraph.web.pages import Example

_EXAMPLES = ("proposal/blockers", "partnership/itpp-status", "concern/concerns-about")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes of the web; each that ends is replaced.  [default: the cores, at most 4]",
)
@click.option(
    "--deadline",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.1, 600.0),
    metavar="SECONDS",
    help="Longest time of one query; then its process is ended.",
)
@click.option("--access-log", is_flag=True, help="Write a line a request, without the query.")
def serve(host: str, port: int, workers: int | None, deadline: float, access_log: bool) -> None:
    """Serve a SPARQL endpoint.

    The SPARQL 1.1 protocol for queries is answered at /sparql, a page for people at /. The store
    is built first when its text files have changed. Ctrl-C stops the service.

    \b
    Examples:
      ally serve
      ally serve --port 0 --access-log
    """
    from rich.console import Console

    from allygraph.build import current_store
    from allygraph.cli.progress import progress_bars
    from allygraph.resources import root
    from allygraph.web.process import set_up_log
    from allygraph.web.server import serve as run
    from allygraph.web.settings import Settings, default_processes
    from allygraph.web.workers import Limits

    set_up_log()
    console = Console(stderr=True, highlight=False)
    with progress_bars() as tell:
        store = current_store(progress=tell)

    def announce(address: str) -> None:
        console.print(f"[bold]allygraph[/] answers at {address}/sparql", soft_wrap=True)
        console.print(f"  page {address}/   stop with Ctrl-C", soft_wrap=True)

    settings = Settings(
        store,
        host=host,
        port=port,
        processes=workers or default_processes(),
        limits=Limits(deadline_s=deadline),
        examples=examples(),
        access_log=access_log,
        follow=root(),
    )
    run(settings, announce)


def examples() -> "tuple[Example, ...]":
    """Give the questions of the first page: saved queries as they lie there, without the header."""
    from allygraph import queries
    from allygraph.web.pages import Example

    found = []
    for name in _EXAMPLES:
        query = queries.load(name)
        lines = dropwhile(lambda line: line.startswith("#") or not line, query.text.split("\n"))
        found.append(Example(query.question, query.reading, "\n".join(lines)))
    return tuple(found)
