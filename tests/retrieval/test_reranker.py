from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from medrag.errors import ConfigurationError
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.reranker import Reranker
from medrag.retrieval.retriever import Retriever


@pytest.fixture(scope="module")
def reranker(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Reranker:
    """A cross-encoder with weights drawn at random: its order means nothing, but it is an order of its own."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    path = tmp_path_factory.mktemp("cross-encoder")
    torch.manual_seed(0)
    config = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, num_labels=1)
    BertForSequenceClassification(config).save_pretrained(path)
    AutoTokenizer.from_pretrained(encoder.path).save_pretrained(path)
    CrossEncoder(str(path), device="cpu").save_pretrained(str(path))
    return Reranker(path, device="cpu")


def test_the_reranker_decides_the_order(retriever: Retriever, reranker: Reranker) -> None:
    question = "first-line drugs for hypertension"
    reranking = dataclasses.replace(retriever, reranker=reranker)
    plain, again = retriever.search(question, k=20), reranking.search(question, k=20)
    assert {each.passage.id for each in again} == {each.passage.id for each in plain}
    assert [each.passage.id for each in again] != [each.passage.id for each in plain]
    assert [each.score for each in again] == sorted((each.score for each in again), reverse=True)
    assert [each.number for each in again] == list(range(1, 21))
    assert reranking.search(question, k=3) == again[:3]
    assert reranking.search("best pizza in Naples") == []


def test_one_that_does_not_load_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not load"):
        Reranker(tmp_path).scores("question", ["passage"])
