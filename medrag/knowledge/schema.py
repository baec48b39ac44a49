"""What a rule may say: one frozen model a kind of fact, each naming its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

from medrag.knowledge.facts import Fact
from medrag.knowledge.vocabulary import Terms
from medrag.types import Severity

DRUG_FIELDS = ("a", "b", "drugs", "stopped", "start", "allergens", "with_drugs", "without", "taking", "drug", "group")
"""Fields of facts that name the ingredients or classes that they are about."""
BESIDE_FIELDS = ("naive", "unless_current", "standard", "cut", "raised", "cover", "paused")
"""Fields that name ingredients or classes on which it depends whether, or as how much, a fact holds of another."""


class Rule(Fact):
    """Base of every rule that may fail: how bad, and what happens."""

    severity: Severity
    reason: str


class Interaction(Rule):
    """Any drug of ``a`` with any of ``b``; those of a rule that is ``timed`` need only be taken some hours apart.

    With ``b_daily`` the rule holds from that many milligrams a day of the drug of ``b`` on. The rest are ways out, and
    advice that takes one is only warned of (:mod:`medrag.safety.checks.pairs.ways_out`): it cuts the dose of a drug of
    ``cut``, or holds it to ``most`` mg in ``hours``; raises that of a drug of ``raised``, or gives ``least`` mg of it;
    leaves ``apart`` hours between the two; watches all of ``watched`` where all of ``provided`` is so; or gives a drug
    of ``cover`` too.
    """

    a: Terms
    b: Terms
    timed: bool = False
    b_daily: float | None = None
    cut: Terms = ()
    most: float | None = None
    hours: float = 24
    raised: Terms = ()
    least: float | None = None
    apart: float | None = None
    watched: Terms = ()
    provided: Terms = ()
    cover: Terms = ()


class Contraindication(Rule):
    """Any of ``drugs`` in a patient with any of ``conditions`` and none of ``unless``.

    It only warns where a drug of ``cover``, which meets the danger, is taken or advised, where one of ``indications``
    calls for it all the same, if it may be ``challenged`` where it is given in steps under supervision, and if it is
    not to be ``started`` where the patient takes it and the dose is not raised. With ``uses`` it is contraindicated for
    these indications alone, and with ``routes`` by these routes or where none is said: else it warns.
    """

    drugs: Terms
    conditions: Terms
    unless: Terms = ()
    cover: Terms = ()
    indications: Terms = ()
    challenged: bool = False
    started: bool = False
    uses: Terms = ()
    routes: Terms = ()


class AllergyRule(Rule):
    """An allergy to any of ``allergens`` (or to ``words`` that name no drug) bears on ``drugs``."""

    allergens: Terms = ()
    words: Terms = ()
    drugs: Terms


class DoseLimit(Fact):
    """Highest single and daily dose, in ``unit``; ``weekly`` says that the drug is given once a week.

    ``hourly`` is the fastest infusion an hour, ``fastest`` the amount an hour at which one dose may be injected, with
    ``fastest_from`` one of more than that amount.
    With ``per_kg`` the limits are per kilogram of body weight. ``ages`` is [from, to) in years. Exceeding the limit
    only warns where the patient already takes a drug of ``unless_current`` (tolerance); a limit for the ``naive`` is
    for patients alone who take no drug of that class. A limit for ``conditions`` takes the place of those for none.
    """

    drug: str
    conditions: Terms = ()
    route: str = "any"
    ages: tuple[float, float] = (0, 200)
    unit: Literal["mg", "mg elemental", "unit", "mmol", "AUC"] = "mg"
    single: float | None = None
    daily: float | None = None
    hourly: float | None = None
    fastest: float | None = None
    fastest_from: float | None = None
    per_kg: bool = False
    weekly: bool = False
    unless_current: str | None = None
    naive: str | None = None


class RenalRule(Rule):
    """Below a kidney function, ``drugs`` by any of ``routes`` are to be avoided or held under ``max_daily`` mg.

    The route "unsaid" is that of advice which names none. ``first``: the function is measured before the drug is
    started, as routine. It only warns where one of ``indications`` calls for it all the same.
    """

    drugs: Terms
    routes: Terms = ()
    metric: Literal["egfr", "crcl"]
    below: float
    max_daily: float | None = None
    first: bool = False
    indications: Terms = ()


class HepaticRule(Rule):
    """From a Child-Pugh class on, ``drugs`` are to be avoided or held under ``max_daily`` mg.

    It only warns where one of ``indications`` calls for them all the same.
    """

    drugs: Terms
    from_class: Literal["A", "B", "C"]
    max_daily: float | None = None
    indications: Terms = ()


UNSAID = "unsaid"
"""Among the routes of a rule, that of advice which names none."""


class RouteRule(Rule):
    """``drugs`` by any of ``routes`` do harm, or are not made for it; with ``conditions`` in any of them."""

    drugs: Terms
    routes: Terms
    conditions: Terms = ()


class LicensedRoute(Fact):
    """``drugs`` are given by ``routes``, whatever else is known of them; "injection" is any that a needle takes."""

    drugs: Terms
    routes: Terms


class ClosedRoute(Rule):
    """By ``routes`` nothing is given but what is known to be."""

    routes: Terms


class FormRule(Rule):
    """No drug is given by ``routes`` in ``form``."""

    form: Literal["depot", "nebulised", "swallowed", "applied"]
    routes: Terms


class Absorption(Fact):
    """``drugs`` given locally by ``routes`` act on the whole body, as far as the ``kinds`` of rules go.

    Without ``kinds`` every rule holds; ``kinds`` of "none" says that the use was reviewed and is local only.
    """

    drugs: Terms
    routes: Terms
    kinds: Terms = ()


class CriterionRule(Rule):
    """``drugs`` where at least ``least`` of the criteria ``when`` hold, above ``max_daily`` mg if it is given.

    A criterion is "age>=80", "weight<=60" (kg) or a measurement in its unit ("inr>=5"); taking any of ``with_drugs`` is
    one more. With ``conditions`` the rule is for patients with any of them, and none who takes any of ``without``;
    with ``naive`` for patients alone who take no drug of that name or class, as when it is started. It only warns
    where one of ``indications`` calls for the drug all the same.
    """

    drugs: Terms
    conditions: Terms = ()
    when: Terms = ()
    with_drugs: Terms = ()
    without: Terms = ()
    least: int = 1
    max_daily: float | None = None
    naive: str | None = None
    indications: Terms = ()


class FullDose(Rule):
    """Less of ``drugs`` than ``single`` mg at once or ``daily`` mg a day is too little in any of ``conditions``.

    Not where at least ``least`` of the criteria ``when`` hold or one ``alone``, where any of ``with_drugs`` is taken or
    advised, or with any of the conditions ``unless``.
    """

    drugs: Terms
    conditions: Terms
    single: float
    daily: float
    when: Terms = ()
    least: int = 1
    alone: Terms = ()
    with_drugs: Terms = ()
    unless: Terms = ()


class OpioidEquivalent(Fact):
    """Milligrams of oral morphine that a milligram of ``drug`` equals by ``routes`` (any, where none is named).

    ``tolerant_only``: by this route only for people who take opioids already.
    """

    drug: str
    routes: Terms = ()
    factor: float
    tolerant_only: bool = False


class Amount(Fact):
    """A number that rules hold something against, by its name; the file it stands in says of what and in which unit."""

    key: str
    amount: float


class QtRisk(Fact):
    """What adds to a patient's risk of torsades: any of ``conditions``, a sex, an age or a QTc (ms) from which on.

    A QTc with a ``sex`` holds for patients of that sex, one without for those whose sex is not known to be either.
    """

    conditions: Terms = ()
    sex: Literal["female", "male"] | None = None
    from_age: float | None = None
    qtc: float | None = None


class Trimester(Fact):
    """Weeks of gestation, [``from_week``, ``to_week``), that the name of a part of pregnancy stands for."""

    key: str
    from_week: float
    to_week: float


class LifeStageRule(Rule):
    """``drugs`` in pregnancy, while breastfeeding, or for a woman who could conceive.

    ``weeks`` is [from, to) of gestation, where the harm is bound to a part of pregnancy. ``conditions`` are the
    indications for which alone the rule holds, in the record or in the advice's own words. It only warns where one of
    ``indications`` calls for the drug all the same, so a rule that is about ``started`` drugs only for those taken.
    """

    drugs: Terms
    stage: Literal["pregnancy", "lactation", "childbearing"]
    weeks: tuple[float, float] = (0, 45)
    conditions: Terms = ()
    indications: Terms = ()
    started: bool = False


class AgeRule(Rule):
    """``drugs`` from ``from_age`` to under ``to_age`` years, with any of ``conditions`` if it names some.

    It only warns with any of ``unless``.
    """

    drugs: Terms
    from_age: float = 0
    to_age: float = 200
    conditions: Terms = ()
    unless: Terms = ()


class DuplicationRule(Rule):
    """Two different drugs of ``group`` at once.

    With ``exchanged`` a switch to one of them puts it in the place of another; not where the dose must be converted.
    """

    group: str
    exchanged: bool = True


class MonitoringRule(Fact):
    """Advice of any of ``drugs`` (beside any of ``with_drugs``, if named) should also say one of ``words``."""

    drugs: Terms
    with_drugs: Terms = ()
    stage: Literal["any", "childbearing"] = "any"
    words: Terms
    action: str
    severity: Severity = Severity.INFORMATION


class OrderCalculator(Fact):
    """A calculator that bears on orders of ``drugs``; with ``conditions`` for patients who have one of them."""

    drugs: Terms
    conditions: Terms = ()
    calculator: str


class GenotypeRule(Rule):
    """``drugs`` with any of ``results`` (diplotypes or phenotypes) of ``gene``, where a label says what CPIC does not.

    Without ``results`` the rule only says that the gene bears on the drug in a way that is not computed here. With
    ``max_daily`` it is for a dose that is above that many mg a day, or cannot be told.
    """

    drugs: Terms
    gene: str
    results: Terms = ()
    max_daily: float | None = None


class ScheduleRule(Rule):
    """``drugs`` by any of ``routes`` (all but local ones, where none is named): how often and how long at most.

    ``often`` is in doses a day. The route "unsaid" is that of advice which names none.
    """

    drugs: Terms
    routes: Terms = ()
    often: float | None = None
    days: float | None = None


class Washout(Rule):
    """``start`` within ``days`` of the last dose of ``stopped``, where the interaction outlasts it.

    Of no days: one follows the other, and advice to give both for a while is wrong.
    """

    stopped: Terms
    start: Terms
    days: float


class Withdrawal(Rule):
    """``drugs``, taken, that must not be stopped at once; with ``conditions`` only by patients with any of them.

    ``taper_days`` is the shortest taper; with ``pause`` even a gap of days does harm.
    """

    drugs: Terms
    conditions: Terms = ()
    taper_days: float = 0
    pause: bool = False


class Need(Rule):
    """Care that patients need who have any of ``conditions``, meet any of ``when`` and take any of ``taking``.

    ``names`` are words for it, ``drugs`` what gives it. With ``urgent`` even a word that all is well, or that things go
    on as they are, leaves it undone. ``stage`` "childbearing": only women who could conceive need it. To pause a drug
    of ``paused`` until an illness is over only warns.
    """

    conditions: Terms = ()
    when: Terms = ()
    taking: Terms = ()
    names: Terms = ()
    drugs: Terms = ()
    urgent: bool = False
    stage: Literal["any", "childbearing"] = "any"
    paused: Terms = ()


class Aim(Rule):
    """Between which values (``low``, ``high``) a ``measurement`` may be aimed at, in any of ``conditions``.

    ``rise`` and ``fall`` are the most by which it may change within ``hours``.
    """

    measurement: str
    conditions: Terms = ()
    low: float | None = None
    high: float | None = None
    rise: float | None = None
    fall: float | None = None
    hours: float = 24


class Exposure(Rule):
    """What patients do, eat or undergo, by its ``names``, in any of ``conditions``, ``when`` and while ``taking``.

    It does not hold in any of ``unless``.
    """

    names: Terms
    unless: Terms = ()
    conditions: Terms = ()
    when: Terms = ()
    taking: Terms = ()


class Restart(Rule):
    """``drugs`` that are not begun again at their former dose after ``days`` without them."""

    drugs: Terms
    days: float


class NoInteraction(Fact):
    """An ingredient that has no interaction which changes prescribing."""

    drug: str


class NoContraindication(Fact):
    """An ingredient that no condition contraindicates."""

    drug: str


class AgeLimit(Fact):
    """Ages in years, ``from_age`` to under ``to_age``, that a word of the rules stands for ("childbearing").

    ``widest`` is [from, to) in the widest use of the word: outside of it nobody is meant.
    """

    key: str
    from_age: float
    to_age: float
    widest: tuple[float, float] = (0, 0)

    def holds(self, age: float | None) -> bool:
        """Whether ``age`` lies within, or is not known."""
        return age is None or self.from_age <= age < self.to_age

    def stands_for(self, age: float) -> bool | None:
        """Whether the word means people of that age; None where some use it so and some do not."""
        if self.from_age <= age < self.to_age:
            return True
        return None if self.widest[0] <= age < self.widest[1] else False


@dataclass(frozen=True)
class Rules:
    """Every rule, by kind."""

    interactions: tuple[Interaction, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()
    allergies: tuple[AllergyRule, ...] = ()
    doses: tuple[DoseLimit, ...] = ()
    renal: tuple[RenalRule, ...] = ()
    hepatic: tuple[HepaticRule, ...] = ()
    life_stages: tuple[LifeStageRule, ...] = ()
    ages: tuple[AgeRule, ...] = ()
    duplications: tuple[DuplicationRule, ...] = ()
    monitoring: tuple[MonitoringRule, ...] = ()
    genotypes: tuple[GenotypeRule, ...] = ()
    schedules: tuple[ScheduleRule, ...] = ()
    washouts: tuple[Washout, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    needs: tuple[Need, ...] = ()
    aims: tuple[Aim, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    restarts: tuple[Restart, ...] = ()
    routes: tuple[RouteRule, ...] = ()
    licensed_routes: tuple[LicensedRoute, ...] = ()
    closed_routes: tuple[ClosedRoute, ...] = ()
    forms: tuple[FormRule, ...] = ()
    absorption: tuple[Absorption, ...] = ()
    criteria: tuple[CriterionRule, ...] = ()
    full_doses: tuple[FullDose, ...] = ()
    opioid_equivalents: tuple[OpioidEquivalent, ...] = ()
    no_interactions: tuple[NoInteraction, ...] = ()
    no_contraindications: tuple[NoContraindication, ...] = ()


RULES: Mapping[str, type[Any]] = {kind: get_args(held)[0] for kind, held in get_type_hints(Rules).items()}
"""Every kind of rule, and what a rule of it may say."""
