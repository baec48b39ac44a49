"""Words beside a dose, or in place of one, that change how much it comes to and that nothing here sums."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from medrag.reading import Polarity, Prescription
from medrag.reading.dosing.counts import of_unsaid_strength
from medrag.reading.languages import pattern
from medrag.safety.check_context import Context, not_assessed
from medrag.safety.checks.dosing.taken import around, as_taken, behind, dosed_in_record, times_over
from medrag.types import Finding

MANY = 8
"""More tablets a day than this, of a strength that is not said, may be too many."""
_amounts = partial(pattern, "amounts")


def unsummed(context: Context, each: Prescription) -> bool:
    """Whether the sentence around the name, up to the names beside it, multiplies, adds to or repeats what is given."""
    left, right = around(context, each)
    said = f"{left}{each.mention.text}{right}"
    taken = any(set(each.mention.ingredients) & set(drug.prescription.mention.ingredients) for drug in context.current)
    if _amounts("unsummed").search(said) and not _amounts("summed").search(said):
        return True
    multiplied = each in context.recommended and times_over(context, each)
    return bool(multiplied or _amounts("manifold").search(said) or (taken and _amounts("added").search(said)))


def of_unknown_amount(context: Context) -> Iterator[Finding]:
    """Not assessed: an amount in a measure of which nothing says what it holds, or so many times an unknown dose.

    "Twice what she takes of X" only mentions X, and gives it all the same.
    """
    for each in context.read:
        mentioned = each.mention.polarity is Polarity.MENTIONED
        if each.doses or each.local or not each.mention.resolved or not (each.recommended or mentioned):
            continue
        left, right = around(context, each)
        said = f"{left}{each.mention.text}{right}"
        if times_over(context, each) and (mentioned or dosed_in_record(context, each) is None):
            yield not_assessed("dose.unsummed", (each.mention.label,), drug=each.mention.label)
        elif each.recommended and (_amounts("measure").search(said) or _many(context, each, left)):
            yield not_assessed("dose.no_strength", (each.mention.label,), drug=each.mention.label)


def _many(context: Context, each: Prescription, left: str) -> bool:
    many = of_unsaid_strength(left, behind(context, each).split(". ")[0]) > MANY
    return many and not as_taken(context, each).doses
