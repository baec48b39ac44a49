"""Drug facts as data: what the safety checks know, where from, and how to add to it.

``load()`` reads the files of ``data/`` (and of a user's directory of the same layout), checks them against
:mod:`medrag.knowledge.schema`, resolves every name in every rule, and hashes what was read.
"""

from __future__ import annotations

from medrag.knowledge.base import Knowledge, Name
from medrag.knowledge.reader import load

__all__ = ["Knowledge", "Name", "load"]
