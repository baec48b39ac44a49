"""How the cost of building and searching an index grows with it, from ten thousand passages to a million.

    medrag index build --source jsonl bench/corpus.jsonl --out bench/index     # real passages: see retrieval.py
    python -m benchmarks.scale build scale --like bench/index --sizes 10000,30000,100000,300000,1000000
    python -m benchmarks.scale search scale --like bench/index
    python -m benchmarks.scale vectors scale --like bench/index --size 1000000    # the dense side alone
    python -m benchmarks.scale real scale --index ngc-index --queries bench/queries.jsonl    # real vectors
    python -m benchmarks.scale plot scale docs/scale.svg

The passages are made up. Their words are drawn from 50,000 by Zipf's and Mandelbrot's law (the commonest is in a third
of them), 80 to a passage. Their vectors are those of the real passages of ``--like`` with noise added (cosine 0.8), so
that they lie about as real ones do; making them takes no time, so that a build's figures are those of everything but
the encoder. Queries are ten words of a passage, and its vector with the same noise; encoding one runs the real encoder.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from unittest.mock import patch

import numpy as np
import typer
from numpy.typing import NDArray

from medrag.knowledge import load
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store import vectors as clustered
from medrag.retrieval.store.index import Index
from medrag.retrieval.store.manifest import CorpusEntry
from medrag.retrieval.store.passages import searched_text
from medrag.retrieval.store.vectors import Dense, VectorWriter, open_vectors
from medrag.retrieval.store.writer import writing
from medrag.types import Filters, Passage

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

BUILDS, SEARCHES, VECTORS = "builds.jsonl", "searches.jsonl", "vectors.jsonl"
VOCABULARY, MANDELBROT, WORDS = 50_000, 30, 80
BATCH, QUERY_WORDS, COSINE = 256, 10, 0.8
QUERIES, K, CALLERS = 200, 10, (1, 2, 4)
# Shares of the clusters to read, beside the one that a search reads.
SHARES = (1 / 10, 1 / 30)
_BLOCK = 50_000

Folder = Annotated[Path, typer.Argument(help="Folder of the indexes and the figures.")]
Like = Annotated[Path, typer.Option(help="An index of real passages.")]


@app.command()
def build(folder: Folder, like: Like, sizes: Annotated[str, typer.Option(help="Passages, with commas.")]) -> None:
    """Build an index of each size in a process of its own, and keep its time, memory and bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in sizes.split(","):
        _apart("build-one", folder, like, size)


@app.command()
def build_one(folder: Folder, like: Like, size: Annotated[int, typer.Option(help="Passages.")]) -> None:
    """Build one index in this process."""
    encoder = StandIn(like)
    out = folder / str(size)
    before, clock, cpu = _peak_mb(), time.perf_counter(), time.process_time()
    with writing(out, encoder, {}) as writer:
        for batch in _passages(size):
            writer.add([(passage, searched_text(passage, load())) for passage in batch])
        made = time.perf_counter() - clock
        writer.commit([CorpusEntry(kind="made-up", name=str(size), sha256="", documents=size, passages=size)])
    row = {
        "passages": size,
        "seconds": round(time.perf_counter() - clock, 1),
        "of which finishing": round(time.perf_counter() - clock - made, 1),
        "CPU seconds": round(time.process_time() - cpu, 1),
        "peak MB": _peak_mb(),
        "MB before": before,
        "MB on disk": round(sum(path.stat().st_size for path in out.iterdir()) / 1e6),
    }
    _keep(folder / BUILDS, row)


@app.command()
def search(folder: Folder, like: Like) -> None:
    """Search each index, in a process of its own: recall, latency, and queries a second with more callers."""
    for size in sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit()):
        _apart("search-one", folder, like, str(size))


@app.command()
def search_one(folder: Folder, like: Like, size: Annotated[int, typer.Option(help="Passages.")]) -> None:
    """Search one index in this process."""
    encoder = StandIn(like)
    clock = time.perf_counter()
    index = Index.open(folder / str(size), encoder)
    opened = time.perf_counter() - clock
    queries = _queries(index)
    encoder.of_query = dict(queries)
    retriever = Retriever(index, encoder)
    texts = [text for text, _ in queries]
    for text in texts[:20]:
        retriever.search(text)
    wall, cpu = _latency(retriever, texts)
    row = {
        "passages": size,
        "vectors": index.manifest.vectors,
        "opened s": round(opened, 1),
        "dense ms": _dense_ms(index, [vector for _, vector in queries]),
        **{f"p{share} ms": round(float(np.percentile(wall, share)), 1) for share in (50, 95)},
        **{f"p{share} CPU ms": round(float(np.percentile(cpu, share)), 1) for share in (50, 95)},
        **{f"queries/s, {callers} callers": _throughput(retriever, texts, callers) for callers in CALLERS},
        "peak MB": _peak_mb(),
        "recall@10": _recall(index.dense, [vector for _, vector in queries]),
    }
    _keep(folder / SEARCHES, row)


@app.command()
def vectors(folder: Folder, like: Like, size: Annotated[int, typer.Option(help="Vectors.")]) -> None:
    """Cluster vectors alone, and compare a search among them with an exact one."""
    out = folder / f"vectors-{size}"
    out.mkdir(parents=True, exist_ok=True)
    encoder = StandIn(like)
    clock, cpu = time.perf_counter(), time.process_time()
    writer = VectorWriter(out, encoder.dimension)
    for start in range(0, size, BATCH):
        writer.add(encoder.encode([""] * min(BATCH, size - start)))
    writer.close()
    row = {
        "vectors": size,
        "seconds": round(time.perf_counter() - clock, 1),
        "CPU seconds": round(time.process_time() - cpu, 1),
        "peak MB": _peak_mb(),
        "MB on disk": round(sum(path.stat().st_size for path in out.iterdir()) / 1e6),
    }
    dense = open_vectors({path.name: path for path in out.iterdir()})
    draw, allowed = np.random.default_rng(3), np.ones(size, dtype=np.bool_)
    queries = list(noisy(dense.vectors(draw.integers(size, size=QUERIES)), draw))
    wall, used = _timed(lambda query: dense.search(query, 100, allowed), queries)
    row |= {"p50 ms": round(float(np.median(wall)), 1), "p50 CPU ms": round(float(np.median(used)), 1)}
    _keep(folder / VECTORS, row | {"peak MB when searched": _peak_mb(), "recall@10": _recall(dense, queries)})


@app.command()
def real(
    folder: Folder,
    index: Annotated[list[Path], typer.Option(help="An index of real passages; may stand several times.")],
    queries: Annotated[Path, typer.Option(help="The queries.jsonl of benchmarks.retrieval.")],
) -> None:
    """Recall of clusters learnt from real vectors, for real questions, by how many of the clusters are read."""
    out = folder / "real"
    out.mkdir(parents=True, exist_ok=True)
    opened = [Index.open(each) for each in index]
    rows = np.unique(np.vstack([each.dense.vectors(np.arange(each.manifest.rows)) for each in opened]), axis=0)
    writer = VectorWriter(out, rows.shape[1], exact_up_to=0)
    writer.add(rows)
    writer.close()
    dense = open_vectors({path.name: path for path in out.iterdir()})
    lines = queries.read_text().splitlines()
    texts = [json.loads(line)["query"] for line in lines[:: max(len(lines) // QUERIES, 1)]]
    asked = list(Encoder().encode(texts))
    clusters = max(int(clustered.CLUSTERS_PER_ROOT * len(rows) ** 0.5), 1)
    for share in (clustered.PROBED, *SHARES):
        with patch.multiple(clustered, PROBED=share, EXACT_FILTERED_UP_TO=0):
            recall = _recall(dense, asked)
        probed = max(round(share * clusters), 1)
        row = {"vectors": len(rows), "queries": len(asked), "clusters": clusters, "read": probed, "recall@10": recall}
        typer.echo(json.dumps(row))


@app.command()
def plot(folder: Folder, file: Annotated[Path, typer.Argument(help="The picture, .svg or .png.")]) -> None:
    """Draw how memory, time and latency grow, and print the tables."""
    import matplotlib.pyplot as plt

    builds, searches = (_rows(folder / name) for name in (BUILDS, SEARCHES))
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
    drawn: tuple[tuple[list[dict[str, Any]], str, Sequence[str]], ...] = (
        (builds, "memory of a build (MB)", ("peak MB", "MB on disk")),
        (builds, "time of a build (s)", ("seconds", "CPU seconds")),
        (searches, "a query (ms)", ("p50 ms", "p95 ms", "p50 CPU ms", "dense ms")),
    )
    for axis, (rows, title, columns) in zip(axes, drawn, strict=True):
        for column in columns:
            axis.plot([row["passages"] for row in rows], [row[column] for row in rows], marker="o", label=column)
        axis.set(title=title, xlabel="passages", xscale="log", yscale="log")
        axis.legend(fontsize="small")
        axis.grid(alpha=0.3)
    plt.rcParams["svg.hashsalt"] = "medrag"
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
    for rows in (builds, searches):
        typer.echo(_table(rows) + "\n")


class StandIn(Encoder):
    """Real vectors with noise in the place of an encoder's; queries take the real encoder's time all the same."""

    def __init__(self, like: Path) -> None:
        super().__init__()
        index = Index.open(like)
        self._base = index.dense.vectors(np.arange(index.manifest.rows))
        self._draw = np.random.default_rng(1)
        self.of_query: dict[str, NDArray[np.float32]] = {}

    @cached_property
    def hash(self) -> str:
        """Not the real encoder's: its indexes do not open with that one."""
        return "made-up"

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._base.shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors near real ones, or for the queries in ``of_query`` those."""
        if texts[0] in self.of_query:
            super().encode(texts)
            return np.stack([self.of_query[text] for text in texts])
        if self.of_query:
            return super().encode(texts)
        return noisy(self._base[self._draw.integers(len(self._base), size=len(texts))], self._draw)


def noisy(vectors: NDArray[np.float32], draw: np.random.Generator) -> NDArray[np.float32]:
    """Unit vectors whose cosine with ``vectors`` is about COSINE."""
    noise = draw.normal(size=vectors.shape)
    noise *= np.tan(np.arccos(COSINE)) / np.linalg.norm(noise, axis=1, keepdims=True)
    made = vectors + noise
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def _apart(command: str, folder: Path, like: Path, size: str) -> None:
    """Run a command on one size in a process of its own, so that its peak of memory is its own."""
    arguments = [command, str(folder), "--like", str(like), "--size", size]
    subprocess.run([sys.executable, "-m", "benchmarks.scale", *arguments], check=True)


def _passages(size: int) -> Iterator[list[Passage]]:
    draw = np.random.default_rng(2)
    shares = 1 / (MANDELBROT + np.arange(VOCABULARY))
    bounds = np.cumsum(shares / shares.sum())
    for start in range(0, size, BATCH):
        count = min(BATCH, size - start)
        words = np.searchsorted(bounds, draw.random((count, WORDS)))
        yield [
            Passage(
                id=f"d{start + row}#text",
                doc_id=f"d{start + row}",
                title=f"Guideline {start + row}",
                text=" ".join(f"w{word}" for word in words[row]),
                sentences=(),
                status="current" if draw.random() > 0.05 else "superseded",
                year=int(draw.integers(1990, 2026)),
            )
            for row in range(count)
        ]


def _queries(index: Index) -> list[tuple[str, NDArray[np.float32]]]:
    draw = np.random.default_rng(3)
    rows = draw.integers(index.manifest.rows, size=QUERIES)
    vectors = noisy(index.dense.vectors(rows), draw)
    texts = [" ".join(index.passages[row].text.split()[:QUERY_WORDS]) for row in rows]
    return list(zip(texts, vectors, strict=True))


def _recall(dense: Dense, vectors: Sequence[NDArray[np.float32]]) -> float:
    """The share of the ten nearest that a search finds."""
    allowed = np.ones(len(dense), dtype=np.bool_)
    found = [set(dense.search(vector, K, allowed)[0]) for vector in vectors]
    shared = [len(here & there) for here, there in zip(found, _nearest(dense, np.stack(vectors)), strict=True)]
    return round(sum(shared) / (K * len(shared)), 4)


def _nearest(dense: Dense, queries: NDArray[np.float32]) -> list[set[int]]:
    """The ten nearest rows to each query, by comparing it with all."""
    best: list[NDArray[Any]] = [np.empty((0, 2))] * len(queries)
    for start in range(0, len(dense), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(dense)))
        for query, cosines in enumerate(queries @ dense.vectors(rows).T):
            both = np.vstack([best[query], np.column_stack([rows, cosines])])
            best[query] = both[np.argsort(-both[:, 1], kind="stable")[:K]]
    return [set(each[:, 0].astype(int)) for each in best]


def _dense_ms(index: Index, vectors: Sequence[NDArray[np.float32]]) -> float:
    """The median time of the dense side alone, for the hundred that a query asks for."""
    allowed = index.passages.allowed(Filters())
    return round(float(np.median(_timed(lambda vector: index.dense.search(vector, 100, allowed), vectors)[0])), 1)


def _latency(retriever: Retriever, texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of the clock and of the processor for each query: encoded, searched on both sides, fused."""
    return _timed(lambda text: retriever.nearest(text, k=K), texts)


def _timed(call: Callable[[Any], object], arguments: Sequence[Any]) -> tuple[list[float], list[float]]:
    wall, cpu = [], []
    for argument in arguments:
        clock, used = time.perf_counter(), time.process_time()
        call(argument)
        wall.append(1000 * (time.perf_counter() - clock))
        cpu.append(1000 * (time.process_time() - used))
    return wall, cpu


def _throughput(retriever: Retriever, texts: Sequence[str], callers: int) -> float:
    clock = time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(lambda text: retriever.nearest(text, k=K), texts))
    return round(len(texts) / (time.perf_counter() - clock), 1)


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _keep(path: Path, row: dict[str, Any]) -> None:
    line = json.dumps(row)
    with path.open("a") as file:
        file.write(line + "\n")
    typer.echo(f"{line} (load {os.getloadavg()[0]:.1f})")


def _rows(path: Path) -> list[dict[str, Any]]:
    """The last figures of each size, smallest first."""
    rows = {row["passages"]: row for row in map(json.loads, path.read_text().splitlines())}
    return [rows[size] for size in sorted(rows)]


def _table(rows: Sequence[dict[str, Any]]) -> str:
    lines = [" | ".join(rows[0]), "|".join("---" for _ in rows[0])]
    lines += [
        " | ".join(f"{value:,}" if isinstance(value, int) else str(value) for value in row.values()) for row in rows
    ]
    return "\n".join(f"| {line} |" for line in lines)


if __name__ == "__main__":
    app()
