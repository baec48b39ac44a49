"""Clinical facts as data: one vocabulary, rules over it, where each is from, and how to add to them.

``load()`` reads ``terms/`` (the vocabulary) and ``rules/`` (by kind and body system), and a user's directory of the
same layout, checks them against :mod:`~medrag.knowledge.vocabulary` and :mod:`~medrag.knowledge.schema`, resolves
every name in every rule, and hashes what was read.
"""

from __future__ import annotations

from medrag.knowledge.base import Knowledge
from medrag.knowledge.facts import Cited
from medrag.knowledge.names import Meaning, Name
from medrag.knowledge.reader import load

__all__ = ["Cited", "Knowledge", "Meaning", "Name", "load"]
