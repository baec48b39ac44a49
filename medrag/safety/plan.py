"""The drugs of a whole advice in time: what it ends, what it puts in its place, and which are not taken together.

A drug is ended in so many words, by a last dose that is told or a taper to nothing, or where another is put in its
place ("change to warfarin"): that which a pronoun stands for, or the drugs taken of which one is enough beside the new
one (``rules/duplications.csv``). An ended drug that is named again, with no verb that gives it, is not advised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from medrag.knowledge import Knowledge
from medrag.patient.view import PatientView
from medrag.reading import Polarity, Prescription
from medrag.reading.advice.acts import clauses
from medrag.reading.advice.choices import one_of
from medrag.reading.advice.steps import End, ahead, awaited, ends, gap, topic
from medrag.reading.languages import pattern
from medrag.reading.mentions import ingredients_named
from medrag.reading.polarity import cues
from medrag.reading.prescriptions import statement_around
from medrag.types import Severity

Product = frozenset[str]
"""A drug as its ingredients; a class as those of all its members."""
_said = partial(pattern, "choices")
BEFORE = 90
"""Characters before a name in which the words of an exchange stand."""
NEAR = 40
A_DAY = 1.0


@dataclass(frozen=True)
class Plan:
    """``read`` are the drugs of ``text``, the whole advice; the statement judged stands at ``here`` in it."""

    text: str
    read: tuple[Prescription, ...]
    patient: PatientView | None
    knowledge: Knowledge
    here: tuple[int, int] = (0, 0)

    @cached_property
    def ended(self) -> frozenset[Product]:
        """The drugs, taken or named, that the advice ends at once elsewhere, or puts another in the place of."""
        first, last = self.here
        told = (each for each in self._ends if each.outright and not (each.stop and first <= each.place < last))
        stops = (each.drug for each in told)
        return frozenset(map(self._product, stops)) | self._exchanged

    @cached_property
    def ending(self) -> frozenset[Product]:
        """The drugs taken that the advice ends later on."""
        return frozenset(self._product(each.drug) for each in self._ends if not each.outright) & self._taken

    def apart(self, one: Prescription, other: Prescription) -> bool:
        """Whether of two drugs, neither of which the advice ends at once, one is over before the other is begun."""
        pairs = ((one, other), (other, one))
        later = any(self._over_before(*pair) or self._after_end(*pair) for pair in pairs)
        return later or self._successor(one, other) or self._in_one_choice(one, other)

    def days_between(self, ended: Iterable[str], begun: Prescription) -> float | None:
        """Days from the last dose of a drug of ``ended`` to the first one of another, where the advice tells them."""
        start, names = self._start(begun), frozenset(ended)
        over = [each for each in self._ends if names & self._product(each.drug)]
        spans = [gap(self.text, each, start.mention.start) for each in over] if start else []
        return max((each for each in spans if each is not None), default=None)

    def as_ended(self, text: str, read: Sequence[Prescription], before: frozenset[Product]) -> tuple[Prescription, ...]:
        """The drugs as read in ``text``, those as stopped that are ended, or were ``before``, and not given again."""
        over, found = {*self.ended, *before}, []
        for each in read:
            product = self._product(each)
            named = _only_named(text, each) or self._told(text, each)
            found.append(_stopped(each) if product in over and named else each)
            if each.mention.polarity is Polarity.STOPPED:
                over.add(product)
        return tuple(found)

    def _told(self, text: str, each: Prescription) -> bool:
        """Whether a drug that is taken is told of with its dose, no verb gives it, and the advice ends it later on."""
        start, product = each.mention.start, self._product(each)
        place = max(self.text.find(text), 0) + start
        if product not in self._taken or not each.recommended or _gives(text, start):
            return False
        here = (clause for clause in clauses(text) if clause.start <= start < clause.end)
        if any(not clause.kinds.isdisjoint(("goes_on", "raised")) for clause in here):
            return False
        if product in self._exchanged:
            return True
        return any(end.outright and end.place > place and self._product(end.drug) == product for end in self._ends)

    @cached_property
    def _ends(self) -> tuple[End, ...]:
        return ends(self.text, self.read)

    @cached_property
    def _exchanged(self) -> frozenset[Product]:
        return frozenset(self._replaced())

    @cached_property
    def _choices(self) -> tuple[tuple[frozenset[str], ...], ...]:
        """The lists of which one item is to be chosen, each item as the ingredients that it names."""
        named = [(each.mention.start, self._product(each)) for each in self.read]
        return tuple(
            tuple(frozenset().union(*(held for at, held in named if start <= at < end)) for start, end in items)
            for items in one_of(self.text)
        )

    @cached_property
    def _awaited(self) -> tuple[Prescription, ...]:
        return awaited(self.text, self.read)

    @cached_property
    def _taken(self) -> frozenset[Product]:
        return frozenset(self._product(each.prescription) for each in (self.patient.drugs if self.patient else ()))

    def _product(self, each: Prescription) -> Product:
        return ingredients_named(each.mention, self.knowledge)

    def _over_before(self, old: Prescription, new: Prescription) -> bool:
        """Whether the old drug, which is taken, ends later on, and the new one is taken too or begun a day after."""
        if (product := self._product(old)) not in self.ending:
            return False
        between = self.days_between(product, new)
        return self._product(new) in self._taken or (between is not None and between >= A_DAY)

    def _in_one_choice(self, one: Prescription, other: Prescription) -> bool:
        """Whether the two stand in different items of a list to choose one of, and in none together."""
        products = self._product(one), self._product(other)
        if any(product in self._taken for product in products):
            return False
        for items in self._choices:
            places = [{i for i, held in enumerate(items) if held and product <= held} for product in products]
            if all(places) and places[0].isdisjoint(places[1]):
                return True
        return False

    def _after_end(self, old: Prescription, new: Prescription) -> bool:
        """Whether the new drug is for when the old one has ended ("two weeks after X ends, Y")."""
        place = self.here[0] + new.mention.start
        if not self.text.startswith(new.mention.text, place):
            return False
        start, end = self.here
        ends = (each for each in self._awaited if start <= each.mention.start < end)
        return any(self._product(old) & self._product(each) for each in ends)

    def _successor(self, one: Prescription, other: Prescription) -> bool:
        """Whether nobody takes the two together, one needs no washout, and one is only thought of for weeks ahead."""
        if not any(map(self._is_ahead, (one, other))):
            return False
        groups = (self.knowledge.members[rule.group] for rule in self.knowledge.rules.duplications if rule.exchanged)
        products = self._product(one), self._product(other)
        alike = any(all(product <= group for product in products) for group in groups)
        return alike and not self._washed_out(one, other)

    def _washed_out(self, one: Prescription, other: Prescription) -> bool:
        """Whether days must pass between the two, or grave harm is done."""
        names = self._product(one), self._product(other)
        rules = (each for each in self.knowledge.rules.washouts if each.days > 0)
        grave = (each for each in rules if each.severity is Severity.CONTRAINDICATED)
        sides = ((self.knowledge.expand(each.stopped), self.knowledge.expand(each.start)) for each in grave)
        return any(old & a and new & b for old, new in sides for a, b in (names, names[::-1]))

    def _is_ahead(self, each: Prescription) -> bool:
        start = self._start(each)
        if start is None or start.doses or self._product(each) in self._taken:
            return False
        return ahead(self.text, start.mention.start, start.mention.end)

    def _start(self, drug: Prescription) -> Prescription | None:
        """Where the advice first gives the drug, or with a dose one that its class holds."""
        product = self._product(drug)
        given = [each for each in self.read if each.recommended and product & self._product(each)]
        dosed = (each for each in given if each.doses and self._product(each) <= product)
        return next(dosed, next(iter(given), None))

    def _replaced(self) -> Iterator[Product]:
        for place, each in enumerate(self.read):
            if not each.recommended or not each.mention.resolved:
                continue
            before = self.text[max(0, each.mention.start - BEFORE) : each.mention.start]
            after = self.text[each.mention.end : each.mention.end + BEFORE]
            new = self._product(each)
            if place and (found := _said("exchanges_it").search(before)):
                said = each.mention.start - len(before) + found.start()
                yield self._product(topic(self.text, self.read, said) or self.read[place - 1]) - new
            if place and self._in_headline(self.read[place - 1], each):
                yield self._product(self.read[place - 1]) - new
            if _said("exchanges").search(before) or _said("in_its_place").match(after):
                yield from (old for old in self._taken if old.isdisjoint(new) and self._one_is_enough(old, new))

    def _in_headline(self, old: Prescription, each: Prescription) -> bool:
        """Whether a sentence begins with the name of a drug that is taken "to" the other one, without a verb."""
        opens = statement_around(self.text, old.mention.start)[0]
        between = self.text[old.mention.end : each.mention.start]
        first = not self.text[opens : old.mention.start].strip()
        return first and self._product(old) in self._taken and _said("headline").fullmatch(between) is not None

    def _one_is_enough(self, old: Product, new: Product) -> bool:
        rules = (rule for rule in self.knowledge.rules.duplications if rule.exchanged)
        groups = (self.knowledge.members[rule.group] for rule in rules)
        return any(old <= group and not new.isdisjoint(group) for group in groups)


def stopped(read: Iterable[Prescription], knowledge: Knowledge) -> frozenset[Product]:
    """The drugs that are ended somewhere in what was read."""
    over = (each.mention for each in read if each.mention.polarity is Polarity.STOPPED)
    return frozenset(ingredients_named(each, knowledge) for each in over)


def _only_named(text: str, each: Prescription) -> bool:
    """Whether the drug is named as one that is taken, or with no dose, and no verb gives it."""
    before = text[max(0, each.mention.start - NEAR) : each.mention.start]
    if not each.recommended or (each.doses and not _said("taken_on").search(before)):
        return False
    after = text[each.mention.end : each.mention.end + NEAR]
    return not _said("given_again").search(before) and not _said("goes_on_after").match(after)


def _gives(text: str, place: int) -> bool:
    """Whether a verb in the sentence before ``place`` gives something."""
    marks = cues(text[statement_around(text, place)[0] : place])
    return any(mark.polarity is Polarity.RECOMMENDED for mark in marks)


def _stopped(each: Prescription) -> Prescription:
    return replace(each, mention=replace(each.mention, polarity=Polarity.STOPPED))
