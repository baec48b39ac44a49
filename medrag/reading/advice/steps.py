"""What a text says of when drugs are ended and begun, over its sentences: the steps of a plan in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from medrag.reading.dates import MONTHS
from medrag.reading.dosing.duration import DAYS
from medrag.reading.dosing.numbers import number
from medrag.reading.languages import pattern
from medrag.reading.polarity import Polarity
from medrag.reading.prescriptions import Prescription, statement_around

_said = partial(pattern, "plans")
SIGN = "§"
FAR = 240
"""Characters before a last dose without a name in which its drug is named."""
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_YEAR, _MONTH = 365.0, 30.0


@dataclass(frozen=True, slots=True)
class Moment:
    """A day as told: from now on, or of the week, the month or the year (``kind``), where it recurs."""

    kind: str
    day: float

    def until(self, later: Moment) -> float | None:
        """Days from this one to a later one, the nearest there is; None where the two are not told alike."""
        if self.kind != later.kind:
            return None
        round_ = {"week": 7.0, "month": _MONTH, "year": _YEAR}.get(self.kind)
        return (later.day - self.day) % round_ if round_ else later.day - self.day


@dataclass(frozen=True, slots=True)
class End:
    """A drug that is ended, the place in the text that says so, and the day; ``outright``: at once, by the words."""

    drug: Prescription
    place: int
    when: Moment | None
    outright: bool

    @property
    def stop(self) -> bool:
        """Whether its own name is said to be stopped."""
        return self.drug.mention.polarity is Polarity.STOPPED


def ends(text: str, read: Sequence[Prescription]) -> tuple[End, ...]:
    """Every end of a drug that ``text`` tells, in order: stops, last doses, and doses brought down to nothing."""
    return tuple(sorted(_ends(text, read), key=lambda each: each.place))


def _ends(text: str, read: Sequence[Prescription]) -> Iterator[End]:
    for each in read:
        if each.mention.polarity is Polarity.STOPPED or _ended_by_clause(text, each):
            place = each.mention.start
            yield End(each, place, moment(text, place), outright=True)
    yield from _by_pronoun(text, read)
    signs = with_signs(text, read)
    for found in _said("last dose").finditer(signs):
        named = found.start("named") if found["named"] else found.start("of")
        if drug := _drug(read, named if named >= 0 else found.start(), at=named >= 0):
            over = _said("none_more").match(signs, found.end()) is not None
            yield End(drug, found.start(), moment(text, found.start()), outright=over)
    for found in _said("ends on").finditer(signs):
        if drug := _drug(read, found.start(), at=True):
            yield End(drug, found.start(), moment(text, found.start()), outright=False)
    for found in _said("taper").finditer(signs):
        if drug := _drug(read, found.end(), at=False):
            yield End(drug, found.start(), None, outright=False)


def _by_pronoun(text: str, read: Sequence[Prescription]) -> Iterator[End]:
    """The ends of drugs that a pronoun stands for ("both were stopped"), but for a case that may come."""
    for found in _said("pronoun ends").finditer(text):
        place = found.start()
        if pattern("advice", "in_case").search(text[statement_around(text, place)[0] : place]):
            continue
        many = (found["many"] or "").lower()
        subject = topic(text, read, place)
        meant = _named_last(read, place, 2 if many == "both" else 3) if many else [subject] if subject else []
        yield from (End(each, place, moment(text, place), outright=True) for each in meant)


def _ended_by_clause(text: str, each: Prescription) -> bool:
    """Whether a drug that is warned against is ended in the same clause ("is teratogenic and must be off by then")."""
    if each.mention.polarity is not Polarity.AVOIDED:
        return False
    found = _said("put off").match(text, each.mention.end)
    return found is not None


def topic(text: str, read: Sequence[Prescription], place: int) -> Prescription | None:
    """The drug that a pronoun at ``place`` stands for: the first one named in the last statement that names any."""
    before = [each for each in read if place - FAR <= each.mention.start < place and each.mention.resolved]
    if not before:
        return None
    start, _ = statement_around(text, before[-1].mention.start)
    return next(each for each in before if each.mention.start >= start)


def _named_last(read: Sequence[Prescription], place: int, count: int) -> list[Prescription]:
    """The ``count`` drugs, each once, that are named last before ``place``."""
    before = [each for each in read if place - FAR <= each.mention.start < place and each.mention.resolved]
    names = list(dict.fromkeys(each.mention.label for each in reversed(before)))[:count]
    return [next(each for each in reversed(before) if each.mention.label == name) for name in names]


def _drug(read: Sequence[Prescription], place: int, *, at: bool) -> Prescription | None:
    """The drug named at ``place``, or else the one named last before it."""
    if at:
        return next((each for each in read if each.mention.start == place), None)
    before = [each for each in read if place - FAR <= each.mention.start < place and each.mention.resolved]
    return before[-1] if before else None


def with_signs(text: str, read: Sequence[Prescription]) -> str:
    """The text with a sign in place of every letter of a drug's name."""
    for each in read:
        start, end = each.mention.start, each.mention.end
        text = f"{text[:start]}{SIGN * (end - start)}{text[end:]}"
    return text


def moment(text: str, place: int) -> Moment | None:
    """The day that the statement around ``place`` tells: the first behind it, or else the last before."""
    start, end = statement_around(text, place)
    behind, before = _in_order(text[place:end]), _in_order(text[start:place])
    return next(iter([*behind[:1], *before[-1:]]), None)


def _in_order(text: str) -> list[Moment]:
    return [day for _, day in sorted(_days(text), key=lambda each: each[0])]


def _days(text: str) -> Iterator[tuple[int, Moment]]:
    """Where the text tells a day, and which; the day of a month before the weekday that stands beside it."""
    for kind, day in (("now", 0.0), ("tomorrow", 1.0)):
        yield from ((found.start(), Moment("now", day)) for found in _said(kind).finditer(text))
    dated = [*_said("of_month").finditer(text)]
    for found in dated:
        month = MONTHS.index((found["month"] or found["month2"])[:3].lower())
        yield found.start(), Moment("year", month * _YEAR / 12 + float(found["day"] or found["day2"]))
    if not dated:
        yield from ((found.start(), Moment("month", float(found["date"]))) for found in _said("date").finditer(text))
        for found in _said("weekday").finditer(text):
            yield found.start(), Moment("week", float(_WEEK.index(found["weekday"][:3].lower())))


def awaited(text: str, read: Sequence[Prescription]) -> tuple[Prescription, ...]:
    """The drugs of ``text`` after whose end something comes ("two weeks after X ends")."""
    places = {each.start("of") for each in _said("after its end").finditer(with_signs(text, read))}
    return tuple(each for each in read if each.mention.start in places)


def waited(text: str) -> float | None:
    """The longest span, in days, that ``text`` puts between two drugs; None where it names none."""
    spans = [
        number(found["n"]) * DAYS[found["unit"][0].lower()]
        for found in pattern("stops", "span").finditer(text)
        if _is_wait(text, found.start(), found.end())
    ]
    return max(spans, default=None)


def _is_wait(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - FAR // 3) : start]
    told = _said("waits_before").search(before) or _said("waits_after").match(text, end)
    return told is not None and _said("else_then").search(before) is None


def ahead(text: str, place: int, after: int) -> bool:
    """Whether the drug named at ``text[place:after]`` is only thought of for weeks ahead, not beside what is taken."""
    start, end = statement_around(text, place)
    thought = _said("thought of").search(text, start, place) or _said("thought of after").match(text, after)
    words = text[start:end]
    return thought is not None and _said("weeks_ahead").search(words) is not None and not _said("beside").search(words)


def gap(text: str, end: End, start: int) -> float | None:
    """Days from the end of one drug to the drug named at ``start``, by their days or a wait that stands between."""
    begun, behind = moment(text, start), _said("start_over").search(text, start)
    if begun and begun.kind == "now" and not end.outright:
        return 0.0
    told = end.when.until(begun) if end.when and begun else None
    if told or end.place >= start:
        return told
    wait = waited(text[end.place : behind.start() if behind else len(text)])
    return told if wait is None else wait
