"""What the words around a mention say of it: denied, suspected, past, a relative's, planned, stopped, an allergy.

After ConText (Chapman, Chu and Dowling 2007): a cue reaches in its direction to the end of its item, list or sentence,
or to words that end it. Cues, reaches and what ends them are data (``languages/en/cues.yaml``, ``context.yaml``).
"""

from medrag.reading.context.judging import Context
from medrag.reading.context.predicates import together

__all__ = ["Context", "together"]
