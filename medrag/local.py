"""An engine on this machine, made from settings: the index opened, the model served, all of it closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from medrag import knowledge
from medrag.engine import Engine
from medrag.errors import ConfigurationError, ModelUnavailable, StoreError
from medrag.generation import bundled
from medrag.generation.model import ChatModel, OpenAIChatModel
from medrag.generation.vision import sees_images
from medrag.generation.vllm_process import VllmProcess, served_name
from medrag.generation.weights import fingerprint
from medrag.retrieval import larger_encoder
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.sentences import SentenceRanker
from medrag.retrieval.store.index import open_index
from medrag.retrieval.store.manifest import MANIFEST
from medrag.safety.learned import Learned, learned
from medrag.settings import Settings

Say = Callable[[str], None]
# How often a running engine looks whether there is a new index, in seconds.
RENEW_S = 5.0
VECTORS = "vectors"
"""Folder, in the home, of the vectors of indexes' sentences and written questions."""

ModelSource = Callable[[Settings, Say], AbstractAsyncContextManager[ChatModel]]


@asynccontextmanager
async def running_engine(settings: Settings, say: Say, models: ModelSource | None = None) -> AsyncIterator[Engine]:
    """The engine the settings describe; ``say`` gets a line a step. A vLLM started here is stopped here.

    ``models`` takes the place of :func:`served_model`.

    Raises:
        ConfigurationError, StoreError, KnowledgeError, ModelUnavailable: whichever part cannot be had.
    """
    facts = knowledge.load(settings.knowledge_dir)
    larger = await asyncio.to_thread(_larger_encoder, settings, say)
    ranker = _ranker(settings, facts, larger)
    retriever = replace(
        Retriever.open(settings.index_dir, settings.encoder, settings.milvus_secret), ranker=ranker, knowledge=facts
    )
    settings = await asyncio.to_thread(_with_model, settings, say)
    small = Encoder() if settings.encoder else retriever.encoder
    judging = learned(facts, [larger, small] if larger else [small], _tuned)
    hashing = asyncio.create_task(asyncio.to_thread(_hashes, settings))
    async with (models or served_model)(settings, say) as model:
        weights, adapter = await hashing
        engine = Engine(
            retriever=retriever,
            model=model,
            knowledge=facts,
            learned=judging,
            grounding=settings.grounding,
            passages=settings.passages,
            sentences=settings.sentences,
            lead=settings.lead,
            max_statements=settings.max_statements,
            max_tokens=settings.max_tokens,
            weights=weights,
            adapter=adapter,
            vision=settings.vision == "yes" or (settings.vision == "auto" and sees_images(settings.model)),
        )
        async with _meanwhile(_renew(engine, settings, say)):
            yield engine


def sentence_ranker(settings: Settings, facts: knowledge.Knowledge, say: Say) -> SentenceRanker:
    """What ranks sentences by the settings; the vectors it makes are kept for later processes."""
    return _ranker(settings, facts, _larger_encoder(settings, say))


def _ranker(settings: Settings, facts: knowledge.Knowledge, larger: Encoder | None) -> SentenceRanker:
    own = Encoder(settings.ranker) if settings.ranker else None
    return SentenceRanker(own, facts, None if own else larger, settings.home / VECTORS)


def judges(settings: Settings, facts: knowledge.Knowledge, say: Say, *, asked: bool = True) -> Learned:
    """The learned judges for checks without an engine; that of requests only where something is ``asked``.

    Raises ConfigurationError where an encoder is not installed, or is another than they were made for.
    """
    return learned(facts, larger_encoder.preferred(settings, say) if asked else [], _tuned)


def _tuned(adapter: Path) -> Encoder:
    return Encoder(adapter=adapter)


@asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Does ``work`` for as long as the context lasts."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _renew(engine: Engine, settings: Settings, say: Say) -> None:
    """Gives the engine the index that a build puts in place of the one it opened; requests under way keep theirs."""
    manifest = settings.index_dir / MANIFEST
    known = _stamp(manifest)
    while True:
        await asyncio.sleep(RENEW_S)
        if (stamp := _stamp(manifest)) in (known, None):
            continue
        known = stamp
        try:
            index = await asyncio.to_thread(
                open_index, settings.index_dir, engine.retriever.encoder, settings.milvus_secret
            )
        except StoreError as error:
            say(f"the new index is not used, the one before still is: {error}")
            continue
        engine.retriever = replace(engine.retriever, index=index)
        say(f"index {index.hash[:12]} is in use: {index.manifest.rows:,} passages")


def _stamp(manifest: Path) -> tuple[int, int] | None:
    """What a new manifest differs in; None while there is none."""
    try:
        found = manifest.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _larger_encoder(settings: Settings, say: Say) -> Encoder | None:
    found = larger_encoder.chosen(settings, say)
    if found is None and settings.second_ranker == "auto":
        say(
            "the small encoder alone orders sentences and judges requests: `medrag model prepare` says how to have the "
            "larger one"
        )
    return found


def _with_model(settings: Settings, say: Say) -> Settings:
    """A bundled model's name gives way to the folder it is served from; a server elsewhere has its own names."""
    if settings.model_url:
        return settings
    return settings.model_copy(update={"model": bundled.resolve(settings.model, settings.home, say)})


def _hashes(settings: Settings) -> tuple[str | None, str | None]:
    """Of the weights and the adapter that are served from here; a server elsewhere keeps its own."""
    if settings.model_url:
        return None, None
    return fingerprint(settings.model), fingerprint(settings.adapter) if settings.adapter else None


@asynccontextmanager
async def served_model(settings: Settings, say: Say) -> AsyncIterator[ChatModel]:
    """The model at ``settings.model_url``, or a ``vllm serve`` of our own for as long as the context lasts."""
    if settings.model_url:
        async with _remote_model(settings, settings.model_url) as model:
            yield model
        return
    process = VllmProcess(
        model=settings.model,
        log=settings.home / "logs" / "vllm.log",
        adapter=settings.adapter,
        port=settings.vllm_port,
        uds=settings.vllm_uds,
        args=settings.vllm_args,
    )
    say(f"starting vllm serve {served_name(settings.model)} (about a minute on a CPU)")
    process.start()
    try:
        await process.wait_ready(lambda waited: _say_waiting(say, waited))
        say("vllm serve is ready")
        async with _meanwhile(process.watch(say)), _closing(process.chat_model(settings.timeout_s)) as model:
            yield model
    finally:
        process.stop()


def _say_waiting(say: Say, waited: float) -> None:
    if waited % 10 < 0.5:
        say(f"  ... {waited:.0f} s")


@asynccontextmanager
async def _closing(model: OpenAIChatModel) -> AsyncIterator[OpenAIChatModel]:
    try:
        yield model
    finally:
        await model.aclose()


@asynccontextmanager
async def _remote_model(settings: Settings, url: str) -> AsyncIterator[OpenAIChatModel]:
    key = settings.model_key.get_secret_value() if settings.model_key else "none"
    named = "model" in settings.model_fields_set
    name = settings.model if named else await _only_model(url, key)
    async with _closing(OpenAIChatModel(url=url, name=name, key=key, timeout_s=settings.timeout_s)) as model:
        yield model


async def _only_model(url: str, key: str) -> str:
    """The name of the first model a server offers."""
    async with httpx.AsyncClient(timeout=10.0, headers={"Authorization": f"Bearer {key}"}) as client:
        try:
            answer = (await client.get(f"{url.rstrip('/')}/models")).raise_for_status().json()
            return str(answer["data"][0]["id"])
        except httpx.HTTPError:
            raise ModelUnavailable(f"no OpenAI-compatible server answers at {url}; is vLLM running?") from None
        except (ValueError, KeyError, IndexError):
            raise ConfigurationError(f"the server at {url} lists no model; name one with --model") from None
