"""vLLM in this process, without a server: for batches of cases on one machine (``--engine offline``)."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medrag.errors import ConfigurationError, ModelRefused, ModelUnavailable
from medrag.generation.model import ChatModel, Generation
from medrag.generation.vllm_process import dtype, on_cpu, served_name

if TYPE_CHECKING:
    from vllm.v1.engine.async_llm import AsyncLLM

    from medrag.local import Say
    from medrag.settings import Settings

_ENVIRONMENT = {"VLLM_NO_USAGE_STATS": "1", "VLLM_CPU_KVCACHE_SPACE": "2", "VLLM_LOGGING_LEVEL": "WARNING"}


@asynccontextmanager
async def offline_model(settings: Settings, say: Say) -> AsyncIterator[ChatModel]:
    """``settings.model`` in vLLM's own engine for as long as the context lasts; takes the place of ``served_model``.

    Raises:
        ConfigurationError: vLLM is not installed, or the settings name a server or an adapter.
    """
    if settings.model_url or settings.adapter:
        raise ConfigurationError("--engine offline loads the model itself: it takes neither --model-url nor an adapter")
    say(f"loading {served_name(settings.model)} into vLLM")
    llm = _load(settings.model)
    try:
        yield OfflineModel(served_name(settings.model), llm)
    finally:
        llm.shutdown()
        # vLLM shuts down once more when it is collected, which at the interpreter's end fails, and says so.
        llm.shutdown = lambda *_: None  # type: ignore[method-assign]


def _load(model: str) -> AsyncLLM:
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.v1.engine.async_llm import AsyncLLM
    except ImportError:
        raise ConfigurationError("vllm is not installed: install medrag[cpu] or medrag[gpu]") from None
    arguments: dict[str, Any] = {"model": model, "dtype": dtype(), "generation_config": "vllm"}
    return AsyncLLM.from_engine_args(AsyncEngineArgs(**arguments, enforce_eager=on_cpu(), disable_log_stats=True))


@dataclass
class OfflineModel:
    """A model in vLLM's engine; requests are batched as a server would batch them."""

    name: str
    llm: AsyncLLM

    async def context_tokens(self) -> int:
        """The engine's ``max_model_len``."""
        return int(self.llm.model_config.max_model_len)

    async def ping(self) -> None:
        """Returns while the engine lives."""
        if self.llm.errored:
            raise ModelUnavailable("vLLM's engine stopped; see its lines above")

    async def stream(self, generation: Generation) -> AsyncIterator[str]:
        """See :class:`medrag.generation.model.ChatModel`."""
        from vllm.inputs.llm import TokensPrompt
        from vllm.v1.engine.exceptions import EngineDeadError

        tokenizer: Any = self.llm.get_tokenizer()
        ids = tokenizer.apply_chat_template(
            list(generation.messages), add_generation_prompt=True, tokenize=True, return_dict=False
        )
        request = uuid.uuid4().hex
        try:
            async for output in self.llm.generate(TokensPrompt(prompt_token_ids=ids), _sampling(generation), request):
                if text := output.outputs[0].text:
                    yield text
        except EngineDeadError:
            raise ModelUnavailable("vLLM's engine stopped; see its lines above") from None
        except ValueError:
            raise ModelRefused("vLLM refused the request: the prompt is too long for this model") from None


def _sampling(generation: Generation) -> Any:
    from vllm.sampling_params import RequestOutputKind, SamplingParams, StructuredOutputsParams

    return SamplingParams(
        max_tokens=generation.max_tokens,
        temperature=generation.temperature,
        seed=generation.seed,
        output_kind=RequestOutputKind.DELTA,
        structured_outputs=StructuredOutputsParams(grammar=generation.grammar) if generation.grammar else None,
    )
