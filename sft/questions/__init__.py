"""Questions as clinicians type them, written by hand over guidelines, with the sentences that answer each.

``written.jsonl`` is of documents that may be trained on, ``held.jsonl`` of those that may
not (``medrag.datasets.splits``).
Gold is a document and hashes of its sentences, so that no guideline's words stand here.
"""

from pathlib import Path

WRITTEN, HELD = (Path(__file__).parent / name for name in ("written.jsonl", "held.jsonl"))
