"""Whether a patient has, takes or is what a few words of a guideline name; only what is known to be so counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

from medrag.patient.applicability.ailments import umbrella
from medrag.patient.applicability.medicines import described
from medrag.patient.conditions import implied, phrases_in
from medrag.patient.view import PatientView
from medrag.patient.wording import wording
from medrag.reading import drugs
from medrag.reading.languages import pattern
from medrag.reading.mentions import ingredients_named
from medrag.reading.people.cases import ruled_out
from medrag.reading.people.population import meant_for
from medrag.reading.thresholds.states import Stated, required, telling
from medrag.safety.limits import standing
from medrag.safety.people.belonging import belongs, group_fact
from medrag.safety.people.states import alike, told_of

_said = partial(pattern, "cases")
STEM = 8
"""Letters by which an adjective is of an illness ("hypotensive")."""
LETTERS = 5
"""Of a word by which two texts name the same thing."""


@dataclass(frozen=True)
class Having:
    """What is known of the patient and of what the question says of it."""

    patient: PatientView
    question: str

    def fact(self, item: str) -> str | None:
        """What of the patient makes ``item`` true ("severe asthma", "eGFR below 30"); None where nothing does."""
        if any(ruled_out(item)):
            return None
        held = standing(f"When {item}, stop.", self.patient, self.question)
        if held is not None:
            return ", ".join(held.facts) if held.met else None
        if _said("allergy").search(item):
            return self._allergy(item)
        return self._group(item) or self._state(item) or self._condition(item) or self._drug(item) or self._words(item)

    def _allergy(self, item: str) -> str | None:
        severe = _said("severe allergy").search(item) is not None
        if not belongs(self.patient, "allergic", item) or (
            severe and belongs(self.patient, "mildly allergic", item) is not False
        ):
            return None
        return f"allergy: {', '.join(each.fact.display for each in self.patient.allergies)}"

    def _group(self, item: str) -> str | None:
        wanted = meant_for(f"In {item}, stop.")
        groups = [group for each in wanted for group in each]
        if "women" in groups or "men" in groups or "adult" in groups or not groups:
            return None
        if all(belongs(self.patient, group, item) for group in groups):
            return ", ".join(group_words(self.patient, group) for group in groups)
        return None

    @cached_property
    def _told(self) -> list[Stated]:
        return [each for each in told_of(self.question, self.patient) if each.clear]

    def _state(self, item: str) -> str | None:
        wanted = required(f"In {item}, stop.")
        told = [next(filter(None, (self._in(each, one) for one in self._told)), None) for each in wanted]
        return ", ".join(filter(None, told)) if told and all(told) else None

    def _in(self, wanted: Stated, told: Stated) -> str | None:
        same = told.axis == wanted.axis and alike(told, wanted, self.patient.knowledge)
        return ", ".join(sorted(told.states)) if same and told.states <= wanted.states else None

    def _condition(self, item: str) -> str | None:
        knowledge, concepts = self.patient.knowledge, self.patient.concepts
        named = {each.condition for each in wording(item, knowledge).affirmed} & concepts.keys()
        if len(item) >= STEM and " " not in item:
            named |= {
                name for name in concepts if knowledge.conditions[name].name[:STEM].lower() == item[:STEM].lower()
            }
        qualified = _said("qualifiers").findall(item)
        bare = {each.condition for each in wording(_said("qualifiers").sub("", item), knowledge).affirmed}
        for name in sorted(named):
            words = concepts[name].lower()
            unsaid = qualified and name in bare and not any(each.lower() in words for each in qualified)
            if not self._is_named(name, item):
                continue
            if not unsaid and (name not in self.patient.lowered or _said("past").search(item)):
                return concepts[name]
        return umbrella(item, concepts) if not qualified else None

    def _is_named(self, name: str, item: str) -> bool:
        """Whether the patient's own words are of the concept, or the item says no more than the concept's names do."""
        knowledge = self.patient.knowledge
        direct = any(each.condition == name for each in wording(self.patient.concepts[name], knowledge).affirmed)
        if direct or knowledge.conditions[name].name[:STEM].lower() == item[:STEM].lower():
            return True
        said_of = telling(" ".join((knowledge.conditions[name].name, *knowledge.conditions[name].names)))
        return telling(_said("hollow").sub(" ", item)) <= said_of

    def _drug(self, item: str) -> str | None:
        knowledge = self.patient.knowledge
        wanted: set[str] = set()
        for each in drugs(item, knowledge):
            wanted |= ingredients_named(each, knowledge) if each.resolved else set()
        wanted |= described(item, knowledge)
        taken = (
            each for each in self.patient.drugs if wanted & ingredients_named(each.prescription.mention, knowledge)
        )
        return next((each.fact.display for each in taken), None)

    def _words(self, item: str) -> str | None:
        """A procedure, or a condition that nothing else is known of, in these very words."""
        wanted = {each for each in telling(_said("hollow").sub(" ", item)) if len(each) >= LETTERS}
        record = self.patient.patient
        entries = (*(record.conditions or ()), *(record.procedures or ()))
        for entry in entries:
            if wanted and entry.current and wanted <= telling(entry.display):
                return entry.display
        return None

    def same(self, item: str, text: str) -> bool:
        """Whether ``text`` names what ``item`` does: an illness, a drug, or all of its words."""
        knowledge = self.patient.knowledge
        ill = {each.condition for each in wording(item, knowledge).affirmed}
        if ill:
            return bool(ill & {broader for each in phrases_in(text, knowledge) for broader in implied(each, knowledge)})
        wanted = frozenset(name for each in drugs(item, knowledge) for name in ingredients_named(each, knowledge))
        if wanted:
            return any(wanted & ingredients_named(each, knowledge) for each in drugs(text, knowledge))
        words = telling(_said("hollow").sub(" ", item))
        return words <= telling(text)


def group_words(patient: PatientView, group: str) -> str:
    """What of the record puts the patient in the group."""
    return group if group in ("pregnant", "breastfeeding", "allergic") else group_fact(patient, group)
