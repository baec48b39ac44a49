"""Questions as clinicians type them, written by hand over guidelines, with the sentences that answer each.

``written.jsonl`` is of documents that may be trained on, ``held.jsonl`` of those that may
not (``medrag.datasets.splits``). ``curated.jsonl`` is of all starter guidelines, by a curator of each, unsorted and
with the patient in the question's words: the order of sentences is fitted on those of the former documents.
Gold is a document and hashes of its sentences, so that no guideline's words stand here.
"""

from pathlib import Path

WRITTEN, HELD, CURATED = (Path(__file__).parent / f"{name}.jsonl" for name in ("written", "held", "curated"))
