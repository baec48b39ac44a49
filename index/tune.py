"""Fine-tunes a sentence encoder on questions and the passages that answer them.

MultipleNegativesRankingLoss (Henderson et al., 2017) over in-batch negatives. Documents stay together in a batch, so
that the other answers on the same subject are among the negatives. Word embeddings are frozen: a few thousand pairs
say little about 30,000 words. The tuned weights are averaged with the original ones at the end (WiSE-FT, Wortsman et
al., 2022), which keeps what the encoder knew about questions of other kinds.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrag.datasets.splits import Split
from medrag.errors import InputError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

    from index.pairs import Pair

CONFIG, SCORES = "tuning.json", "tuning_scores.json"
METRIC = "validation_cosine_ndcg@10"


@dataclass(frozen=True)
class Tuning:
    """What a run is made with; saved beside the weights as ``tuning.json``.

    ``pairs`` is the most that are drawn from each source; ``frozen_layers`` are left as they are, from the first;
    ``kept`` is the tuned weights' share in the average.
    """

    pairs: int = 2000
    validation_pairs: int = 150
    epochs: float = 1.0
    batch_size: int = 64
    learning_rate: float = 1e-4
    frozen_layers: int = 3
    warmup: float = 0.1
    max_tokens: int = 128
    evaluations: int = 3
    patience: int = 2
    kept: float = 0.5
    bf16: bool = True
    seed: int = 0


def tune(base: Path, sources: Sequence[tuple[str, Path]], out: Path, tuning: Tuning) -> dict[str, float]:
    """Tune the encoder in ``base`` on ``sources`` (kind and path each) and save it to ``out``.

    Documents whose sha1(file name) ends in 0 or 1 are never read; those that end in 2 validate. A run that was
    interrupted goes on from its last checkpoint. Returns the validation scores before, after, and averaged.

    Raises InputError when the sources give no pairs.
    """
    from sentence_transformers import SentenceTransformer

    train = _drawn(sources, "train", tuning.pairs, tuning.seed)
    validation = _drawn(sources, "validation", tuning.validation_pairs, tuning.seed)
    if not train or not validation:
        raise InputError("The sources hold too few documents to train and validate on.", param="source")
    model = SentenceTransformer(str(base), device="cpu", local_files_only=True)
    limit, model.max_seq_length = model.max_seq_length, tuning.max_tokens
    original = {name: value.clone() for name, value in model.state_dict().items()}
    judge = _evaluator(validation)
    scores = {"original": judge(model)[METRIC]}
    _train(model, train, judge, out, tuning)
    scores["tuned"] = judge(model)[METRIC]
    _average(model, original, tuning.kept)
    scores["averaged"] = judge(model)[METRIC]
    model.max_seq_length = limit
    _save(model, out, tuning, {name: float(score) for name, score in scores.items()}, len(train))
    return scores


def _drawn(sources: Sequence[tuple[str, Path]], split: Split, limit: int, seed: int) -> list[Pair]:
    """Up to ``limit`` pairs of each source, in random order but a document's together."""
    from index.pairs import read_pairs

    documents: list[list[Pair]] = []
    draw = random.Random(seed)  # noqa: S311 - a draw, not a secret
    for kind, path in sources:
        found = read_pairs(kind, path, split, seed=seed)
        draw.shuffle(found)
        count = 0
        for pairs in found:
            if count >= limit:
                break
            documents.append(pairs)
            count += len(pairs)
    draw.shuffle(documents)
    return list(chain.from_iterable(documents))


def _evaluator(pairs: Sequence[Pair]) -> InformationRetrievalEvaluator:
    from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

    return InformationRetrievalEvaluator(
        {str(number): pair.question for number, pair in enumerate(pairs)},
        {str(number): pair.passage for number, pair in enumerate(pairs)},
        {str(number): {str(number)} for number in range(len(pairs))},
        name="validation",
        batch_size=32,
        write_csv=False,
    )


def _train(
    model: SentenceTransformer,
    pairs: Sequence[Pair],
    judge: InformationRetrievalEvaluator,
    out: Path,
    tuning: Tuning,
) -> None:
    from datasets import Dataset  # type: ignore[import-untyped]
    from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from transformers import EarlyStoppingCallback

    steps = max(round(len(pairs) / tuning.batch_size * tuning.epochs), 1)
    every = max(steps // tuning.evaluations, 1)
    checkpoints = out / "checkpoints"
    frozen = (".embeddings.", *(f".layer.{number}." for number in range(tuning.frozen_layers)))
    for name, weight in model.named_parameters():
        weight.requires_grad = not any(part in name for part in frozen)
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(checkpoints),
        max_steps=steps,
        per_device_train_batch_size=tuning.batch_size,
        learning_rate=tuning.learning_rate,
        warmup_steps=round(steps * tuning.warmup),
        bf16=tuning.bf16,
        use_cpu=True,
        seed=tuning.seed,
        batch_sampler=_in_order,
        eval_strategy="steps",
        eval_steps=every,
        save_steps=every,
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model=METRIC,
        greater_is_better=True,
        logging_steps=5,
        report_to="none",
    )
    data = {"anchor": [pair.question for pair in pairs], "positive": [pair.passage for pair in pairs]}
    trainer = SentenceTransformerTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_dict(data),
        loss=MultipleNegativesRankingLoss(model),
        evaluator=judge,
        callbacks=[EarlyStoppingCallback(tuning.patience)],
    )
    trainer.train(resume_from_checkpoint=True if any(checkpoints.glob("checkpoint-*")) else None)


def _in_order(dataset: Any, batch_size: int, drop_last: bool, **_: Any) -> Any:
    """Batches in the data's order, which is already random by document."""
    from torch.utils.data import BatchSampler, SequentialSampler

    return BatchSampler(SequentialSampler(dataset), batch_size, drop_last)


def _average(model: SentenceTransformer, original: dict[str, Any], kept: float) -> None:
    state = model.state_dict()
    model.load_state_dict(
        {
            name: value.lerp(state[name].to(value.dtype), kept) if value.is_floating_point() else value
            for name, value in original.items()
        }
    )


def _save(model: SentenceTransformer, out: Path, tuning: Tuning, scores: dict[str, float], pairs: int) -> None:
    model.save(str(out), create_model_card=False)
    (out / CONFIG).write_text(json.dumps(asdict(tuning) | {"trained_pairs": pairs}, indent=2) + "\n")
    (out / SCORES).write_text(json.dumps(scores, indent=2) + "\n")
