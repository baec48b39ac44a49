"""OpenTelemetry spans of an answer: a root for the answer, one below it for each step. Nothing leaves by default.

The names are those of the GenAI conventions where they have one (``invoke_agent``, ``retrieval``, ``chat``). A span
holds numbers and words from closed sets; no question, no statement, no error's message. Spans are never made current,
for an answer's steps run in tasks that come and go; each is given its parent.

Without a provider (:func:`export`, or one that the process has already) every span is OpenTelemetry's own that does
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.trace import Span, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from medrag.errors import ConfigurationError

NAME = "medrag"

Attributes = Mapping[str, AttributeValue]


@dataclass(frozen=True)
class Step:
    """A span under way, below which others can be."""

    span: Span

    def note(self, attributes: Attributes) -> None:
        """Adds what is known by now."""
        self.span.set_attributes(attributes)

    @contextmanager
    def step(self, name: str, attributes: Attributes | None = None) -> Iterator[Step]:
        """A step below this one, for as long as the context lasts."""
        with _started(name, attributes, self.span) as step:
            yield step


@contextmanager
def answer() -> Iterator[Step]:
    """The root of one answer; below the caller's span, where the request came with one."""
    attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": NAME}
    with _started(f"invoke_agent {NAME}", attributes, None) as step:
        yield step


@contextmanager
def _started(name: str, attributes: Attributes | None, parent: Span | None) -> Iterator[Step]:
    """Ended with the kind of error that breaks it, not with its words: they may be a patient's."""
    below = None if parent is None else trace.set_span_in_context(parent)
    span = trace.get_tracer(NAME).start_span(name, context=below, attributes=dict(attributes or {}))
    try:
        yield Step(span)
    except BaseException as error:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(Status(StatusCode.ERROR))
        raise
    finally:
        span.end()


def export(endpoint: str, version: str) -> None:
    """Sends this process's spans to a collector (OTLP over HTTP) from now on.

    Raises:
        ConfigurationError: OpenTelemetry's SDK is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ConfigurationError("otlp_endpoint needs OpenTelemetry's SDK: pip install 'medrag[telemetry]'") from None
    provider = TracerProvider(resource=Resource.create({"service.name": NAME, "service.version": version}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)
