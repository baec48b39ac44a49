"""Retrieval side by side on held-out MedQuAD and National Guideline Clearinghouse documents.

    python -m eval.bench_retrieval prepare ../shared/data bench
    medrag index build --source jsonl bench/corpus.jsonl --out bench/index
    python -m eval.bench_retrieval run bench
    python -m eval.bench_retrieval encoding bench

Held out is every document whose sha1(file name) ends in 0 or 1. A MedQuAD query is a question, and its document the
one answer to it (titled with its subject, as are the answers to other questions on that subject); the question itself
is not indexed. A guideline's query is its stated objective, which is not indexed either. Every system searches the
same passages.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import tarfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated
from xml.etree import ElementTree

import numpy as np
import typer
from numpy.typing import NDArray

from medrag.retrieval.encoder import Encoder
from medrag.retrieval.passages import searched_text
from medrag.retrieval.retriever import DENSE_WEIGHT, Retriever
from medrag.retrieval.store import Index
from medrag.types import Filters

app = typer.Typer(no_args_is_help=True, help=__doc__)

METRICS = ("recall@10", "mrr@10", "ndcg@10")
DEPTH = 100
SAMPLES = 1000
# MedRAG's published fusion: reciprocal ranks, with this constant added to the rank.
RRF_CONSTANT = 100
OURS = "medrag"

Ranking = dict[str, dict[str, float]]
Search = Callable[[str, NDArray[np.float32]], list[tuple[int, float]]]

_TAG = re.compile(r"<[^>]+>")
_BREAK = re.compile(r"</(?:p|div|tr|h\d)>|<br\s*/?>", re.IGNORECASE)
_NGC_TEXT = ("151", "144", "153", "152", "137")
_NGC_TITLE, _NGC_OBJECTIVE = "161", "129"


@app.command()
def prepare(
    data: Annotated[Path, typer.Argument(help="Folder with medquad/ and ngc/ archives.")],
    out: Annotated[Path, typer.Argument(help="Folder for corpus.jsonl and queries.jsonl.")],
) -> None:
    """Write the held-out documents and the queries with their documents."""
    out.mkdir(parents=True, exist_ok=True)
    documents = [*_medquad(data / "medquad" / "medquad.tar.xz"), *_ngc(data / "ngc" / "guidelines.tar.xz")]
    with (out / "corpus.jsonl").open("w") as corpus, (out / "queries.jsonl").open("w") as queries:
        for document, asked in documents:
            corpus.write(json.dumps(document) + "\n")
            for number, query in enumerate(asked):
                line = {"id": f"{document['id']}?{number}", "query": query, "document": document["id"]}
                queries.write(json.dumps(line) + "\n")
    typer.echo(f"{len(documents):,} documents, {sum(len(asked) for _, asked in documents):,} queries in {out}")


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(help="Folder that prepare wrote, with an index built in index/.")],
    limit: Annotated[int, typer.Option(help="Queries of each kind, drawn evenly.")] = 1000,
) -> None:
    """Search with every system and print the tables, in Markdown."""
    encoder = Encoder()
    index = Index.open(folder / "index", encoder)
    lines = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    for kind in ("medquad", "ngc"):
        queries = [line for line in lines if line["document"].startswith(kind)]
        queries = queries[:: max(len(queries) // limit, 1)]
        typer.echo(f"\n### {kind}: {len(queries):,} queries, {index.manifest.rows:,} passages\n")
        typer.echo(_table(queries, index, encoder))


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
    texts = [searched_text(passage) for passage in drawn]
    return texts, [line["query"] for line in asked], [rows[line["document"]] for line in asked]


def _table(queries: Sequence[dict[str, str]], index: Index, encoder: Encoder) -> str:
    from ranx import Qrels, Run, evaluate  # type: ignore[import-untyped]

    vectors = encoder.encode([query["query"] for query in queries])
    qrels = Qrels({query["id"]: {query["document"]: 1} for query in queries})
    scores: dict[str, dict[str, NDArray[np.float64]]] = {}
    for name, search in _systems(index, encoder).items():
        ranking: Ranking = {
            query["id"]: _documents(index, search(query["query"], vector))
            for query, vector in zip(queries, vectors, strict=True)
        }
        scores[name] = evaluate(qrels, Run(ranking), list(METRICS), return_mean=False)
    rows = [
        "| system | " + " | ".join(METRICS) + " | medrag's lead in nDCG@10 |",
        "|---|" + "---|" * (len(METRICS) + 1),
    ]
    for name, of in scores.items():
        lead = "" if name == OURS else _interval(scores[OURS]["ndcg@10"] - of["ndcg@10"])
        rows.append(f"| {name} | " + " | ".join(_interval(of[metric]) for metric in METRICS) + f" | {lead} |")
    return "\n".join(rows)


def _systems(index: Index, encoder: Encoder) -> dict[str, Search]:
    allowed = index.passages.allowed(Filters())

    def dense(_: str, vector: NDArray[np.float32]) -> list[tuple[int, float]]:
        rows, scores = index.dense.search(vector, DEPTH, allowed)
        return list(zip(rows.tolist(), scores.tolist(), strict=True))

    def bm25(query: str, _: NDArray[np.float32]) -> list[tuple[int, float]]:
        scores = index.lexical.scores(query)
        rows = np.argsort(-scores, kind="stable")[:DEPTH]
        return list(zip(rows.tolist(), scores[rows].tolist(), strict=True))

    def rrf(query: str, vector: NDArray[np.float32]) -> list[tuple[int, float]]:
        fused: dict[int, float] = {}
        for ranked in (bm25(query, vector), dense(query, vector)):
            for rank, (row, _) in enumerate(ranked, start=1):
                fused[row] = fused.get(row, 0) + 1 / (RRF_CONSTANT + rank)
        return sorted(fused.items(), key=lambda each: -each[1])[:DEPTH]

    systems: dict[str, Search] = {"BM25 (bm25s)": bm25, "MiniLM (FAISS)": dense, "MedRAG: RRF of both": rrf}
    for name, weight in (("medrag with equal weights", 0.5), (OURS, DENSE_WEIGHT)):
        systems[name] = _ours(Retriever(index, encoder, dense_weight=weight))
    return systems


def _ours(retriever: Retriever) -> Search:
    def search(query: str, vector: NDArray[np.float32]) -> list[tuple[int, float]]:
        return retriever.ranked(query, vector, Filters(), DEPTH)

    return search


def _documents(index: Index, passages: Sequence[tuple[int, float]]) -> dict[str, float]:
    """Documents by their best passage; ranks stand for scores, so that no system gains by ties."""
    ordered = dict.fromkeys(index.passages[row].doc_id for row, _ in passages)
    return {document: 1 / rank for rank, document in enumerate(ordered, start=1)}


def _interval(values: NDArray[np.float64]) -> str:
    """The mean and its 95% interval, by bootstrap over queries (of a difference: the paired one)."""
    draws = np.random.default_rng(0).choice(values, (SAMPLES, len(values))).mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975))
    return f"{values.mean():.3f} ({low:.3f} to {high:.3f})"


def _held_out(name: str) -> bool:
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()[-1] in "01"


def _members(archive: Path) -> Iterator[tuple[str, ElementTree.Element]]:
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.name.endswith(".xml") else None
            if content and _held_out(Path(member.name).name):
                yield member.name.removesuffix(".xml"), ElementTree.parse(content).getroot()  # noqa: S314


def _medquad(archive: Path) -> Iterator[tuple[dict[str, str], list[str]]]:
    for name, root in _members(archive):
        for number, pair in enumerate(root.iter("QAPair")):
            question = " ".join((pair.findtext("Question") or "").split())
            listed = re.sub(r"\s{2,}-\s+", "\n- ", pair.findtext("Answer") or "")
            text = "\n".join(line.strip() for line in listed.splitlines())
            if question and text.strip():
                yield (
                    {"id": f"medquad/{name}/{number}", "title": root.findtext("Focus") or "", "text": text},
                    [question],
                )


def _ngc(archive: Path) -> Iterator[tuple[dict[str, str], list[str]]]:
    for name, root in _members(archive):
        fields: dict[str, str] = {}
        for field in root.iter("Field"):
            values = (value.get("Value") or "" for value in field.iter("FieldValue"))
            fields.setdefault(field.get("FieldID") or "", "\n".join(values))
        text = "\n\n".join(_plain(fields.get(number, "")) for number in _NGC_TEXT)
        objective = " ".join(_plain(fields.get(_NGC_OBJECTIVE, "")).split())
        title = " ".join(_plain(fields.get(_NGC_TITLE, "")).split())
        if text.strip() and objective:
            yield {"id": f"ngc/{name}", "title": title, "text": text}, [objective]


def _plain(markup: str) -> str:
    listed = re.sub(r"<li[^>]*>", "\n- ", _BREAK.sub("\n\n", markup))
    lines = html.unescape(_TAG.sub(" ", listed)).splitlines()
    return "\n".join(line.strip() for line in lines)


if __name__ == "__main__":
    app()
