"""Vectors made on a Ray cluster with Ray Data, ahead of a build: ``medrag index build --engine ray``.

The machine that builds reads the sources and sends the texts; every core of the cluster encodes; the vectors come
back into the build's journal as they are made, so that a build that stopped goes on where it was. No machine but the
one that builds needs the sources or the index. ``RAY_ADDRESS`` names the cluster; without it Ray runs on this machine.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medrag.errors import ConfigurationError, StoreError
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store.reuse import STEP, ReusingEncoder

# Texts sent at once: about 150 MB, and enough for the workers' start not to count.
WINDOW = 100_000
CONNECT_S = 5.0


def embed(
    texts: Iterator[list[str]],
    reusing: ReusingEncoder,
    progress: Callable[[int], None] | None = None,
    window: int = WINDOW,
) -> None:
    """Encode the ``texts`` that ``reusing`` has no vector of, and give it those; ``progress`` hears how many so far.

    Raises:
        ConfigurationError: Ray is not installed, or no cluster is where ``RAY_ADDRESS`` says.
        StoreError: a worker has another encoder than this machine, or died more often than Ray tries again.
    """
    try:
        import ray
        import ray.exceptions
    except ImportError as error:
        raise ConfigurationError("The Ray engine needs Ray: pip install 'medrag[ray]'.") from error
    ours = not ray.is_initialized()
    try:
        _connect(ray)
        done = 0
        for part in _windows(texts, reusing, window):
            for made, vectors in _encoded(ray, part, reusing.encoder):
                reusing.keep(made, vectors)
                done += len(made)
                if progress:
                    progress(done)
    except (ray.exceptions.RayError, ConnectionError) as error:
        raise StoreError(
            f"Embedding on Ray stopped ({str(error).strip().splitlines()[-1]}). "
            "Build again: it goes on where it stopped."
        ) from error
    finally:
        if ours:
            ray.shutdown()


class Worker:
    """Encodes batches on one core of the cluster."""

    def __init__(self, model: str, expected: str) -> None:
        self.encoder = Encoder(model, device="cpu")
        if self.encoder.hash != expected:
            raise ConfigurationError(f"the encoder {model} of a worker is not the one of the machine that builds")

    def __call__(self, batch: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """``{"text"}`` in, ``{"text", "vector"}`` out, a row each."""
        return {"text": batch["text"], "vector": self.encoder.encode(batch["text"].tolist())}


def _connect(ray: Any) -> None:
    if ray.is_initialized():
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    address = os.environ.get("RAY_ADDRESS")
    if address:
        _check(address)
    ray.init(log_to_driver=False, logging_level="ERROR", **({} if address else {"include_dashboard": False}))


def _check(address: str) -> None:
    """Whether anything listens there: Ray itself tries for minutes before it says so."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), CONNECT_S).close()
    except OSError as error:
        raise ConfigurationError(f"No Ray cluster answers at {address}, which RAY_ADDRESS names ({error}).") from error


def _windows(texts: Iterator[list[str]], reusing: ReusingEncoder, size: int) -> Iterator[list[str]]:
    """The texts that are missing, each once within a window."""
    waiting: dict[str, None] = {}
    for batch in texts:
        for text in reusing.missing(batch):
            waiting[text] = None
            if len(waiting) == size:
                yield list(waiting)
                waiting.clear()
    if waiting:
        yield list(waiting)


def _encoded(ray: Any, texts: list[str], encoder: Encoder) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    import pyarrow as pa  # type: ignore[import-untyped]
    from ray import data

    context = data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    workers = max(int(ray.cluster_resources().get("CPU", 1)) - 1, 1)  # one core reads and writes
    made = (
        data.from_arrow(pa.table({"text": texts}))
        .repartition(workers * 4)
        .map_batches(
            Worker,
            fn_constructor_args=(encoder.model, encoder.hash),
            batch_size=STEP,
            num_cpus=1,
            compute=data.ActorPoolStrategy(min_size=1, max_size=workers),
        )
    )
    for batch in made.iter_batches(batch_size=None, batch_format="numpy"):
        yield batch["text"].tolist(), np.asarray(np.stack(batch["vector"]), dtype=np.float32)
