"""The bundled model's own tokenizer: lower-cased byte-level BPE in which a pointer is one token.

A model this small learns to choose a sentence much sooner when it decides once per pointer, so every
``[passage.sentence]`` up to the limits below is a token of its own; anything beyond is spelt out. Digits stand
alone, and letter case is dropped: the model reads, and writes nothing but pointers and the abstention.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from medrag.generation.prompts import ABSTAIN
from medrag.generation.quoting import pointer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

MAX_PASSAGES = 10
MAX_SENTENCES = 16
PAD, BOS, EOS = "<|pad|>", "<|bos|>", "<|end|>"
ROLES = ("<|system|>", "<|user|>", "<|assistant|>")

_SPLIT = r" ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]|\s"

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}{{ '<|assistant|>' }}"
    "{% generation %}{{ message['content'] + eos_token }}{% endgeneration %}"
    "{% else %}{{ '<|' + message['role'] + '|>' + message['content'] }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def pointers() -> list[str]:
    """Every pointer that is one token, by passage and then sentence."""
    return [pointer(p, s) for p in range(1, MAX_PASSAGES + 1) for s in range(1, MAX_SENTENCES + 1)]


def passage_marks() -> list[str]:
    """The mark of every passage, ``[1]`` and on; one token each too."""
    return [f"[{p}]" for p in range(1, MAX_PASSAGES + 1)]


def train_tokenizer(texts: Iterable[str], vocabulary: int, max_length: int) -> PreTrainedTokenizerFast:
    """Byte-level BPE of ``vocabulary`` tokens from ``texts``, plus roles, pointers and the abstention."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [PAD, BOS, EOS, *ROLES]
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    whole = [AddedToken(text, normalized=False, special=False) for text in [ABSTAIN, *passage_marks(), *pointers()]]
    tokenizer.add_tokens(whole)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOS,
        additional_special_tokens=list(ROLES),
        chat_template=CHAT_TEMPLATE,
        model_max_length=max_length,
        padding_side="right",
        clean_up_tokenization_spaces=False,
    )
