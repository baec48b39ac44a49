"""The tools over MCP: one server, over HTTP (``/mcp`` of ``medrag serve``) or over standard input and output."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import ValidationError
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from medrag import __version__
from medrag.server.agents.tools import TOOLS, Agent, Desk
from medrag.server.guard.failures import Failure, failure, invalid

PATH = "/mcp"
INSTRUCTIONS = (
    "Decision support for clinicians. Everything here reads and nothing changes a record. What a tool calls "
    "`not_assessed` could not be checked: never tell it as safe. Show emergencies first, and citations with advice."
)

AgentOf = Callable[[Request | None], Agent]
"""Who asks, of the HTTP request that carried the call; None over standard input."""


def mcp_server(desk: Desk, agent_of: AgentOf) -> Server[Any]:
    """The MCP server over ``desk``."""

    async def tools(context: Any, params: PaginatedRequestParams | None) -> ListToolsResult:
        del context, params
        return ListToolsResult(tools=[_described(name) for name in TOOLS])

    async def call(context: Any, params: CallToolRequestParams) -> CallToolResult:
        if params.name not in TOOLS:
            raise MCPError(INVALID_PARAMS, f"there is no such tool; there are {', '.join(TOOLS)}")
        try:
            text, found = await TOOLS[params.name].call(desk, params.arguments or {}, agent_of(context.request))
        except ValidationError as error:
            return _refused(invalid(error.errors()))
        except Exception as error:  # noqa: BLE001 - the SDK would log its message, and with it the patient
            return _refused(failure(error))
        return CallToolResult(content=[TextContent(text=text)], structured_content=found)

    return Server(
        "medrag",
        version=__version__,
        title="medrag",
        instructions=INSTRUCTIONS,
        on_list_tools=tools,
        on_call_tool=call,
    )


def _described(name: str) -> Tool:
    tool = TOOLS[name]
    hints = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
    return Tool(name=name, title=tool.title, description=tool.description, input_schema=tool.schema, annotations=hints)


def _refused(problem: Failure) -> CallToolResult:
    """What went wrong, where the agent's model reads it."""
    return CallToolResult(content=[TextContent(text=problem.message)], structured_content=problem.body, is_error=True)


@dataclass(frozen=True)
class McpOverHttp:
    """Streamable HTTP as an ASGI endpoint. No session is kept: each call brings all that it needs.

    So any of several servers can answer any call, and nothing waits for clients that went away. Pages of other
    origins than ``origins`` and the service's own are refused, whatever name they found the service under.
    """

    server: Server[Any]
    max_body_bytes: int
    origins: Collection[str] = field(default=())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        request = Request(scope)
        if refusal := self._refusal(request):
            await refusal.response()(scope, receive, send)
            return
        sessions = StreamableHTTPSessionManager(self.server, stateless=True, max_request_body_size=self.max_body_bytes)
        async with sessions.run():
            await sessions.handle_request(scope, receive, send)

    def _refusal(self, request: Request) -> Failure | None:
        if request.method != "POST":
            message = "only POST is served here: this server keeps no sessions and sends nothing unasked"
            return Failure(405, message, "invalid_request_error", "method_not_allowed", headers={"Allow": "POST"})
        origin = request.headers.get("origin")
        if origin is None or origin in self.origins or _is_own(origin, request):
            return None
        return Failure(403, "pages of this origin may not call this service", "permission_error", "not_permitted")


def _is_own(origin: str, request: Request) -> bool:
    """Whether a page is the service's own; its base is known by address, never by the Host header."""
    page, own = urlsplit(origin), request.base_url
    return (page.scheme, page.hostname, page.port) == (own.scheme, own.hostname, own.port)
