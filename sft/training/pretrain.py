"""A causal model from nothing: its tokenizer, warm-started weights and a short course of language modelling."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sft.config import Architecture, Pretraining
from sft.training.tokenizer import MAX_SENTENCES, passage_marks, pointers, train_tokenizer
from sft.training.wiring import Layout, embed, encode_vocabulary, informative, wire

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerFast


def new_model(
    tokenizer: PreTrainedTokenizerFast, shape: Architecture, seed: int, collections: Sequence[Sequence[str]] = ()
) -> Any:
    """A Llama of this shape, float32, and wired to read (``sft.training.wiring``) where ``shape`` says so."""
    from transformers import LlamaConfig, LlamaForCausalLM, set_seed

    set_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=shape.positions,
        rope_parameters={"rope_type": "default", "rope_theta": shape.rope_theta},
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model: Any = LlamaForCausalLM(config)  # type: ignore[no-untyped-call]
    if shape.wired:
        content = encode_vocabulary(tokenizer, Layout(shape.hidden).filler)
        content = content * informative(frequencies(tokenizer, collections))[:, None]
        numbers = _ids(tokenizer, pointers())
        by_passage = [numbers[at : at + MAX_SENTENCES] for at in range(0, len(numbers), MAX_SENTENCES)]
        roles = _ids(tokenizer, [*tokenizer.all_special_tokens, "<", "Ġ<"])
        embed(model, content, by_passage, _ids(tokenizer, passage_marks()), roles)
        wire(model)
    model.generation_config.update(do_sample=False, max_new_tokens=64)
    return model


def frequencies(tokenizer: PreTrainedTokenizerFast, collections: Sequence[Sequence[str]]) -> torch.Tensor:
    """``(tokens,)``: each token's share of each collection of texts, summed over the collections."""
    import torch

    total = torch.zeros(len(tokenizer))
    for texts in collections:
        counts = torch.zeros(len(tokenizer))
        for ids in tokenizer(list(texts), add_special_tokens=False)["input_ids"]:
            counts += torch.bincount(torch.tensor(ids, dtype=torch.long), minlength=len(tokenizer))
        total += counts / counts.sum().clamp_min(1)
    return total


def _ids(tokenizer: PreTrainedTokenizerFast, tokens: Sequence[str]) -> list[int]:
    known = tokenizer.get_vocab()
    return [known[each] for each in tokens if each in known]


def blocks(tokenizer: PreTrainedTokenizerFast, texts: Iterable[str], length: int) -> Iterator[list[int]]:
    """The texts' tokens, joined by the end mark and cut to ``length``; the last, short block is dropped."""
    held: list[int] = []
    for text in texts:
        held += [*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
        while len(held) >= length:
            yield held[:length]
            held = held[length:]


def pretrain(
    collections: Sequence[Sequence[str]], shape: Architecture, plan: Pretraining, output: Path, seed: int
) -> dict[str, Any]:
    """Make tokenizer and model, save both to ``output`` and return what was measured.

    Both learn the first collection of texts; the others (rendered prompts) only count for how common a token is.
    """
    import torch
    from datasets import Dataset  # type: ignore[import-untyped]
    from transformers import DataCollatorForLanguageModeling, Trainer, TrainingArguments

    texts = collections[0]
    tokenizer = train_tokenizer(texts, shape.vocabulary, shape.positions)
    model = new_model(tokenizer, shape, seed, collections)
    shuffled = random.Random(seed).sample(texts, len(texts))  # noqa: S311
    rows = [row for row, _ in zip(blocks(tokenizer, shuffled, plan.length), range(plan.blocks), strict=False)]
    measured: dict[str, Any] = {"parameters": model.num_parameters(), "tokens": len(rows) * plan.length}
    if rows:
        arguments = TrainingArguments(
            output_dir=str(output / "checkpoints"),
            per_device_train_batch_size=plan.batch,
            num_train_epochs=1,
            learning_rate=plan.learning_rate,
            warmup_steps=20,
            lr_scheduler_type="cosine",
            weight_decay=0.05,
            adam_beta2=0.98,
            bf16=True,
            use_cpu=not torch.cuda.is_available(),
            logging_steps=10,
            save_strategy="no",
            report_to=[],
            seed=seed,
        )
        collator = DataCollatorForLanguageModeling(tokenizer, mlm=False)
        trainer = Trainer(
            model, arguments, train_dataset=Dataset.from_dict({"input_ids": rows}), data_collator=collator
        )
        result = trainer.train()
        measured |= {"loss": result.training_loss, "seconds": result.metrics["train_runtime"]}
    model.save_pretrained(output)
    tokenizer.save_pretrained(output)
    return measured
