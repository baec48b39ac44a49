"""Words beside a dose that change how much it comes to, and that nothing here sums."""

from __future__ import annotations

from medrag.reading import Prescription
from medrag.reading.languages import pattern
from medrag.reading.polarity.cues import SENTENCE_END
from medrag.safety.check_context import Context


def unsummed(context: Context, each: Prescription) -> bool:
    """Whether the sentence around the name, up to the names beside it, multiplies, adds to or repeats what is given."""
    text, mention = context.statement.text, each.mention
    others = [other.mention for other in context.read if other.mention.resolved and other.mention != mention]
    before = max((other.end for other in others if other.end <= mention.start), default=0)
    after = min((other.start for other in others if other.start >= mention.end), default=len(text))
    left = SENTENCE_END.split(text[before : mention.start])[-1]
    right = SENTENCE_END.split(text[mention.end : after])[0]
    said = f"{left}{mention.text}{right}"
    taken = any(set(mention.ingredients) & set(drug.prescription.mention.ingredients) for drug in context.current)
    repeated = pattern("manners", "unsummed").search(said) and not pattern("manners", "summed").search(said)
    changed = pattern("manners", "manifold").search(said) or (taken and pattern("manners", "added").search(said))
    return bool(repeated or changed)
