"""Server: the protocol's side of the tools, by the official SDK.

What an assistant did wrong comes back as the result of its call, with what would be right, so that
it can mend it; it never ends the connection. Everything is read only.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any, Self

import mcp_types as types
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from mcp.server import Server
from mcp.shared.exceptions import MCPError

from allygraph import queries
from allygraph.assistants.tools import Tool, all_tools
from allygraph.dates import bounds
from allygraph.errors import AllygraphError, DateError, UnknownName
from allygraph.names import BASE
from allygraph.site.asking import Ask
from allygraph.web import sparql
from allygraph.web.problems import PROBLEMS, Problem, refusal
from allygraph.web.worker import Reply
from allygraph.web.workers import Pool

ONTOLOGY = "allygraph://ontology"
_QUESTION = "allygraph://question/"
_INSTRUCTIONS = (
    "A knowledge graph of alliances in which every relationship carries its evidence and two "
    "clocks: as_of is the day in the world, known_by the last day of publication that counts. "
    "Find names with resolve_name, never guess them. Cite the claims (ids and quotes) that come "
    "with an answer, and say when a row is contested, expected or unverified. An empty answer "
    "means that the graph holds nothing, not that something is false."
)
_READ_ONLY = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_SPARQL = Tool(
    "sparql",
    "A SPARQL query of your own",
    "Runs a SPARQL 1.1 query on the union of all graphs, read only, within a deadline. Prefer the "
    "questions above: they know the clocks and carry their evidence.",
    "",
    {
        "type": "object",
        "properties": {"query": {"type": "string", "minLength": 1}},
        "required": ["query"],
        "additionalProperties": False,
    },
    {"type": "object"},
)


@dataclass(frozen=True)
class Desk:
    """Who answers: the site's readers, and for queries of strangers the evaluators, if any.

    Use it in an ``async with`` statement, which starts and ends their processes.
    """

    readers: Pool
    visitors: Pool | None = None

    async def __aenter__(self) -> Self:
        """Start all processes."""
        await asyncio.gather(*(pool.start() for pool in self._pools()))
        return self

    async def __aexit__(self, *error: object) -> None:
        """End all processes."""
        await asyncio.gather(*(pool.close() for pool in self._pools()))

    def _pools(self) -> list[Pool]:
        return [pool for pool in (self.readers, self.visitors) if pool is not None]

    async def call(self, path: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the reader of tools; gives ``structured`` and ``text``.

        Raises:
            Problem: what was wrong, or which limit was reached.
            DateError: a clock is no date.
        """
        given = {name: v for name, v in arguments.items() if name not in queries.CLOCKS}
        ask = Ask(
            reader="tool",
            path=path,
            params={name: _texts(value) for name, value in given.items()},
            form="json",
            as_of=_day(arguments.get("as_of"), "as_of"),
            known_by=_day(arguments.get("known_by"), "known_by"),
            lang="en",
            base=BASE,
            version=self.readers.version,
        )
        found: dict[str, Any] = json.loads(_body(await self.readers.answer({"ask": ask.record()})))
        return found

    async def sparql(self, query: str) -> str:
        """Run a query of an assistant's own.

        Raises:
            Problem: as at the SPARQL endpoint.
        """
        if self.visitors is None:
            raise Problem("query-unsafe", "this server takes no queries of your own")
        forms = "application/sparql-results+json, text/turtle"
        asked = sparql.asked({"query": [query]}, forms, self.visitors.limits.query_bytes)
        return _body(await self.visitors.answer(asked.frame())).decode()


def create_server(desk: Desk, *, topics: Iterable[str] = ()) -> Server[Any]:
    """Give the server of the protocol.

    Args:
        desk: who answers.
        topics: only saved queries of these topics; none: all.

    Raises:
        UnknownName: no such topic.
    """
    tools = {tool.name: tool for tool in all_tools(topics)}
    if desk.visitors is not None:
        tools[_SPARQL.name] = _SPARQL

    async def list_tools(_: Any, params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_shown(tool) for tool in tools.values()])

    async def call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        return await _call(desk, tools, params.name, params.arguments or {})

    async def list_resources(_: Any, params: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=[_ontology_resource()])

    async def list_templates(_: Any, params: Any) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=[_question_template()])

    async def read_resource(_: Any, params: Any) -> types.ReadResourceResult:
        return await _read(desk, str(params.uri))

    return Server(
        "allygraph",
        version=version("allygraph"),
        title="allygraph",
        instructions=_INSTRUCTIONS,
        website_url=BASE,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


def _shown(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.arguments,
        output_schema=None if tool is _SPARQL else tool.answer,
        annotations=_READ_ONLY,
    )


async def _call(
    desk: Desk, tools: Mapping[str, Tool], name: str, arguments: Mapping[str, Any]
) -> types.CallToolResult:
    if name not in tools:
        raise MCPError(types.INVALID_PARAMS, f"there is no tool '{name[:80]}'")
    try:
        tool = tools[name]
        _check(tool, arguments)
        if tool is _SPARQL:
            return _result(await desk.sparql(arguments["query"]))
        found = await desk.call(tool.path, arguments)
        return _result(found["text"], found["structured"])
    except Problem as problem:
        expected = problem.more.get("expected")
        return _refusal(problem.detail, str(expected) if expected else None)
    except AllygraphError as error:
        return _refusal(error.message, error.expected)


def _result(text: str, structured: dict[str, Any] | None = None) -> types.CallToolResult:
    content = [types.TextContent(type="text", text=text)]
    return types.CallToolResult(content=[*content], structured_content=structured)


def _refusal(message: str, expected: str | None) -> types.CallToolResult:
    text = f"{message}. Expected: {expected}" if expected else message
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


def _check(tool: Tool, arguments: Mapping[str, Any]) -> None:
    """Refuse arguments that do not fit the schema.

    Raises:
        Problem: with the place and the reason.
    """
    errors = Draft202012Validator(tool.arguments).iter_errors(dict(arguments))
    if (fault := best_match(errors)) is not None:
        place = "/".join(map(str, fault.absolute_path)) or "the arguments"
        known = ", ".join(tool.arguments["properties"])
        raise Problem(
            "parameter-invalid", f"{place}: {fault.message}"[:300], expected=f"of {known}"
        )


async def _read(desk: Desk, uri: str) -> types.ReadResourceResult:
    try:
        if uri == ONTOLOGY:
            text, kind = (await desk.call("ontology", {}))["text"], "text/turtle"
        elif uri.startswith(_QUESTION):
            text, kind = queries.load(uri.removeprefix(_QUESTION)).text, "application/sparql-query"
        else:
            raise UnknownName(f"there is no resource '{uri[:80]}'", expected=ONTOLOGY)
    except (AllygraphError, Problem) as error:
        raise MCPError(types.INVALID_PARAMS, str(error)) from error
    content = types.TextResourceContents(uri=uri, mime_type=kind, text=text)
    return types.ReadResourceResult(contents=[content])


def _ontology_resource() -> types.Resource:
    return types.Resource(
        name="ontology",
        title="The ontology",
        uri=ONTOLOGY,
        description="classes, properties and kinds with their definitions",
        mime_type="text/turtle",
    )


def _question_template() -> types.ResourceTemplate:
    return types.ResourceTemplate(
        name="question",
        title="The SPARQL of a saved question",
        uri_template=f"{_QUESTION}{{topic}}/{{name}}",
        description="as question/proposal/blockers",
        mime_type="application/sparql-query",
    )


def _body(reply: Reply) -> bytes:
    if reply.outcome == "answered":
        return reply.body
    head = reply.head
    if reply.outcome == "refused":
        raise refusal(head)
    code = {"evaluation": "query-evaluation"}.get(reply.outcome, reply.outcome)
    title = PROBLEMS[code][1]
    raise Problem(code, head.get("message", title))


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in values)


def _day(given: str | None, name: str) -> date:
    if given is None:
        return date.today()
    try:
        return bounds(given).latest
    except DateError as error:
        raise DateError(f"{name}: {error.message}", expected=error.expected) from error
