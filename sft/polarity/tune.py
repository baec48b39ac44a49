"""Tunes a sentence encoder to read wordings: whether the drug whose name is hidden is given, not given or ended.

A LoRA adapter on every linear layer of MiniLM and a linear head over its unit vectors, by cross-entropy over all the
wordings in ``data``. One line in ten is held out by its hash: it sets the threshold and is what the run is measured on.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medrag.files import write_whole
from medrag.reading import Polarity
from medrag.reading.polarity import cues, polarity_of
from medrag.retrieval.encoder import Encoder
from medrag.safety.learned.wordings import HEAD, Head, hidden
from sft.polarity.fit import WORDINGS, Wording, wordings

if TYPE_CHECKING:
    import torch

ADVICE, LETTERS = WORDINGS.with_name("advice.txt"), WORDINGS.with_name("letters.txt")
FILES = (WORDINGS, ADVICE, LETTERS)
SIGNS = "+-x"
"""In the order of :data:`medrag.safety.learned.wordings.READINGS`."""
FALSE_DOUBT = 0.1
"""Share of the drugs rightly read as given by the cues, in wordings held out, that may be doubted."""
FALSE_DOUBT_PLAIN = 0.02
"""The same where no word of the text speaks against anything."""
HELD_OUT = 10
BASE = "sentence-transformers/all-MiniLM-L6-v2"
DIGITS = 4
PIECES = 20
"""Batches are of texts alike in length among this many batches' worth."""


@dataclass(frozen=True)
class Tuning:
    """What a run is made with."""

    epochs: int = 3
    batch: int = 16
    learning_rate: float = 1e-3
    head_rate: float = 3e-3
    warmup: int = 50
    rank: int = 16
    tokens: int = 160
    scale: float = 10.0
    """Of the unit vectors before the head, so that its weights need not grow large."""
    seed: int = 0
    most_steps: int | None = None


@dataclass(frozen=True)
class Hidden:
    """A wording as the encoder reads it, the index of its sign, and whether the cues read the drug as given."""

    text: str
    sign: int
    cued: bool


@dataclass(frozen=True)
class Measured:
    """On wordings held out: shares of all drugs read rightly as given or not, by cues and encoder; of those that the
    cues misread as given, and of the stops, the shares that are found; and how many drugs there are."""

    right: float
    right_by_cues: float
    misread_as_given: float
    stops: float
    drugs: int


def data_hash() -> str:
    """SHA-256 of all the wordings."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in FILES)).hexdigest()


def examples() -> tuple[list[Hidden], list[Hidden]]:
    """Every drug of the wordings to tune on, and of those held out."""
    kept: tuple[list[Hidden], list[Hidden]] = ([], [])
    for line in (line for path in FILES for line in wordings(path)):
        held = int(hashlib.sha1(line.text.encode(), usedforsecurity=False).hexdigest(), 16) % HELD_OUT == 0
        kept[held].extend(_examples(line))
    return kept


def _examples(line: Wording) -> Iterator[Hidden]:
    marks = cues(line.text, line.spans)
    for place, sign in zip(line.spans, line.signs, strict=True):
        cued = polarity_of(line.text, *place, line.spans, marks) is Polarity.RECOMMENDED
        yield Hidden(hidden(line.text, place, line.spans), SIGNS.index(sign), cued)


def tune(out: Path, tuning: Tuning, say: Callable[[str], None], limit: int | None = None) -> Measured:
    """Tune the bundled MiniLM; the adapter and the head go to ``out``. ``say`` gets a line every fifty steps.

    ``limit``: at most so many of the drugs held out are read.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModel, AutoTokenizer

    torch.manual_seed(tuning.seed)
    base = Encoder()
    train, held = examples()
    held = held[:limit]
    tokenizer = AutoTokenizer.from_pretrained(str(base.path))
    bert = AutoModel.from_pretrained(str(base.path), add_pooling_layer=False)
    layers = ["query", "key", "value", "dense"]
    model = get_peft_model(
        bert, LoraConfig(r=tuning.rank, lora_alpha=2 * tuning.rank, lora_dropout=0.05, target_modules=layers)
    )
    head = torch.nn.Linear(base.dimension, len(SIGNS))

    def logits(rows: Sequence[Hidden]) -> torch.Tensor:
        texts = [each.text for each in rows]
        read = tokenizer(texts, padding=True, truncation=True, max_length=tuning.tokens, return_tensors="pt")
        mask = read["attention_mask"][..., None].float()
        mean = (model(**read).last_hidden_state * mask).sum(1) / mask.sum(1)
        found: torch.Tensor = head(torch.nn.functional.normalize(mean, dim=1) * tuning.scale)
        return found

    _descend(model, head, logits, train, tuning, say)
    model.eval()
    with torch.no_grad():
        parts = [logits(held[i : i + tuning.batch]) for i in range(0, len(held), tuning.batch)]
    scores = torch.cat(parts).double().numpy()
    threshold, plain = (_threshold(scores, held, share) for share in (FALSE_DOUBT, FALSE_DOUBT_PLAIN))
    scale = tuning.scale
    weights, bias = (_rounded(each.detach().double().numpy()) for each in (head.weight * scale, head.bias))
    learnt = Head(
        base.hash, data_hash(), round(threshold, DIGITS), round(plain, DIGITS), tuple(bias), tuple(map(tuple, weights))
    )
    _save(model, learnt, out)
    return _measured(scores, held, threshold)


def _descend(  # noqa: PLR0913 (what a descent is made of)
    model: Any,
    head: torch.nn.Linear,
    logits: Callable[[Sequence[Hidden]], torch.Tensor],
    train: Sequence[Hidden],
    tuning: Tuning,
    say: Callable[[str], None],
) -> None:
    import torch

    weights = [each for each in model.parameters() if each.requires_grad]
    rates = (tuning.learning_rate, tuning.head_rate)
    groups = [{"params": weights, "lr": rates[0]}, {"params": [*head.parameters()], "lr": rates[1]}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    batches = list(_batches(train, tuning))[: tuning.most_steps]
    began = time.monotonic()
    model.train()
    for step, rows in enumerate(batches):
        share = min(1.0, (step + 1) / tuning.warmup) * max(0.02, 1 - step / len(batches))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * share
        loss = torch.nn.functional.cross_entropy(logits(rows), torch.tensor([each.sign for each in rows]))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        if step % 50 == 0:
            say(f"step {step} of {len(batches)}, loss {loss.item():.3f}, {time.monotonic() - began:.0f} s")


def _batches(train: Sequence[Hidden], tuning: Tuning) -> Iterator[list[Hidden]]:
    draw = random.Random(tuning.seed)  # noqa: S311 (a draw, not a secret)
    for _ in range(tuning.epochs):
        rows = list(train)
        draw.shuffle(rows)
        for start in range(0, len(rows), PIECES * tuning.batch):
            piece = sorted(rows[start : start + PIECES * tuning.batch], key=lambda each: len(each.text))
            found = [piece[i : i + tuning.batch] for i in range(0, len(piece), tuning.batch)]
            draw.shuffle(found)
            yield from found


def _save(model: Any, head: Head, out: Path) -> None:
    import torch

    for each in model.parameters():
        each.data = each.data.to(torch.float16) if each.requires_grad else each.data
    model.peft_config["default"].base_model_name_or_path = BASE
    model.save_pretrained(str(out))
    write_whole(out / HEAD, json.dumps(asdict(head), separators=(",", ":")) + "\n")


def _rounded(values: NDArray[np.float64]) -> Any:
    return values.round(DIGITS).tolist()


def _log_odds(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(scores[:, 0] - np.logaddexp(scores[:, 1], scores[:, 2]))


def _threshold(scores: NDArray[np.float64], held: Sequence[Hidden], share: float) -> float:
    rightly = [each.sign == 0 and each.cued for each in held]
    return float(np.quantile(_log_odds(scores)[rightly], share))


def _measured(scores: NDArray[np.float64], held: Sequence[Hidden], doubt: float) -> Measured:
    signs = np.array([each.sign for each in held])
    cued = np.array([each.cued for each in held])
    given = signs == 0
    doubted = _log_odds(scores) < doubt
    return Measured(
        right=float(np.mean((_log_odds(scores) > 0) == given)),
        right_by_cues=float(np.mean(cued == given)),
        misread_as_given=float(np.mean(doubted[~given & cued])),
        stops=float(np.mean(scores.argmax(1)[signs == SIGNS.index("x")] == SIGNS.index("x"))),
        drugs=len(held),
    )
