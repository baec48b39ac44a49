"""How a model answers: by choosing sentences (quote) or in words of its own (cite).

A mode owns its part of the prompt, the constraint on what may be decoded, the reader of what was decoded and the
budget of tokens. Serving, training and feedback take all of these from here.
"""

from __future__ import annotations

from medrag.generation.modes.cite import Cite
from medrag.generation.modes.mode import ABSTAIN, Draft, Grounding, Mode, Reader, pointed
from medrag.generation.modes.quote import Quote

MODES: dict[Grounding, Mode] = {"quote": Quote(), "cite": Cite()}

__all__ = ["ABSTAIN", "MODES", "Draft", "Grounding", "Mode", "Reader", "pointed"]
