"""Which number, route and frequency stands by which drug, group or case, in a statement and in what it cites.

A text is cut into stretches of one fact each. Two things of a statement's stretch that never share one in what it
cites were joined wrongly where each of them has its own there: another dose stands by that drug, another drug by that
dose. And two pairs were exchanged where each has the other's half there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise, product

from medrag.reading.languages import pattern
from medrag.safety.checks.support.claims import Claims, opposites
from medrag.safety.checks.support.wording import stem

_said = partial(pattern, "claims")
_STOP = re.compile(r"[,;:()](?=\s|$)|(?<=\s)\(|\.(?=\s|$)|\n")
_LINK = re.compile(
    r"\b(?:and|or|but|with|plus|whereas|while|then|otherwise|rather than|instead of)\b"
    r"(?! (?:more|less|over|above|below|under|older|younger|higher|lower|longer)\b)"
)
_CLAUSE = re.compile(rf"{_STOP.pattern}|\b(?:if|when|unless|while|whereas|where|who|because|but)\b")
WORD = "word"
DRUG = "drug"
SPECIAL, WHOLE = 3, 0.75
"""From so many things on of which only some cited sentences tell, one of these must hold this share of them."""


@dataclass(frozen=True)
class Item:
    """A number, frequency, route, drug or word, by the ``name`` it is compared by."""

    name: str
    kind: str


@dataclass(frozen=True)
class Stretch:
    """What stands together; ``else_``: it is of all others ("otherwise 2 mg"). ``subject`` are the drugs before it that
    it is of, since it has none of its own or stands in brackets.
    """

    items: frozenset[Item]
    else_: bool = False
    subject: frozenset[Item] = frozenset()

    def of(self, kind: str) -> frozenset[Item]:
        """Its items of a kind."""
        return frozenset(each for each in self.items if like(each.kind, kind))


def like(one: str, other: str) -> bool:
    """Whether two kinds may be one: a number without a unit may have any."""
    numbers = one.startswith("#") and other.startswith("#")
    return one == other or (numbers and "#" in (one, other))


def exchanged(claimed: Claims, cited: Sequence[Claims]) -> Iterator[tuple[str, str]]:
    """Where the statement puts together what stands apart."""
    there = [stretch for each in cited for stretch in stretches(each, None)]
    known = frozenset[Item]().union(*(each.items for each in there))
    here = stretches(claimed, known)
    yield from _misplaced(here, there, known)
    yield from _swapped(here, there, known)
    yield from _contrary(here, there, known)
    yield from _mixed(claimed, cited, known)
    ours, theirs = _clauses(claimed, known), [each for one in cited for each in _clauses(one, known)]
    yield from _swapped(ours, theirs, frozenset[Item]().union(*(each.items for each in theirs)))
    yield from _partners(claimed, cited)
    yield from _crossed(claimed, cited)


def _mixed(claimed: Claims, cited: Sequence[Claims], known: frozenset[Item]) -> Iterator[tuple[str, str]]:
    """A stretch of which no cited sentence holds most of what only some of them say."""
    if len(cited) < 2:
        return
    texts = [frozenset[Item]().union(*(each.items for each in stretches(one, None))) for one in cited]
    shared = frozenset[Item].intersection(*texts)
    for stretch in stretches(claimed, known):
        special = (stretch.items & known) - shared
        if len(special) >= SPECIAL and max(len(special & each) for each in texts) < WHOLE * len(special):
            yield "support.joined", ", ".join(sorted(each.name for each in special))


def _misplaced(here: Sequence[Stretch], there: Sequence[Stretch], known: frozenset[Item]) -> Iterator[tuple[str, str]]:
    for stretch in here:
        facts = [each for each in stretch.items if each in known and each.kind not in (WORD, DRUG)]
        for fact in facts:
            for item in (each for each in stretch.items if each in known and not like(each.kind, fact.kind)):
                if _apart(item, fact, stretch, there):
                    yield "support.paired", f"{item.name}, {fact.name}"


def _apart(item: Item, fact: Item, stretch: Stretch, there: Sequence[Stretch]) -> bool:
    """Whether the two never stand together in ``there``, and each has its own."""
    of_item = [each for each in there if item in each.items]
    of_fact = [each for each in there if fact in each.items]
    if any(fact in each.items for each in of_item) or not all(each.of(fact.kind) for each in of_item):
        return False
    own = frozenset[Item]().union(*(each.items for each in of_item))
    return all(
        each.else_ or _other(item, fact, each.items - own, stretch) or _of_another(item, each, stretch)
        for each in of_fact
    )


def _of_another(item: Item, place: Stretch, stretch: Stretch) -> bool:
    subject = place.subject
    return item.kind == DRUG and bool(subject) and item not in subject and subject.isdisjoint(stretch.items)


def _other(item: Item, fact: Item, own: frozenset[Item], stretch: Stretch) -> bool:
    """Whether of ``own``, what stands by the fact alone, there is another of the item's kind; for a word, anything
    that the statement lacks there.
    """
    kinds = {each for each in own if like(each.kind, item.kind)} if item.kind != WORD else own
    telling = frozenset(each for each in kinds if not like(each.kind, fact.kind))
    drugs = frozenset(each for each in telling if each.kind == DRUG)
    return bool(telling) and (drugs or telling).isdisjoint(stretch.items)


def _swapped(here: Sequence[Stretch], there: Sequence[Stretch], known: frozenset[Item]) -> Iterator[tuple[str, str]]:
    ours, theirs = _pairs(here, known), _pairs(there, known)
    strange = [pair for pair in ours - theirs if len(pair) > 1]
    for one, other in combinations(strange, 2):
        if one & other:
            continue
        (a, x), (b, y) = tuple(one), tuple(other)
        for first, second, third, fourth in ((a, x, b, y), (a, x, y, b)):
            turned = frozenset((first, fourth)), frozenset((third, second))
            if (_alike(first, third) or _alike(second, fourth)) and all(
                each in theirs and each not in ours for each in turned
            ):
                yield "support.paired", ", ".join(sorted(each.name for each in (*one, *other)))
                return


def _alike(one: Item, other: Item) -> bool:
    return one.kind != WORD and like(one.kind, other.kind)


def _crossed(claimed: Claims, cited: Sequence[Claims]) -> Iterator[tuple[str, str]]:
    """Words that stand side by side, of which two pairs have changed partners ("low risk, high benefit")."""
    ours, theirs = _beside(claimed), frozenset[tuple[str, str]]().union(*map(_beside, cited))
    contrary = frozenset(opposites())
    for one, other in combinations(ours - theirs, 2):
        turned = frozenset({(one[0], other[1]), (other[0], one[1])})
        if (one[0], other[0]) in contrary and turned <= theirs - ours:
            yield "support.paired", ", ".join((*one, *other))


def _contrary(here: Sequence[Stretch], there: Sequence[Stretch], known: frozenset[Item]) -> Iterator[tuple[str, str]]:
    """A word beside what in the cited text always has its contrary ("high", "moderate")."""
    for one, other in ((Item(one, WORD), Item(other, WORD)) for one, other in opposites()):
        for stretch in here:
            if one not in stretch.items or one not in known or other in stretch.items:
                continue
            for item in stretch.items & known - {one}:
                places = [each.items for each in there if item in each.items]
                if places and all(other in each and one not in each for each in places):
                    yield "support.paired", f"{one.name}, {item.name}"


def _partners(claimed: Claims, cited: Sequence[Claims]) -> Iterator[tuple[str, str]]:
    """Drugs said to be given or taken together, of which one has other partners in what is cited."""
    theirs = [pair for each in cited for pair in _together(each)]
    named = frozenset[str]().union(*(each.labels for each in cited))
    for lefts, rights in _together(claimed):
        for one, other in product(lefts & named, rights & named):
            of_other = [first | second for first, second in theirs if other in first | second]
            if (
                of_other
                and not any(one in each for each in of_other)
                and all(lefts.isdisjoint(each) for each in of_other)
            ):
                yield "support.paired", f"{one}, {other}"


def _together(claims: Claims) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    stops = [0, *(each.start() for each in _STOP.finditer(claims.text)), len(claims.text)]
    for match in _said("together").finditer(claims.text):
        begin = max(each for each in stops if each <= match.start())
        end = min(each for each in stops if each >= match.end())
        left = frozenset(name for place, name in claims.placed_drugs if begin <= place < match.start())
        right = frozenset(name for place, name in claims.placed_drugs if match.end() <= place < end)
        if left and right:
            yield left, right


def _beside(claims: Claims) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(stem for _, stem in claims.placed_words))


def _pairs(places: Sequence[Stretch], known: frozenset[Item]) -> frozenset[frozenset[Item]]:
    return frozenset(frozenset(pair) for each in places for pair in combinations(each.items & known, 2))


def stretches(claims: Claims, known: frozenset[Item] | None) -> list[Stretch]:
    """The stretches of a text; its numbers as those of ``known`` that they are."""
    items = sorted(_items(claims, known), key=lambda each: each[0])
    cuts = _cuts(claims.text, items)
    found = list[Stretch]()
    before = frozenset[Item]()
    for start, stop in pairwise(cuts):
        inside = frozenset(item for place, item in items if start <= place < stop)
        drugs = frozenset(each for each in inside if each.kind == DRUG)
        bracket = claims.text.startswith("(", start)
        if inside:
            subject = before if bracket or not drugs else frozenset[Item]()
            found.append(Stretch(inside, bool(_said("else").search(claims.text, start, stop)), subject))
        before = drugs if drugs and not bracket else before
    return _merged(found)


def _cuts(text: str, items: Sequence[tuple[int, Item]]) -> list[int]:
    cuts = sorted({0, len(text), *(each.start() for each in _STOP.finditer(text))})
    for start, stop in pairwise(tuple(cuts)):
        at = start
        for link in _LINK.finditer(text, start, stop):
            before = {item.kind for place, item in items if at <= place < link.start() and item.kind.startswith("#")}
            after = {item.kind for place, item in items if link.end() <= place < stop and item.kind.startswith("#")}
            if any(like(one, other) for one in before for other in after):
                cuts.append(link.start())
                at = link.start()
    return sorted(cuts)


def _clauses(claims: Claims, known: frozenset[Item]) -> list[Stretch]:
    """What stands together in each clause, cut at the words that open a case too, with the words of giving and not."""
    items = [(place, item) for place, item in _items(claims, known) if not item.kind.startswith("#")]
    items += [(each.start(), Item(stem(each[0]), WORD)) for each in _said("act").finditer(claims.text)]
    cuts = sorted({0, len(claims.text), *(each.start() for each in _CLAUSE.finditer(claims.text))})
    found = (frozenset(item for place, item in items if start <= place < stop) for start, stop in pairwise(cuts))
    return [Stretch(each) for each in found if each]


def _merged(found: Sequence[Stretch]) -> list[Stretch]:
    """Drugs without a number go with the next stretch, of which they are the list's beginning."""
    merged, held = list[Stretch](), frozenset[Item]()
    for each in found:
        numbered = any(item.kind.startswith("#") for item in each.items)
        if not numbered and each.of(DRUG) and len(each.items) <= len(each.of(DRUG)) + 1:
            held |= each.items
            continue
        merged.append(Stretch(each.items | held, each.else_, frozenset() if held else each.subject))
        held = frozenset()
    return [*merged, Stretch(held)] if held else merged


def _items(claims: Claims, known: frozenset[Item] | None) -> Iterator[tuple[int, Item]]:
    ranked = {rank.end() - 1 for rank in _said("rank").finditer(claims.text)}
    for place, quantity in claims.placed:
        if claims.text[place:].lstrip("0123456789.").startswith("/") or place in ranked:
            continue  # of a combination's strength, "875/125 mg", or of a rank, "stage 2"
        kind = "#hour" if quantity.unit == "minute" else f"#{quantity.unit}"
        item = Item(f"{quantity.value:g} {quantity.unit} {quantity.side}", kind)
        same = {each for each in known or () if _same(each, item)}
        yield place, item if item in same or not same else min(same, key=lambda each: each.name)
    for rank in _said("rank").finditer(claims.text):
        yield rank.start(), Item(rank[0].casefold(), "rank")
    for place, often in claims.often:
        yield place, Item(f"{often} a day", "frequency")
    for place, route in claims.placed_routes:
        yield place, Item(route, "route")
    yield from ((place, Item(name, DRUG)) for place, name in claims.placed_drugs)
    yield from ((place, Item(stem, WORD)) for place, stem in claims.placed_words)


def _same(one: Item, other: Item) -> bool:
    """Whether two numbers are one, a unit left out being any."""
    return like(one.kind, other.kind) and _bare(one) == _bare(other)


def _bare(item: Item) -> tuple[str, str]:
    value, _, side = item.name.split(" ")
    return value, side
