"""``ally serve``: the graph as a service, on this machine or for the public."""

from dataclasses import replace
from itertools import dropwhile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from allygraph.errors import UsageError

if TYPE_CHECKING:
    from allygraph.web.examples import Example
    from allygraph.web.settings import Settings

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
@click.option(
    "--saved-deadline",
    default=60.0,
    show_default=True,
    type=click.FloatRange(0.1, 600.0),
    metavar="SECONDS",
    help="The same for saved queries, documents and pages.",
)
@click.option(
    "--rows",
    default=100_000,
    show_default=True,
    type=click.IntRange(1),
    metavar="N",
    help="Most rows or triples of one answer; the rest is cut off, and the answer says so.",
)
@click.option(
    "--cache",
    default=64,
    show_default=True,
    type=click.IntRange(0, 65_536),
    metavar="MB",
    help="Memory of each web process for answers that are given again.",
)
@click.option(
    "--base-iri",
    default="",
    metavar="URL",
    help="Public address of the service, as https://example.org/graph/.  [default: as asked]",
)
@click.option(
    "--trust-forwarded",
    is_flag=True,
    help="Believe X-Forwarded-For and -Proto of the one proxy in front; never without one.",
)
@click.option(
    "--rate",
    default=60,
    show_default=True,
    type=click.IntRange(0),
    metavar="N",
    help="Queries of one address that are answered in a minute, kept answers aside; 0: any.",
)
@click.option(
    "--work",
    default=60.0,
    show_default=True,
    type=click.FloatRange(0.0),
    metavar="SECONDS",
    help="Time that the queries of one address may take in a minute; 0: any.",
)
@click.option("--access-log", is_flag=True, help="Write a line of JSON a request, without query.")
@click.option("--log-queries", is_flag=True, help="The same, with what was asked.")
def serve(**options: Any) -> None:
    """Serve the graph: an endpoint, linked data and pages.

    The SPARQL 1.1 protocol for queries is answered at /sparql, pages for people at /. The store is
    built first when its text files have changed. Ctrl-C stops the service. How to run it in
    public: docs/serving.md.

    \b
    Examples:
      ally serve
      ally serve --port 0 --access-log
      ally serve --base-iri https://example.org/ --trust-forwarded
    """
    from rich.console import Console

    from allygraph.build import current_store
    from allygraph.cli.progress import progress_bars
    from allygraph.web.process import set_up_log
    from allygraph.web.server import serve as run

    set_up_log()
    console = Console(stderr=True, highlight=False)
    with progress_bars() as tell:
        store = current_store(progress=tell)

    def announce(address: str) -> None:
        console.print(f"[bold]allygraph[/] answers at {address}/sparql", soft_wrap=True)
        console.print(f"  page {address}/   stop with Ctrl-C", soft_wrap=True)

    run(settings(store, **options), announce)


def settings(
    store: Path,
    *,
    host: str,
    port: int,
    workers: int | None,
    deadline: float,
    saved_deadline: float,
    rows: int,
    cache: int,
    base_iri: str,
    trust_forwarded: bool,
    rate: int,
    work: float,
    access_log: bool,
    log_queries: bool,
) -> "Settings":
    """Make the settings of a service from the options of the command.

    Raises:
        UsageError: the public address is no web address.
    """
    from allygraph.resources import root
    from allygraph.web.budgets import Allowance
    from allygraph.web.settings import Settings, default_processes
    from allygraph.web.workers import READING, Limits

    return Settings(
        store,
        host=host,
        port=port,
        processes=workers or default_processes(),
        limits=Limits(deadline_s=deadline, rows=rows),
        reading=replace(READING, deadline_s=saved_deadline),
        cache_bytes=1_000_000 * cache,
        base=_base(base_iri),
        trust_forwarded=trust_forwarded,
        per_client=Allowance(rate, work),
        access_log=access_log or log_queries,
        log_queries=log_queries,
        examples=examples(),
        follow=root(),
    )


def _base(given: str) -> str:
    """Check a public address, and end it in a slash."""
    if not given:
        return ""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise UsageError(f"'{given}' is no address of a service", expected="https://example.org/")
    return given.rstrip("/") + "/"


def examples() -> "tuple[Example, ...]":
    """Give the questions of the first page: saved queries as they lie there, without the header."""
    from allygraph import queries
    from allygraph.web.examples import Example

    found = []
    for name in _EXAMPLES:
        query = queries.load(name)
        lines = dropwhile(lambda line: line.startswith("#") or not line, query.text.split("\n"))
        found.append(Example(query.question, query.reading, "\n".join(lines)))
    return tuple(found)
