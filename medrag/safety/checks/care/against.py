"""What would speak against drugs if they were advised: why they may be left out, or must not go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from medrag.patient.view import PatientView
from medrag.reading import Polarity, Prescription
from medrag.safety.check_context import Context, ingredients_of
from medrag.safety.checks.age import age
from medrag.safety.checks.allergy import allergy
from medrag.safety.checks.contraindication import contraindication
from medrag.safety.checks.dosing.criteria import criteria
from medrag.safety.checks.hepatic import hepatic
from medrag.safety.checks.pairs.interaction import interaction
from medrag.safety.checks.pregnancy import pregnancy
from medrag.safety.checks.qt import qt
from medrag.safety.checks.renal import renal
from medrag.types import Finding, Severity, Verdict

OF_THE_PATIENT: tuple[Callable[[Context], Iterable[Finding]], ...] = (
    allergy,
    contraindication,
    criteria,
    renal,
    hepatic,
    pregnancy,
    qt,
)
NOT_GIVEN = (Polarity.AVOIDED, Polarity.STOPPED)
OF_PAIRS = (interaction, age)


def speaks_against(
    context: Context,
    drugs: Sequence[Prescription],
    patient: PatientView | None = None,
    *,
    pairs: bool = True,
    stopped: frozenset[frozenset[str]] = frozenset(),
) -> list[Finding]:
    """What would withhold ``drugs`` or warn of them, were they advised and others ``stopped``.

    With ``pairs`` beside the others taken, too.
    """
    if not drugs:
        return []
    read = tuple(replace(each, mention=replace(each.mention, polarity=Polarity.RECOMMENDED)) for each in drugs)
    seen = patient or context.patient
    given = replace(context, read=read, advised=(), stopped_before=stopped, patient=seen)
    found = [finding for check in (*OF_THE_PATIENT, *(OF_PAIRS if pairs else ())) for finding in check(given)]
    return [each for each in found if each.verdict is Verdict.FAIL and each.severity is not Severity.INFORMATION]


def taken(context: Context, group: frozenset[str]) -> tuple[Prescription, ...]:
    """The patient's drugs that are of ``group``."""
    current = context.patient.drugs if context.patient else ()
    return tuple(each.prescription for each in current if group & ingredients_of(each.prescription, context.knowledge))
