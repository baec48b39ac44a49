"""Whether the reader accounts for all of a statement: what it could not read, no check has looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from medrag.reading.advice.accounting import Gap, Unread, beyond_plain, gaps
from medrag.reading.advice.acts import Clause
from medrag.reading.languages import pattern
from medrag.reading.matcher import Token
from medrag.safety.check_context import Context, ingredients_of, not_assessed
from medrag.safety.checks.care.against import NOT_GIVEN, speaks_against, taken
from medrag.safety.checks.care.aims import within_bounds
from medrag.safety.checks.care.exposure import forbids
from medrag.safety.checks.care.undone import meets
from medrag.types import Finding

NAMED = 5
"""Words that are named; further ones are left out."""
LET_BE = 1
"""Words outside the plain list that a statement may hold beside a drug."""


def unread(context: Context) -> Iterable[Finding]:
    """One finding for each kind of gap in the reading of the statement."""
    text = context.statement.text
    for gap in gaps(text, context.read, context.knowledge):
        yield _finding(gap)
    if meant := tuple(dict.fromkeys(_by_purpose(context))):
        yield _finding(Gap(Unread.TREATMENT, meant))
    if not context.statement.citations and (words := tuple(_open(text, context))):
        yield _finding(Gap(Unread.MEANING, tuple(dict.fromkeys(words))))
    if context.read or context.advised or context.stopped_before:
        return
    unnamed = None if _spoken_of(text, context) else pattern("advice", "unnamed").search(text)
    if found := unnamed or pattern("advice", "unnamed_ended").search(text):
        yield _finding(Gap(Unread.TREATMENT, (found[0],)))


def _by_purpose(context: Context) -> Iterator[str]:
    """The treatments given that are named by what they are for, where neither the advice nor the record names one."""
    patient, knowledge = context.patient, context.knowledge
    taken = [drug.prescription for drug in patient.drugs] if patient else []
    named = {
        name for each in (*context.around, *context.read, *context.advised, *taken) for name in each.mention.ingredients
    }
    for each in context.recommended:
        group = each.mention.drug_class
        if group and knowledge.by_purpose(group) and knowledge.members[group].isdisjoint(named):
            yield each.mention.text


def _open(text: str, context: Context) -> Iterator[str]:
    """The words that may say more of a treatment than the checks read.

    One word more is let be where a drug is named, unless it is taken and its end would do harm. A dose raised to none
    that is named, an act on nothing that is known, and a text that neither names a drug nor only checks are open
    whatever their words.
    """
    found = beyond_plain(text, context.read, context.knowledge)
    open_ = [
        clause
        for clause in context.clauses
        if not (_accounted(clause, context) and not _within(clause, found)) and not _seen_to(clause, context)
    ]
    words = [word.text for clause in open_ for word in _within(clause, found)]
    if len(words) > (LET_BE if context.read and not _may_end(context) else 0):
        yield from words
    raised = pattern("plain", "raising").search(text)
    if raised and context.read and not any(each.doses for each in context.read):
        yield raised[0]
    yield from _unexplained(context)
    yield from (clause.words for clause in open_ if not _accounted(clause, context))


def _may_end(context: Context) -> bool:
    """Whether a drug is named without a dose that the patient takes and must not stop at once."""
    bare = (each for each in context.read if not each.doses and context.rules("withdrawals", each.mention))
    return any(taken(context, frozenset(ingredients_of(each, context.knowledge))) for each in bare)


def _within(clause: Clause, words: Iterable[Token]) -> list[Token]:
    return [word for word in words if clause.start <= word.start < clause.end]


def _seen_to(clause: Clause, context: Context) -> bool:
    """Whether the clause does what a rule about care asks for: gives it, forbids what harms, aims within bounds."""
    return meets(context, clause) or forbids(context, clause) or within_bounds(context, clause)


def _unexplained(context: Context) -> Iterator[str]:
    """The drugs warned against or stopped, where nothing speaks against any of them and none is given instead."""
    left = [each for each in context.read if each.mention.polarity in NOT_GIVEN and each.mention.resolved]
    if left and not context.recommended and not context.advised and not speaks_against(context, left):
        yield from (each.mention.text for each in left)


def _accounted(clause: Clause, context: Context) -> bool:
    """Whether what the clause does is done to a known drug, or is no more than a check or an aim."""
    if any(clause.start <= each.mention.start < clause.end for each in context.read):
        return True
    acts = clause.kinds - ({"delayed", "dismissed"} if pattern("plain", "checking").search(clause.words) else set())
    only = pattern("plain", "checking").search(clause.words) or pattern("acts", "aimed").search(clause.words)
    return not acts and bool(context.read or only)


def _spoken_of(text: str, context: Context) -> bool:
    """Whether a kind of treatment is named that "it" or "them" may stand for."""
    kinds = context.knowledge.words["treatments"]
    return any(word.removesuffix("s") in kinds for word in re.findall(r"[a-z]+", text.lower()))


def _finding(gap: Gap) -> Finding:
    if gap.kind in (Unread.SCRIPT, Unread.FRAGMENT):
        return not_assessed(f"unread.{gap.kind}")
    return not_assessed(f"unread.{gap.kind}", words=", ".join(gap.words[:NAMED]))
