"""One side of an index's split by document: what may be trained on, or what is for evaluation."""

from __future__ import annotations

from dataclasses import dataclass

from medrag.datasets.splits import askable, held_out
from medrag.errors import ConfigurationError
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store.index import Index
from medrag.types import Passage

FEWEST_SENTENCES, MOST_SENTENCES = 2, 16


@dataclass(frozen=True)
class IndexSide:
    """One side of an index's split by document: the training side, or with ``held`` the one for evaluation.

    ``suffix`` turns a document's id into its file's name, by whose hash documents are split.
    """

    retriever: Retriever
    held: bool
    suffix: str = ""

    def asked(self) -> list[Passage]:
        """The passages a question can be made for; ConfigurationError when there is none."""
        index = self.retriever.index
        if not isinstance(index, Index):
            raise ConfigurationError("training examples are drawn from an index on disk, not from a Milvus collection")
        every = askable(index, self.suffix, held=self.held)
        found = [each for each in every if FEWEST_SENTENCES <= len(each.sentences) <= MOST_SENTENCES]
        if not found:
            raise ConfigurationError(
                "no passage of this index can be asked about (a section, 2 to 16 sentences, current)"
            )
        return found

    def __contains__(self, passage: Passage) -> bool:
        return held_out(passage.doc_id + self.suffix) == self.held
