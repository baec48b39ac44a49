"""Retrieval side by side on MedQuAD and National Guideline Clearinghouse documents: see benchmarks/retrieval/sets.py.

    python -m benchmarks.retrieval prepare ../public-data bench
    medrag index build --source jsonl bench/corpus.jsonl --out bench/index
    python -m benchmarks.retrieval run bench
    python -m benchmarks.retrieval encoding bench

Every system searches the same passages. For a tuned encoder build a second index of the same corpus with ``--encoder``
and give both to ``run`` with ``--tuned`` and ``--tuned-index``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.retrieval.sets import medquad, ngc
from benchmarks.retrieval.systems import OURS, Haystack, Search, systems
from medrag.knowledge import load
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store.index import Index
from medrag.retrieval.store.passages import searched_text

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

METRICS = ("recall@10", "mrr@10", "ndcg@10")
SAMPLES = 1000

Ranking = dict[str, dict[str, float]]


@app.command()
def prepare(
    data: Annotated[Path, typer.Argument(help="Folder with medquad/ and ngc/ archives.")],
    out: Annotated[Path, typer.Argument(help="Folder for corpus.jsonl and queries.jsonl.")],
) -> None:
    """Write the held-out documents and the queries with their documents."""
    out.mkdir(parents=True, exist_ok=True)
    asked = [*medquad(data / "medquad" / "medquad.tar.xz"), *ngc(data / "ngc" / "guidelines.tar.xz")]
    with (out / "corpus.jsonl").open("w") as corpus, (out / "queries.jsonl").open("w") as queries:
        for each in asked:
            corpus.write(json.dumps(each.document) + "\n")
            for kind, query in each.questions:
                key = each.document["id"]
                queries.write(json.dumps({"id": f"{kind}?{key}", "kind": kind, "query": query, "document": key}) + "\n")
    typer.echo(f"{len(asked):,} documents, {sum(len(each.questions) for each in asked):,} queries in {out}")


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(help="Folder that prepare wrote, with an index built in index/.")],
    limit: Annotated[int, typer.Option(help="Queries of each kind, drawn evenly.")] = 500,
    tuned: Annotated[str | None, typer.Option(help="A tuned encoder, to be compared.")] = None,
    tuned_index: Annotated[Path | None, typer.Option(help="The index of the same corpus built with it.")] = None,
) -> None:
    """Search with every system and print the tables, in Markdown."""
    hay = _haystack(folder / "index", Encoder())
    compared = systems(hay, _haystack(tuned_index, Encoder(tuned)) if tuned and tuned_index else None)
    lines = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    for kind in dict.fromkeys(line["kind"] for line in lines):
        queries = [line for line in lines if line["kind"] == kind]
        queries = queries[:: max(len(queries) // limit, 1)]
        typer.echo(f"\n### {kind}: {len(queries):,} queries, {hay.index.manifest.rows:,} passages\n")
        typer.echo(_table(queries, hay.index, compared))


def _haystack(directory: Path, encoder: Encoder) -> Haystack:
    return Haystack(Index.open(directory, encoder), encoder)


@app.command()
def encoding(
    folder: Annotated[Path, typer.Argument(help="Folder that prepare wrote, with an index built in index/.")],
    passages: Annotated[int, typer.Option(help="Passages to encode.")] = 512,
) -> None:
    """Encode passages with plain sentence-transformers and with medrag: rate, and Recall@10 among these passages.

    Rates are a second of CPU time as well as of the clock, since other work on the machine changes only the latter.
    """
    from sentence_transformers import SentenceTransformer

    encoder = Encoder(device="cpu")
    plain = SentenceTransformer(str(encoder.path), device="cpu", local_files_only=True)
    texts, queries, wanted = _sample(folder, passages)

    def torch_vectors(each: Sequence[str]) -> NDArray[np.float32]:
        return np.asarray(plain.encode(list(each), normalize_embeddings=True), dtype=np.float32)

    typer.echo("| encoder | passages/s | passages/CPU s | recall@10 |\n|---|---|---|---|")
    for name, encode in (("SentenceTransformer.encode (torch)", torch_vectors), ("medrag (OpenVINO)", encoder.encode)):
        encode(texts[:16])
        clock, cpu = time.perf_counter(), time.process_time()
        vectors = encode(texts)
        rates = len(texts) / (time.perf_counter() - clock), len(texts) / (time.process_time() - cpu)
        best = np.argsort(-(encode(queries) @ vectors.T), axis=1)[:, :10]
        recall = np.mean([bool(set(rows) & of) for rows, of in zip(best.tolist(), wanted, strict=True)])
        typer.echo(f"| {name} | {rates[0]:.1f} | {rates[1]:.1f} | {recall:.3f} |")


def _sample(folder: Path, passages: int) -> tuple[list[str], list[str], list[set[int]]]:
    """Passages drawn evenly, the queries that one of them answers, and the rows that answer each."""
    index = Index.open(folder / "index")
    drawn = [index.passages[row] for row in range(0, index.manifest.rows, max(index.manifest.rows // passages, 1))]
    rows: dict[str, set[int]] = {}
    for row, passage in enumerate(drawn):
        rows.setdefault(passage.doc_id, set()).add(row)
    lines = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    asked = [line for line in lines if line["document"] in rows]
    texts = [searched_text(passage, load()) for passage in drawn]
    return texts, [line["query"] for line in asked], [rows[line["document"]] for line in asked]


def _table(queries: Sequence[dict[str, str]], index: Index, compared: dict[str, Search]) -> str:
    from ranx import Qrels, Run, evaluate  # type: ignore[import-untyped]

    qrels = Qrels({query["id"]: {query["document"]: 1} for query in queries})
    scores: dict[str, dict[str, NDArray[np.float64]]] = {}
    for name, search in compared.items():
        ranking: Ranking = {query["id"]: _documents(index, search(query["query"])) for query in queries}
        scores[name] = evaluate(qrels, Run(ranking), list(METRICS), return_mean=False)
    rows = [
        "| system | " + " | ".join(METRICS) + " | medrag's lead in nDCG@10 |",
        "|---|" + "---|" * (len(METRICS) + 1),
    ]
    for name, of in scores.items():
        lead = "" if name == OURS else _interval(scores[OURS]["ndcg@10"] - of["ndcg@10"])
        rows.append(f"| {name} | " + " | ".join(_interval(of[metric]) for metric in METRICS) + f" | {lead} |")
    return "\n".join(rows)


def _documents(index: Index, passages: Sequence[tuple[int, float]]) -> dict[str, float]:
    """Documents by their best passage; ranks stand for scores, so that no system gains by ties."""
    ordered = dict.fromkeys(index.passages[row].doc_id for row, _ in passages)
    return {document: 1 / rank for rank, document in enumerate(ordered, start=1)}


def _interval(values: NDArray[np.float64]) -> str:
    """The mean and its 95% interval, by bootstrap over queries (of a difference: the paired one)."""
    draws = np.random.default_rng(0).choice(values, (SAMPLES, len(values))).mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975))
    return f"{values.mean():.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    app()
