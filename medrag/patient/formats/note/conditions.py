"""From an illness in a note and what is said of it to a condition with its status."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from medrag.patient.formats.note.named import MOST_AFTER, Said
from medrag.reading.languages import language, pattern
from medrag.reading.terms import Kind, Term
from medrag.types import Condition, FactStatus

_said = partial(pattern, "conditions")

BEFORE_TREATED = 90
_GRADED = {"ascites", "hepatic encephalopathy"}
_NOT_TOLD = frozenset(
    {"plan", "instructions", "allergies", "medications", "stopped", "social", "treated", "other", "review"}
)
"""Sections in which a name that nothing is known of is mentioned in passing."""


def condition_of(said: Said) -> Condition | None:
    """The condition; None for one that is only tested for, vaccinated against or listed among allergies.

    One that nothing is known of is not current where it is mentioned in passing.
    """
    status = _condition_status(said)
    if (said.section == "allergies" and status is not FactStatus.FAMILY_HISTORY) or status is None:
        return None
    target = said.target
    if not target.known and status is FactStatus.ACTIVE and said.section in _NOT_TOLD:
        return None
    stage = _stage_after(said.text, target.end)
    name = target.term.name if target.known else said.words
    severity = _severity_around(said.text, target.start, target.end) if name in _GRADED else None
    parts = (severity, name) if severity else (name, stage)
    return Condition(
        display=" ".join(part for part in parts if part), status=status, source=said.source, date=said.date
    )


def habit_of(said: Said) -> Condition | None:
    """The use of a substance that nobody prescribes ("cannabis last 2023"); None for a drug (by dose or list)."""
    word = said.words.casefold()
    dosed = _said("in mass").search(said.target.directions or "") is not None
    if word not in language().words["habits"] or dosed or said.section in {"medications", "allergies"}:
        return None
    return condition_of(replace(said, target=replace(said.target, term=Term(Kind.CONDITION, f"{word} use"))))


def _condition_status(said: Said) -> FactStatus | None:  # noqa: PLR0911 (in the order in which they decide)
    cues, term = said.cues, said.target.term
    pregnancy = term.name.startswith("pregnan")
    if _said("non").search(said.text[max(0, said.target.start - 5) : said.target.start]):
        return FactStatus.NEGATED
    if ("about" in cues and not cues & {"absent", "present"}) or _said("vaccine").match(said.text, said.target.end):
        return None
    if cues & {"absent", "possible"} and _said("episode").match(said.text, said.target.end):
        return None
    if "family" in cues or (said.section == "family" and "self" not in cues):
        return FactStatus.NEGATED if "absent" in cues else FactStatus.FAMILY_HISTORY
    if "absent" in cues and "over" not in cues:
        return FactStatus.NEGATED
    if "planned" in cues and (pregnancy or _said("procedure").search(term.name)):
        return FactStatus.PLANNED
    if cues & {"possible", "conditional"} or said.section == "instructions":
        return FactStatus.UNCERTAIN
    if cues & {"over", "past"} or said.section == "past" or _is_over(said) or _of_births(said):
        return FactStatus.RESOLVED
    if _was_removed(said):
        return FactStatus.RESOLVED
    historical = ("history" in cues or said.section in {"history", "surgery"}) and "current" not in cues
    event = term.event or pregnancy or (not said.target.known and "history" in cues)
    return FactStatus.RESOLVED if historical and event else FactStatus.ACTIVE


def _of_births(said: Said) -> bool:
    """Whether it is told among earlier births, and no illness that lasts."""
    lasting = pattern("predicates", "lasting").search(said.target.term.name) is not None
    return said.section == "obstetric" and not lasting and not said.target.term.name.startswith("pregnan")


def _was_removed(said: Said) -> bool:
    """Whether it is an operation that takes something out, told as done."""
    text, target = said.text, said.target
    if not _said("removal").search(target.term.name) or said.section in {
        "plan",
        "instructions",
        "complaint",
        "assessment",
    }:
        return False
    return not (_said("to come").search(_before(said)) or _said("soon").match(text, target.end))


def _is_over(said: Said) -> bool:
    """Whether an event was treated, an organ with it taken out, or a cancer left no trace."""
    treated = said.target.term.event and _was_treated(said)
    at_birth = _said("at birth").search(said.target.term.name) and _said("birth").search(_before(said))
    delivered = (_said("of pregnancy").match(said.words) or _said("of pregnancy").match(said.target.term.name)) and (
        (_said("postnatal").search(said.text) and not _said("after birth").match(said.words))
        or _said("dated").match(said.text, said.target.end)
    )
    before = said.text[max(0, said.target.start - 40) : said.target.start]
    counted = (said.target.term.event or said.target.term.name.endswith("pregnancy")) and _said("times").match(
        said.text, said.target.end
    )
    lasting = pattern("predicates", "lasting").search(said.target.term.name)
    once = not lasting and _said("had once").search(before) and _said("in year").match(said.text, said.target.end)
    effect = said.words.casefold() in language().words["unwanted"] and _said("reason").search(_before(said))
    return (
        bool(treated or once or effect or delivered or at_birth or counted)
        or _was_taken_out(said)
        or _left_no_trace(said)
    )


def _before(said: Said) -> str:
    return said.text[max(0, said.target.start - BEFORE_TREATED) : said.target.start]


def _left_no_trace(said: Said) -> bool:
    """Whether the rest of a cancer's entry says that nothing of it is left ("2009, lumpectomy; NED")."""
    if not _said("cancer").search(said.target.term.name) or _said("metastatic").search(said.target.term.name):
        return False
    entry = _said("entry ends").split(said.text[said.target.end : said.target.end + MOST_AFTER])[0]
    return _said("no trace").search(entry) is not None


def _was_treated(said: Said) -> bool:
    """Whether a finished course of a drug before was for it ("completed amoxicillin for otitis media")."""
    return _said("treated").search(_before(said)) is not None


def _was_taken_out(said: Said) -> bool:
    return _said("taken out").search(_before(said)) is not None


def _stage_after(text: str, end: int) -> str | None:
    """The stage, grade or class that follows a condition's name at ``end``."""
    match = _said("stage").match(text, end)
    return re.sub(r"\s+", " ", match["stage"]) if match else None


def _severity_around(text: str, start: int, end: int) -> str | None:
    """How severe a sign at ``start`` to ``end`` is said to be: "mild", "grade 2", "controlled"."""
    match = _said("before").search(text[max(0, start - 40) : start]) or _said("after").match(text, end)
    return re.sub(r"\s+", " ", match["said"]).casefold() if match else None
