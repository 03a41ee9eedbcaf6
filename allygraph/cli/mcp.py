"""``ally mcp``: the graph for assistants, by the Model Context Protocol."""

from importlib.util import find_spec

import click

from allygraph.errors import UsageError


@click.command("mcp")
@click.option("--http", is_flag=True, help="Serve streamable HTTP at /mcp instead of one client.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --http: address.")
@click.option(
    "--port",
    default=8765,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="With --http: port.",
)
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="TOPIC",
    help="Only saved queries of this topic, as proposal; repeat for more.  Default: all.",
)
@click.option("--allow-sparql", is_flag=True, help="Also take SPARQL queries of the client's own.")
def mcp(http: bool, host: str, port: int, topics: tuple[str, ...], allow_sparql: bool) -> None:
    """Serve the graph to an assistant (Model Context Protocol).

    Each saved query is a tool with typed arguments; resolve_name, why and describe_thing find
    names and evidence. Answers carry the ids and the words of their claims. Without --http it
    speaks on standard input and output, as clients that start it expect.

    \b
    Examples:
      ally mcp
      ally mcp --topic proposal --topic membership
      ally mcp --http --port 8765
    """
    if find_spec("mcp") is None:
        raise UsageError(
            "the protocol's library is not installed", expected="pip install 'allygraph[mcp]'"
        )
    from allygraph.assistants.transport import desk, over_http, over_stdio
    from allygraph.build import current_store

    who = desk(current_store(), allow_sparql=allow_sparql)
    if not http:
        over_stdio(who, topics=topics)
        return
    click.echo(f"allygraph answers at http://{host}:{port}/mcp   stop with Ctrl-C", err=True)
    over_http(who, host, port, topics=topics)
