"""A statement in free words against what it cites: it may say no more, no less and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from medrag.reading.languages import pattern
from medrag.reading.people.population import GROUPS
from medrag.safety.check_context import Context, fail, passed
from medrag.safety.checks.support.claims import Claims
from medrag.safety.checks.support.compare import differences
from medrag.safety.checks.support.denials import speaks_against
from medrag.safety.checks.support.drugs import unsupported
from medrag.safety.checks.support.wording import in_full
from medrag.safety.people.belonging import belongs
from medrag.types import Finding, Severity

SOURCE = "medrag: a statement may claim only what the passage it cites says"


def support(context: Context) -> Iterable[Finding]:
    """Fails for what the statement claims and the cited spans do not, and for the limits of theirs that it drops.

    One of several spans is enough where it says all.
    """
    citations = context.statement.citations
    if not citations:
        return
    if context.statement.text == " ".join(each.quote for each in citations):
        if context.recommended:
            yield passed("support.quoted", context.labels, SOURCE)
        return
    cited = [Claims(each.quote, context.knowledge) for each in citations]
    alone = [[each] for each in cited] if len(cited) > 1 else []
    for some in (*alone, cited):
        failed = [*_drugs(context, some), *_claims(context, some)]
        if not failed:
            yield passed("support.found", context.labels, SOURCE)
            return
    yield from failed


def _drugs(context: Context, cited: Sequence[Claims]) -> Iterator[Finding]:
    text = " ".join(each.text for each in cited)
    named = [drug for each in cited for drug in each.drugs]
    claimed = Claims(context.statement.text, context.knowledge)
    for each in context.read:
        for code, drug, values in unsupported(each, named, text, context.knowledge):
            if code == "support.against" and speaks_against(claimed, each.mention.start):
                continue  # what is denied is compared word by word
            yield fail(code, Severity.CONTRAINDICATED, SOURCE, (drug,), drug=drug, **values)


def _claims(context: Context, cited: Sequence[Claims]) -> Iterator[Finding]:
    knowledge = context.knowledge
    title = ". ".join((*(each.title for each in context.statement.citations), *_of_patient(context)))
    said = in_full(pattern("claims", "review").sub("", context.statement.text), [title, *(each.text for each in cited)])
    numbers = tuple(number for each in cited for number in each.quantities)
    claimed, titles = Claims(said, knowledge, numbers), Claims(title, knowledge)
    for code, words in differences(claimed, cited, titles):
        yield fail(code, Severity.CONTRAINDICATED, SOURCE, context.labels, words=words)


def _of_patient(context: Context) -> Iterator[str]:
    """The groups that the patient is known to be of: what is said to an adult need not say "adults"."""
    patient, text = context.patient, context.statement.text
    return (f"{each} people" for each in GROUPS if patient and belongs(patient, each, text))
