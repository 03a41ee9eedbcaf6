"""The graph for assistants, asked by the SDK's own client: in memory, on pipes, by HTTP."""

import asyncio
import re
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from jsonschema import Draft202012Validator
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError
from pyoxigraph import NamedNode, RdfFormat, parse

import allygraph
from allygraph import queries
from allygraph.assistants.server import ONTOLOGY, create_server
from allygraph.assistants.tools import all_tools
from allygraph.assistants.transport import desk
from allygraph.build import current_store
from allygraph.errors import UnknownName
from allygraph.names import expand

TOOLS = all_tools()
DAY = "2023-06-13"
TOKYO = {"proposal": "proposal:nato-tokyo-office", "as_of": DAY, "known_by": DAY}


Asked = Callable[[Callable[[Client], Awaitable[Any]]], Any]


@contextmanager
def asking(*, allow_sparql: bool) -> Iterator[Asked]:
    """Keep a server and its client, both in this process, for work to be done with it."""

    @asynccontextmanager
    async def connected() -> AsyncIterator[Client]:
        async with (
            desk(current_store(), allow_sparql=allow_sparql) as who,
            Client(create_server(who)) as client,
        ):
            yield client

    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(connected()) as client,
    ):
        yield lambda work: portal.call(work, client)


@pytest.fixture(scope="module")
def asked() -> Iterator[Asked]:
    """A server as it is by default."""
    with asking(allow_sparql=False) as ask:
        yield ask


@pytest.fixture(scope="module")
def called(asked: Asked) -> Callable[[str, dict[str, Any]], Any]:
    """Call one tool."""
    return lambda name, arguments: asked(lambda client: client.call_tool(name, arguments))


def test_every_saved_query_is_a_tool_with_typed_arguments(asked):
    listed = asked(lambda client: client.list_tools()).tools
    by_name = {tool.name: tool for tool in listed}
    expected = {name.replace("/", "_").replace("-", "_") for name in queries.names()}

    assert set(by_name) == expected | {"resolve_name", "why", "describe_thing"}
    for tool in listed:
        Draft202012Validator.check_schema(tool.input_schema)
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,63}", tool.name)
        assert tool.annotations.read_only_hint
    blockers = by_name["proposal_blockers"].input_schema
    assert blockers["required"] == ["proposal"]
    assert blockers["properties"]["at_least"]["enum"][0] == "kind:certainty-sure"
    assert blockers["additionalProperties"] is False


def test_who_blocks_the_office_is_answered_with_ids_and_words(called):
    """The rows are those of the library, and each has claims that come with their quotes."""
    found = called("proposal_blockers", TOKYO)
    with allygraph.open_graph() as graph:
        expected = graph.query("proposal/blockers", **TOKYO).records()

    answer = found.structured_content
    assert len(answer["rows"]) == answer["total"] == len(expected)
    assert answer["rows"][0]["values"]["blocker"] == "actor:france"
    assert answer["labels"]["actor:france"] == "France"
    ids = answer["rows"][0]["claims"]
    assert set(ids) <= set(answer["claims"])
    quotes = [answer["claims"][one]["quote"] for one in ids]
    assert "the idea has faced opposition from France" in quotes
    assert answer["as_of"] == answer["known_by"] == DAY
    assert re.fullmatch(r"[0-9a-f]{16}", answer["graph_version"])
    assert "claim:nikkei-ap4-s037" in found.content[0].text


@pytest.mark.parametrize("name", queries.names())
def test_the_examples_of_a_saved_query_fit_the_schema_of_its_tool(name):
    """A tool that refuses what its query takes would be worse than none."""
    tool = next(tool for tool in TOOLS if tool.path == f"question/{name}")
    values = {
        param.name: [_example(param)] if param.many else _example(param)
        for param in queries.load(name).params.values()
    }

    assert list(Draft202012Validator(tool.arguments).iter_errors(values)) == []


def _example(param: queries.Param) -> Any:
    if param.values:
        return param.values[0]
    return {"integer": 3, "boolean": True, "date": DAY}.get(param.type, "actor:nato")


def test_rows_beyond_the_limit_are_told(called):
    found = called("membership_members_on", {"as_of": DAY, "known_by": DAY, "limit": 5})

    answer = found.structured_content
    assert len(answer["rows"]) == 5
    assert answer["truncated"] is True
    assert answer["total"] == 31
    assert "5 of 31 rows" in found.content[0].text


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("proposal_blockers", {"proposal": "proposal:nato-tokio-office"}, "nato-tokyo-office"),
        ("why", {"thing": "rel:france-opposes"}, "the graph has no"),
        ("describe_thing", {"thing": "actor:atlantis"}, "the graph has no"),
        ("describe_thing", {"thing": "Japan"}, "not a name"),
        ("proposal_blockers", {}, "'proposal' is a required property"),
        ("proposal_blockers", {**TOKYO, "as_of": "yesterday"}, "as_of: 'yesterday'"),
        ("proposal_blockers", {**TOKYO, "who": "actor:france"}, "'who' was unexpected"),
        ("proposal_blockers", {**TOKYO, "at_least": "sure"}, "kind:certainty-sure"),
        ("membership_members_on", {"limit": 100_000}, "limit"),
    ],
)
def test_what_is_unknown_or_malformed_is_refused_with_advice(called, tool, arguments, message):
    """An answer to another question would be worse than none."""
    found = called(tool, arguments)

    assert found.is_error
    assert message in found.content[0].text


def test_names_are_found_and_never_guessed(asked):
    async def work(client: Client) -> Any:
        return [
            (
                await client.call_tool("resolve_name", {"text": text, "kind": "actor"})
            ).structured_content
            for text in ("日本", "Stoltenbreg")
        ]

    japan, slip = asked(work)
    assert japan["match"]["thing"] == "actor:japan"
    assert slip["match"] is None
    assert slip["suggestions"][0]["thing"] == "actor:jens-stoltenberg"


def test_why_gives_words_speaker_and_source(asked):
    async def work(client: Client) -> Any:
        blockers = await client.call_tool("proposal_blockers", TOKYO)
        claim = blockers.structured_content["rows"][0]["claims"][0]
        return await client.call_tool("why", {"thing": claim, "known_by": DAY})

    found = asked(work).structured_content
    (claim,) = found["claims"].values()
    assert claim["speakers"]
    assert claim["source"]
    assert claim["quote"] or claim["no_quote_reason"]


def test_why_knows_only_what_was_known_by_the_day(called):
    found = called("why", {"thing": "proposal:nato-tokyo-office", "known_by": "2023-01-01"})

    assert found.structured_content["claims"] == {}
    assert "No claim known by 2023-01-01" in found.content[0].text


def test_a_thing_is_described_on_both_clocks(called):
    arguments = {"thing": "actor:japan", "as_of": DAY, "known_by": DAY, "limit": 2}
    found = called("describe_thing", arguments).structured_content

    partnerships = next(g for g in found["relationships"] if g["heading"].startswith("partnership"))
    assert partnerships["total"] >= len(partnerships["shown"])
    assert "sure" in {one["certainty"] for one in partnerships["shown"]}
    named = {
        claim for group in found["relationships"] for r in group["shown"] for claim in r["claims"]
    }
    assert named <= set(found["claims"])


def test_the_ontology_and_the_text_of_a_question_are_resources(asked):
    async def work(client: Client) -> Any:
        listed = await client.list_resources()
        ontology = await client.read_resource(ONTOLOGY)
        question = await client.read_resource("allygraph://question/proposal/blockers")
        return listed, ontology, question

    listed, ontology, question = asked(work)
    assert [resource.uri for resource in listed.resources] == [ONTOLOGY]
    triples = list(parse(input=ontology.contents[0].text, format=RdfFormat.TURTLE))
    subjects = {triple.subject for triple in triples}
    assert {
        NamedNode(expand("ally:Membership")),
        NamedNode(expand("kind:stance-opposes")),
    } <= subjects
    assert question.contents[0].text == queries.load("proposal/blockers").text


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "allygraph://question/../pyproject.toml"])
def test_no_other_resource_is_read(asked, uri):
    with pytest.raises(MCPError, match="there is no"):
        asked(lambda client: client.read_resource(uri))


def test_free_sparql_is_closed_unless_the_operator_opens_it(called):
    with pytest.raises(MCPError, match="there is no tool 'sparql'"):
        called("sparql", {"query": "ASK {}"})


def test_free_sparql_runs_behind_the_limits_of_the_endpoint():
    """A service call is refused, a fault is told, an answer is SPARQL JSON."""

    async def work(client: Client) -> Any:
        texts = (
            "ASK { ?s ?p ?o }",
            "SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }",
            "SELEC",
        )
        return [await client.call_tool("sparql", {"query": text}) for text in texts]

    with asking(allow_sparql=True) as ask:
        answer, service, fault = ask(work)
    assert '"boolean":true' in answer.content[0].text
    assert service.is_error
    assert "SERVICE is not allowed" in service.content[0].text
    assert fault.is_error


def test_an_operator_may_narrow_the_tools_to_topics():
    names = {tool.name for tool in all_tools(["proposal"])}

    assert "proposal_blockers" in names
    assert not any(name.startswith("membership_") for name in names)
    with pytest.raises(UnknownName, match="no topic 'weather'"):
        all_tools(["weather"])


def test_the_command_speaks_on_standard_input_and_output():
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "allygraph", "mcp", "--topic", "proposal"]
    )

    async def run() -> Any:
        async with Client(parameters) as client:
            return await client.call_tool("proposal_blockers", TOKYO)

    found = asyncio.run(run())
    assert found.structured_content["rows"][0]["values"]["blocker"] == "actor:france"


def test_the_command_serves_http():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "allygraph", "mcp", "--http", "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            _wait_for(port)

            async def run() -> Any:
                async with Client(f"http://127.0.0.1:{port}/mcp") as client:
                    return await client.call_tool("resolve_name", {"text": "NATO"})

            found = asyncio.run(run())
        finally:
            process.terminate()
            process.communicate(timeout=15)

    assert found.structured_content["match"]["thing"] == "actor:nato"
    assert found.structured_content["known_by"] == date.today().isoformat()


def _wait_for(port: int) -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")
