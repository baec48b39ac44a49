"""Where a statement's claims part from those of what it cites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from medrag.reading import Prescription
from medrag.safety.check_context import ingredients_of
from medrag.safety.checks.support.claims import Claims, opposites
from medrag.safety.checks.support.denials import Denial
from medrag.safety.checks.support.limits import Case
from medrag.safety.checks.support.order import reordered
from medrag.safety.checks.support.pairing import exchanged
from medrag.safety.checks.support.quantities import Quantity
from medrag.safety.checks.support.wording import compared

ADDED = 1
"""The most clinical words of a statement that the cited text need not have: another word for the same."""
KEPT = 0.5
"""The least share of a limit's words that the statement must have."""
OTHER = 0.4
"""The largest share of other words, of which one is clinical."""
LONG = 5
_TIMES = frozenset({"after", "befor"})
_DAY = Quantity(24.0, "hour", 24.0)
_AGED = "children adults adolescents infants older people"
_AGES = frozenset({"adult", "adolescent", "child", "older"})
_PREGNANCY, _WOMEN = frozenset({"pregnant", "breastfeeding", "planning pregnancy"}), frozenset({"women"})


def differences(claimed: Claims, cited: Sequence[Claims], titles: Claims) -> Iterator[tuple[str, str]]:
    """The code of a finding and what it is about, for each difference."""
    yield from _added(claimed, cited, titles)
    for each in cited:
        yield from _dropped(claimed, each, titles)
    yield from _turned(claimed, cited)
    yield from _opposed(claimed, cited)
    yield from _firmer(claimed, cited)
    yield from _joined(claimed, cited)
    yield from reordered(claimed, cited)
    yield from exchanged(claimed, cited)


def _added(claimed: Claims, cited: Sequence[Claims], titles: Claims) -> Iterator[tuple[str, str]]:
    known = [each for one in cited for each in (*one.quantities, *one.often_numbers, *one.in_names)]
    for quantity in claimed.quantities:
        if not any(_stands(quantity, each) for each in known):
            yield "support.number", str(quantity)
    for part in ("groups", "frequencies", "routes", "counts", "pairs"):
        there = frozenset[object]().union(*(getattr(one, part) for one in (*cited, titles)))
        there |= {1.0} if part == "frequencies" and any(_is_among(_DAY, one.quantities) for one in cited) else set()
        if new := getattr(claimed, part) - there - (_WOMEN if there & _PREGNANCY else frozenset()):
            yield "support.added", ", ".join(sorted(str(each) for each in new))
    words = frozenset[str]().union(titles.words, *(one.words for one in cited))
    names = frozenset[str]().union(*(one.conditions for one in (*cited, titles)))
    for condition in claimed.conditions - names:
        if words.isdisjoint(compared(condition)) and not claimed.is_one_of(condition, names):
            yield "support.added", condition
    if strange := _strange(claimed, words.union(*(one.all_words for one in cited))):
        yield "support.added", ", ".join(sorted(strange))
    for reason in claimed.reasons:
        if not any(one.reasons for one in cited) and _share(reason, words) < KEPT:
            yield "support.added", " ".join(sorted(reason))


def _strange(claimed: Claims, words: frozenset[str]) -> frozenset[str]:
    """The clinical words that are none of the ``words``, if they are too many."""
    new = frozenset(each for each in claimed.clinical - words if not _begins(each, words))
    many = len(new) > ADDED or len(claimed.words - words) > OTHER * len(claimed.words)
    return new if many else frozenset()


def _begins(stem: str, words: frozenset[str]) -> bool:
    """Whether it begins one of the words, or one of them it: "infarct", "infarction"."""
    return any(min(len(stem), len(each)) >= LONG and (stem.startswith(each) or each.startswith(stem)) for each in words)


def _stands(quantity: Quantity, other: Quantity) -> bool:
    return quantity.same(other) and quantity.side == other.side


def _dropped(claimed: Claims, cited: Claims, titles: Claims) -> Iterator[tuple[str, str]]:
    gone = cited.groups - claimed.groups - titles.groups - claimed.words
    gone -= _WOMEN if claimed.groups & _PREGNANCY else frozenset()
    aged = any(number.unit == "month" and _is_among(number, claimed.quantities) for number in cited.quantities)
    gone -= _AGES if aged or claimed.groups & cited.groups & _AGES else frozenset()
    if gone - _spared(claimed, cited, titles):
        yield "support.dropped", ", ".join(sorted(gone))
    if {each for each in cited.counts if each.endswith("of")} - claimed.counts:
        yield "support.dropped", ", ".join(sorted(cited.counts))
    for limit in cited.limits:
        if limit.limited and _share(limit.limited, claimed.all_words) < KEPT:
            continue
        if limit.numbers and not any(_is_among(each, claimed.quantities) for each in limit.numbers):
            continue
        lost = [list(_lost(case, claimed, titles)) for case in limit.cases]
        if all(lost):
            yield from lost[0]


def _spared(claimed: Claims, cited: Claims, titles: Claims) -> frozenset[str]:
    """The groups of cases beside which the statement has taken another: "older people or people with angina"."""
    choices = [limit.cases for limit in cited.limits if len(limit.cases) > 1]
    kept = [[case for case in cases if case.words and not any(_lost(case, claimed, titles))] for cases in choices]
    groups = [case.groups for cases, held in zip(choices, kept, strict=True) if held for case in cases]
    return frozenset[str]().union(*groups)


def _lost(case: Case, claimed: Claims, titles: Claims) -> Iterator[tuple[str, str]]:
    aged = any(each.unit == "month" and _is_among(each, claimed.quantities) for each in case.quantities)
    told = titles.words | (compared(_AGED) if aged or case.groups & claimed.groups & _AGES else frozenset())
    for part in case.parts:
        wanted = part - told - claimed.measured - _TIMES
        if wanted and _share(wanted, claimed.words) < KEPT:
            yield "support.dropped", " ".join(sorted(wanted))
    if case.drugs - claimed.labels and not case.drugs & claimed.labels:
        yield "support.dropped", ", ".join(sorted(case.drugs))
    for number in case.quantities:
        if not _is_among(number, claimed.quantities):
            yield "support.dropped", str(number)


def _is_among(number: Quantity, others: Sequence[Quantity]) -> bool:
    return any(number.same(each) for each in others)


def _turned(claimed: Claims, cited: Sequence[Claims]) -> Iterator[tuple[str, str]]:
    for ones, others in (([claimed], cited), (cited, [claimed])):
        there = [each for other in others for each in other.denials]
        for denial in (each for one in ones for each in one.denials):
            spoken = any(_speaks(other, denial) for other in others)
            if spoken and not any(denial.same(each) for each in there):
                yield "support.turned", " ".join(sorted(denial.about))


def _speaks(claims: Claims, denial: Denial) -> bool:
    kept = not denial.excepted or _share(denial.excepted, claims.all_words) >= KEPT
    return kept and _share(denial.about, claims.words) >= KEPT


def _share(words: frozenset[str], within: frozenset[str]) -> float:
    held = sum(each in within or _begins(each, within) for each in words)
    return held / len(words) if words else 0.0


def _firmer(claimed: Claims, cited: Sequence[Claims]) -> Iterator[tuple[str, str]]:
    """Where it says without reserve what they leave open; "usually" says less of that than "may"."""
    said = [
        each for one in cited for each in one.hedges if not each.clause or _share(each.clause, claimed.words) >= KEPT
    ]
    kept = claimed.hedges if all(each.soft for each in said) else [each for each in claimed.hedges if not each.soft]
    hedges = {each.word for each in said}
    open_ = [each for each in said if not each.soft]
    firm = any(_share(each.clause, clause) >= KEPT for clause in claimed.firm for each in open_ if each.clause)
    if hedges and (firm or not kept):
        yield "support.firmer", ", ".join(sorted(hedges))


def _joined(claimed: Claims, cited: Sequence[Claims]) -> Iterator[tuple[str, str]]:
    """Sentences that speak of other drugs alone."""
    for one in cited:
        other = not _shared(claimed, one.drugs) or (len(cited) > 1 and not _shared(claimed, one.drugs[:1]))
        if claimed.labels and one.labels and other:
            yield "support.joined", ", ".join(sorted(one.labels))


def _shared(claimed: Claims, drugs: Sequence[Prescription]) -> bool:
    """Whether it names one of the drugs, or for a class another that has some of the same."""
    known = claimed.knowledge
    classes = (ingredients_of(each, known) for each in claimed.drugs if each.mention.drug_class)
    ours = frozenset[str]().union(*classes)
    return any(
        each.mention.label in claimed.labels or (each.mention.drug_class and ours & ingredients_of(each, known))
        for each in drugs
    )


def _opposed(claimed: Claims, cited: Sequence[Claims]) -> Iterator[tuple[str, str]]:
    here, there = claimed.contrasts, frozenset[str]().union(*(one.contrasts for one in cited))
    for one, other in opposites():
        if one in here and other in there and one not in there and other not in here:
            yield "support.turned", f"{one}, {other}"
