"""From a drug in a note and what is said of it to a medication with its status."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from medrag.patient.formats.note.days import Calendar
from medrag.patient.formats.note.named import TAKEN, Said
from medrag.reading.dosing.frequency import OFTEN
from medrag.reading.languages import language, pattern
from medrag.types import FactStatus, Medication

_said = partial(pattern, "medications")

AFTER = 24
"""Characters after a drug's directions in which they may say that it was given once."""
_TELLING = frozenset({"taking", "listed", "stopped", "refused", "planned", "possible"})
_PLANS = frozenset({"planned", "conditional", "possible"})


def medication_of(said: Said) -> Medication | None:
    """The drug as taken, stopped, planned...; None for a relative's, and for an ordinary word meaning no drug."""
    if "family" in said.cues or said.section == "family" or _only_tested(said):
        return None
    if "stopped" in said.cues and "conditional" in said.cues:
        if not _said("to stop").search(said.text[max(0, said.target.start - AFTER) : said.target.start]):
            return None
        said = replace(said, cues=said.cues - {"stopped", "conditional"} | {"taking"})
    if "stopped" in said.cues and _said("sick day").match(said.text, said.target.end):
        said = replace(said, cues=said.cues - {"stopped"} | {"taking"})
    dosed = said.target.directions is not None
    everyday = said.words.casefold() in language().words["everyday"]
    if everyday and not (dosed or said.section in {"medications", "stopped"} or said.cues & _TELLING):
        return None
    return Medication(
        display=said.shown,
        dosage=said.target.directions,
        status=_status_now(said, dosed=dosed),
        source=said.source,
        date=said.date,
    )


def _only_tested(said: Said) -> bool:
    """Whether a drug is only tested for or spoken of; one for prophylaxis is taken."""
    prophylactic = said.text.startswith(" prophylaxis", said.target.end)
    return "about" in said.cues and not (said.cues & TAKEN or prophylactic)


def _status_now(said: Said, *, dosed: bool) -> FactStatus:
    """Its status; what was given once, or in the course of a stay without a word that it goes on, may be over."""
    status = _medication_status(said.cues, said.section, dosed=dosed or _is_indicated(said) or _is_by_route(said))
    later = said.target.stop if status is FactStatus.ACTIVE and said.section == "assessment" else said.target.end
    unsure = status is FactStatus.UNCERTAIN or later != said.target.end
    if unsure and not said.cues & TAKEN and _said("later").match(said.text, later):
        return FactStatus.PLANNED
    if status is FactStatus.ACTIVE and not said.cues & TAKEN and _said("in case").match(said.text, said.target.stop):
        return FactStatus.PLANNED
    if status is FactStatus.PLANNED and _is_ordered(said):
        return FactStatus.ACTIVE
    if status in {FactStatus.ACTIVE, FactStatus.UNCERTAIN} and _ran_out(said):
        return FactStatus.RESOLVED
    once = _given_once(said)
    if once and status is FactStatus.ACTIVE and "taking" in said.cues:
        return FactStatus.RESOLVED
    in_passing = said.section == "course" and not said.cues
    return FactStatus.UNCERTAIN if status is FactStatus.ACTIVE and (once or in_passing) else status


def _is_ordered(said: Said) -> bool:
    """Whether a plan gives a drug with how often it is taken and no more, neither a later time nor a condition."""
    directions = said.target.directions or ""
    often = OFTEN.search(directions) or _said("when needed").search(directions + said.text[said.target.stop :][:12])
    rest = said.text[said.target.stop :].partition("\n")[0]
    later = _said("later").match(rest) or pattern("context", "later").match(rest)
    return said.section in {"plan", "instructions"} and not said.cues & _PLANS and often is not None and not later


def _is_by_route(said: Said) -> bool:
    """Whether a plan orders a drug by its route alone ("IV co-amoxiclav + clarithromycin")."""
    before = said.text[max(0, said.target.start - 2 * AFTER) : said.target.start]
    return said.section == "plan" and _said("by route").search(before) is not None


def _given_once(said: Said) -> bool:
    """Whether its directions, or the words in its line just after, say that it is given once."""
    stop = max(said.target.end, said.target.stop) + AFTER
    line = said.text[said.target.end : stop + AFTER].partition("\n")[0]
    once = None if _said("when needed").search(said.target.directions or "") else _said("once").search(line)
    return once is not None and said.target.end + once.end() <= stop


def _ran_out(said: Said) -> bool:
    """Whether days after the name are the first and last on which it was given, before the note ("11/1-11/3")."""
    ran = _said("days").match(said.text, said.target.end)
    if ran is None or said.date is None:
        return False
    calendar = Calendar.of(said.text, said.date)
    first, last = (calendar.day(ran[name]) for name in ("first", "last"))
    return first is not None and last is not None and first <= last


# In the order in which they decide.
_MEDICATION_CUES = {
    "stopped": FactStatus.RESOLVED,
    "absent": FactStatus.NEGATED,
    "refused": FactStatus.NEGATED,
    "planned": FactStatus.PLANNED,
    "conditional": FactStatus.UNCERTAIN,
    "possible": FactStatus.UNCERTAIN,
    "taking": FactStatus.ACTIVE,
    "over": FactStatus.RESOLVED,
    "past": FactStatus.RESOLVED,
    "tolerated": FactStatus.UNCERTAIN,
}


def _is_indicated(said: Said) -> bool:
    """Whether what it is for follows ("carvedilol for portal hypertension"), and no verb of exchange stands before."""
    start = said.target.start
    exchanged = pattern("context", "exchanged").search(said.text[max(0, start - 12) : start].rstrip())
    return exchanged is None and _said("for").match(said.text, said.target.end) is not None


def _medication_status(cues: frozenset[str], section: str | None, *, dosed: bool) -> FactStatus:
    if section in {"stopped", "past"}:
        cues -= {"possible"}
    for cue, status in _MEDICATION_CUES.items():
        if cue in cues and not (cue == "tolerated" and dosed):
            return status
    if section in {"stopped", "past"}:
        return FactStatus.RESOLVED
    if section == "medications":
        return FactStatus.ACTIVE
    if "history" in cues and not dosed:
        return FactStatus.UNCERTAIN
    if section in {"plan", "instructions"}:
        return FactStatus.PLANNED if dosed else FactStatus.UNCERTAIN
    return FactStatus.ACTIVE if dosed or "listed" in cues else FactStatus.UNCERTAIN
