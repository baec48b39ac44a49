"""The checks, one file each; every one takes a context and yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from medrag.safety.check_context import Context
from medrag.safety.checks.accounted import unread
from medrag.safety.checks.age import age
from medrag.safety.checks.allergy import allergy
from medrag.safety.checks.care.aims import aims
from medrag.safety.checks.care.exposure import exposure
from medrag.safety.checks.care.going_on import going_on
from medrag.safety.checks.care.restarting import restart
from medrag.safety.checks.care.undone import undone
from medrag.safety.checks.contraindication import contraindication
from medrag.safety.checks.dosing.criteria import criteria
from medrag.safety.checks.dosing.dose import dose
from medrag.safety.checks.dosing.opioids import opioids
from medrag.safety.checks.dosing.route import route
from medrag.safety.checks.dosing.schedule import schedule
from medrag.safety.checks.genome.pharmacogenomics import pharmacogenomics
from medrag.safety.checks.hepatic import hepatic
from medrag.safety.checks.pairs.duplication import duplication
from medrag.safety.checks.pairs.interaction import interaction
from medrag.safety.checks.population import population
from medrag.safety.checks.pregnancy import pregnancy
from medrag.safety.checks.qt import qt
from medrag.safety.checks.renal import renal
from medrag.safety.checks.stopping.washout import washout
from medrag.safety.checks.stopping.withdrawal import withdrawal
from medrag.safety.checks.superseded import superseded
from medrag.safety.checks.support import support
from medrag.safety.checks.unknown import unknown
from medrag.types import Finding, Lost

Check = Callable[[Context], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    unread,
    unknown,
    support,
    superseded,
    population,
    allergy,
    contraindication,
    interaction,
    washout,
    withdrawal,
    undone,
    going_on,
    aims,
    exposure,
    restart,
    renal,
    hepatic,
    dose,
    route,
    schedule,
    criteria,
    opioids,
    pregnancy,
    age,
    pharmacogenomics,
    duplication,
    qt,
)

LOOKS_AT: Mapping[str, frozenset[Lost]] = {
    "allergy": frozenset({"allergies"}),
    "contraindication": frozenset({"conditions"}),
    "criteria": frozenset({"observations", "conditions"}),
    "duplication": frozenset({"medications"}),
    "hepatic": frozenset({"observations", "conditions"}),
    "interaction": frozenset({"medications"}),
    "opioids": frozenset({"medications"}),
    "pharmacogenomics": frozenset({"genotypes"}),
    "qt": frozenset({"medications", "observations"}),
    "renal": frozenset({"observations"}),
    "washout": frozenset({"medications"}),
    "withdrawal": frozenset({"medications"}),
}
"""The lists of the patient that a check judges by: where an entry of one could not be read, it cannot pass."""
