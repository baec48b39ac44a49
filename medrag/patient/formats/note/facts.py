"""From a name in a note and what is said of it to a fact with its status."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from medrag.patient.formats.note.days import Calendar
from medrag.patient.formats.note.named import Target
from medrag.patient.formats.note.stages import severity_around, stage_after
from medrag.reading.dates import dates_at
from medrag.reading.dosing.directions import amount_given
from medrag.reading.languages import language
from medrag.reading.terms import Kind, Term
from medrag.types import Allergy, Condition, FactStatus, Medication, Observation

_REACTION = re.compile(
    r"\s?(?:\((?P<a>[^)\n]{2,60})\)|(?:=>|->|→|-|–|—|:|causes|causing|caused|reaction:?)\s?(?P<b>[^\n;,.(]{3,60}))"
)
_ANOTHER = re.compile(
    r"\s(?:and|but|then) (?:has|had|s?he|was|is|the|also|now|switched|changed|stopped)\b|\s(?:but|so)\b", re.IGNORECASE
)
"""Where what a drug caused ends, and something else is told."""
_TREATED = re.compile(
    r"\b(?:completed|finished|course of|had)\b[^.;\n]{3,60}?\bfor\s(?:(?:an?|the|his|her|\w+)\s){0,2}$", re.IGNORECASE
)
"""What stands before an illness that a finished course of a drug was for."""
_TAKEN_OUT = re.compile(r"ectomy for\s(?:(?:an?|the|his|her|\w+)\s){0,2}$", re.IGNORECASE)
"""What stands before what was cured by taking an organ out."""
_CANCER = re.compile(r"cancer|carcinoma|melanoma|lymphoma|sarcoma|leuka?emia|tumou?r|\bca\b|seminoma", re.IGNORECASE)
_METASTATIC = re.compile(r"metasta|stage iv", re.IGNORECASE)
_NO_TRACE = re.compile(
    r"\bNED\b|\b(?:no|without) (?:evidence of )?(?:recurrence|disease|residual)|\bdisease[- ]free\b|\ball clear\b"
    r"|\bdischarged from (?:oncology|follow)",
    re.IGNORECASE,
)
_ONCE = re.compile(r"\bx ?1\b|\bonce\b(?! (?:a|per|daily|weekly|every|monthly|\w+ly))|\bstat\b|\bonce only\b|\bsingle dose\b|\bone[- ]off\b", re.IGNORECASE)
AFTER = 24
"""Characters after a drug's directions in which they may say that it was given once."""
_PROCEDURE = re.compile(
    r"(?:ectomy|plasty|otomy|replacement|dialysis|transplant|bypass|section|surgery|pacemaker)\b", re.IGNORECASE
)
"""What is done to a patient: where it is planned it has not been done."""
_SICK_DAY = re.compile(
    r"\s(?:if|in case|should)\b|\s(?:when|whenever|while|during|on)\s(?:\w+\s)?(?:unwell|sick|vomit\w*"
    r"|dehydrat\w*|acutely|ill\b|febrile|days?"
    r"|e?GFR"
    r"|SBP|HR|K\b|BP|diarrh\w*)",
    re.IGNORECASE,
)
"""A condition on which a drug is to be held: it is not held now."""
BEFORE_TREATED = 90
_GRADED = {"ascites", "hepatic encephalopathy"}
_NON = re.compile(r"\bnon[- ]?$", re.IGNORECASE)
_EPISODE = re.compile(r"\s(?:relapse|flare|exacerbation|recurrence|attack|crisis)s?\b", re.IGNORECASE)
"""One that is unlikely says nothing of the disease itself."""
_INTOLERANT = re.compile(r"intoleran|tolerate|upset", re.IGNORECASE)
TERM_DAYS = 280
FEWEST_WEEKS, MOST_WEEKS = 2, 43
_DUE = re.compile(
    r"(?<!previous )(?<!prior )(?<!last )\b(?:(?P<edd>E\.?D\.?[DCB]\.?|due date|due on"
    r"|(?:estimated|expected) (?:due date|delivery date|date of (?:delivery|confinement)))"
    r"|L\.?M\.?P\.?|last menstrual period)(?: (?:is|was|of|on|by \w+))?[ :=(]{1,3}",
    re.IGNORECASE,
)
_IN_MASS = re.compile(r"\d\s?(?:mg|g|mcg|ml)\b", re.IGNORECASE)
_HAD_ONCE = re.compile(r"(?:^|[.;\n]\s{0,3}|[-•*]\s)(?:(?:s?he|i|pt|patient) )?had (?:an? )?(?:\w+ ){0,2}\Z", re.IGNORECASE)
_IN_YEAR = re.compile(r",? \(?(?:in )?(?:19|20)\d\d\b")
_SENTENCE_END = re.compile(r"\.\s|\n")
_LABEL_GONE = re.compile(
    r"\b(?:(?:entry |label )?(?:has been |was )?removed from (?:the |his |her )?(?:record|notes|chart|list)|label removed"
    r"|entry removed|de-?labell?ed)\b",
    re.IGNORECASE,
)
_HAD = re.compile(r"\b(?:had|having|given|takes|taken)\s$", re.IGNORECASE)
_ALLERGIC = re.compile(r"allerg|anaphyl|rash|hives|urticaria|angio|sjs|dress\b|swelling|itch", re.IGNORECASE)
NEAR = 30
"""Characters before a substance in which the word allergy makes a condition one of an allergy."""
MOST_AFTER = 160
"""Characters after a substance in which its line may say that it was taken off the record."""
_DAYS = re.compile(
    r"[^.;,\n]{0,30}?(?<![\d/])\(?(?P<first>\d{1,2}/\d{1,2})(?:/\d{2,4})?\s?(?:[-–]|to|until)\s?(?P<last>\d{1,2}/\d{1,2})\b(?!/\d)"
)
"""The first and the last day of a course."""
_NOT_TOLD = frozenset({"plan", "instructions", "allergies", "medications", "stopped", "social", "treated", "other", "review"})
"""Sections in which a name that nothing is known of is mentioned in passing."""
_TAKEN = {"taking", "planned", "stopped", "refused"}


@dataclass(frozen=True, slots=True)
class Said:
    """A target of a note, what the cues around it say, the category of its section, and where all that stands."""

    target: Target
    cues: frozenset[str]
    section: str | None
    text: str
    origin: str
    date: date | datetime | None

    @property
    def words(self) -> str:
        """The name as the note writes it."""
        return " ".join(self.text[self.target.start : self.target.end].split())

    @property
    def source(self) -> str:
        """Where the name and its directions stand."""
        return f"{self.origin}:{self.target.start}-{max(self.target.end, self.target.stop)}"


def pregnancy_of(weeks: int, source: str, moment: date | datetime | None) -> Condition:
    """A pregnancy of that many completed weeks."""
    return Condition(display=f"pregnancy at {weeks} weeks", source=source, date=moment)


def due(text: str, day: date, *, pregnant: bool) -> Iterator[tuple[int, int, int]]:
    """Where a note gives a due date, or in a pregnancy the last period, and how many weeks it makes on ``day``."""
    for match in _DUE.finditer(text):
        for moment in dates_at(text, match.end(), day + timedelta(days=TERM_DAYS)):
            weeks = ((moment - day).days - TERM_DAYS) // -7 if match["edd"] else (day - moment).days // 7
            if (match["edd"] or pregnant) and FEWEST_WEEKS <= weeks <= MOST_WEEKS:
                yield match.start(), match.end(), weeks
                return


def condition_of(said: Said) -> Condition | None:
    """The condition; None for one that is only tested for, vaccinated against or listed among allergies.

    One that nothing is known of is not current where it is mentioned in passing.
    """
    status = _condition_status(said)
    if said.section == "allergies" or status is None:
        return None
    target = said.target
    if not target.known and status is FactStatus.ACTIVE and said.section in _NOT_TOLD:
        return None
    stage = stage_after(said.text, target.end)
    name = target.term.name if target.known else said.words
    severity = severity_around(said.text, target.start, target.end) if name in _GRADED else None
    parts = (severity, name) if severity else (name, stage)
    return Condition(
        display=" ".join(part for part in parts if part), status=status, source=said.source, date=said.date
    )


def is_tested_not_pregnant(said: Said, fact: Condition) -> bool:
    """Whether a test or an examiner says that the patient is not pregnant; a patient who denies it does not count."""
    if fact.status is not FactStatus.NEGATED or not said.target.term.name.startswith("pregnan"):
        return False
    before = said.text[max(0, said.target.start - 12) : said.target.start].casefold()
    return said.target.term.says == "absent" or before.endswith(("not ", "non-", "non "))


def not_pregnant(said: Said) -> Observation:
    """That the patient is not pregnant, as of the note's date."""
    return Observation(display="pregnancy status", value="not pregnant", source=said.source, date=said.date)


def habit_of(said: Said) -> Condition | None:
    """The use of a substance that nobody prescribes ("cannabis last 2023"); None where a dose or a list makes it a drug."""
    word = said.words.casefold()
    dosed = _IN_MASS.search(said.target.directions or "") is not None
    if word not in language().words["habits"] or dosed or said.section in {"medications", "allergies"}:
        return None
    return condition_of(replace(said, target=replace(said.target, term=Term(Kind.CONDITION, f"{word} use"))))


def _condition_status(said: Said) -> FactStatus | None:  # noqa: PLR0911 (in the order in which they decide)
    cues, term = said.cues, said.target.term
    pregnancy = term.name.startswith("pregnan")
    if _NON.search(said.text[max(0, said.target.start - 5) : said.target.start]):
        return FactStatus.NEGATED
    if "about" in cues and not cues & {"absent", "present"}:
        return None
    if cues & {"absent", "possible"} and _EPISODE.match(said.text, said.target.end):
        return None
    if "family" in cues or said.section == "family":
        return FactStatus.NEGATED if "absent" in cues else FactStatus.FAMILY_HISTORY
    if "absent" in cues:
        return FactStatus.NEGATED
    if "planned" in cues and (pregnancy or _PROCEDURE.search(term.name)):
        return FactStatus.PLANNED
    if cues & {"possible", "conditional"} or said.section == "instructions":
        return FactStatus.UNCERTAIN
    if cues & {"over", "past"} or said.section == "past" or _is_over(said):
        return FactStatus.RESOLVED
    historical = ("history" in cues or said.section in {"history", "surgery"}) and "current" not in cues
    event = term.event or pregnancy or (not said.target.known and "history" in cues)
    return FactStatus.RESOLVED if historical and event else FactStatus.ACTIVE


def _is_over(said: Said) -> bool:
    """Whether an event was treated, an organ with it taken out, or a cancer left no trace."""
    treated = said.target.term.event and _was_treated(said)
    before = said.text[max(0, said.target.start - 40) : said.target.start]
    once = _HAD_ONCE.search(before) and _IN_YEAR.match(said.text, said.target.end)
    return bool(treated or once) or _was_taken_out(said) or _left_no_trace(said)


def _left_no_trace(said: Said) -> bool:
    """Whether the rest of a cancer's entry says that nothing of it is left ("2009, lumpectomy; NED")."""
    if not _CANCER.search(said.target.term.name) or _METASTATIC.search(said.target.term.name):
        return False
    line = said.text[said.target.end : said.target.end + MOST_AFTER].partition("\n")[0]
    return _NO_TRACE.search(line) is not None


def _was_treated(said: Said) -> bool:
    """Whether a finished course of a drug before was for it ("completed amoxicillin for otitis media")."""
    start = said.target.start
    return _TREATED.search(said.text[max(0, start - BEFORE_TREATED) : start]) is not None


def _was_taken_out(said: Said) -> bool:
    start = said.target.start
    return _TAKEN_OUT.search(said.text[max(0, start - BEFORE_TREATED) : start]) is not None


def is_allergy(said: Said) -> bool:
    """Whether the note speaks of an allergy to the substance, or of none, and not of taking it."""
    before = said.text[max(0, said.target.start - NEAR) : said.target.start]
    if "conditional" in said.cues and said.section != "allergies" and "allerg" not in before.casefold():
        return False
    if said.section == "stopped" and not _ALLERGIC.search(
        said.text[said.target.end : said.target.end + NEAR].partition("\n")[0]
    ):
        return False
    if "allergic" in said.cues or _reacted(said):
        return True
    if said.section != "allergies":
        return False
    return not (said.cues & _TAKEN or _HAD.search(before) or amount_given(said.target.directions))


def _reacted(said: Said) -> bool:
    """Whether a substance that is not taken is followed by what it did ("Penicillin (hives)", "codeine - nausea")."""
    if said.target.term.kind is Kind.CONDITION or said.cues & _TAKEN or said.target.directions:
        return False
    match = _REACTION.match(said.text, said.target.end)
    words = (match["a"] or match["b"]).casefold() if match else ""
    return any(each.strip() in language().words["reactions"] for each in re.split(r",|/| and ", words))


def allergy_of(said: Said) -> Allergy | None:
    """The allergy, an active one unless it is denied or the substance tolerated; None for a relative's."""
    if "family" in said.cues:
        return None
    match = _REACTION.match(said.text, said.target.end)
    line = _SENTENCE_END.split(said.text[said.target.end : said.target.end + MOST_AFTER])[0]
    negated = "absent" in said.cues or ("tolerated" in said.cues and not _reacted(said)) or bool(_LABEL_GONE.search(line))
    around = said.text[max(0, said.target.start - 30) : said.target.end + 20]
    return Allergy(
        display=_shown(said),
        status=FactStatus.NEGATED if negated else FactStatus.ACTIVE,
        source=said.source,
        date=said.date,
        kind="intolerance" if _INTOLERANT.search(around) else "allergy",
        reaction=_ANOTHER.split(match["a"] or match["b"])[0].strip() if match else None,
    )


def reaction_end(said: Said, illness: Term | None = None) -> int:
    """Where the reaction to an allergen ends: it is no condition of its own.

    An ``illness`` that is an event ("caused pancreatitis") is one, unless brackets or a dash set it off.
    """
    match = _REACTION.match(said.text, said.target.end)
    if match is None:
        return said.target.end
    if match[0].strip()[0] in "(-–—:=":
        return match.end()
    if illness is not None and illness.event:
        return said.target.end
    own = _ANOTHER.search(match[0])
    return match.start() + own.start() if own else match.end()


def medication_of(said: Said) -> Medication | None:
    """The drug as taken, stopped, planned...; None for a relative's, and for an ordinary word meaning no drug."""
    if "family" in said.cues or said.section == "family" or _only_tested(said):
        return None
    if "stopped" in said.cues and ("conditional" in said.cues or _SICK_DAY.match(said.text, said.target.end)):
        return None
    dosed = said.target.directions is not None
    everyday = said.words.casefold() in language().words["everyday"]
    if everyday and not (dosed or said.section in {"medications", "stopped"} or said.cues & {"taking", "stopped"}):
        return None
    return Medication(
        display=_shown(said),
        dosage=said.target.directions,
        status=_status_now(said, dosed=dosed),
        source=said.source,
        date=said.date,
    )


def _only_tested(said: Said) -> bool:
    """Whether a drug is only tested for or spoken of; one for prophylaxis is taken."""
    prophylactic = said.text.startswith(" prophylaxis", said.target.end)
    return "about" in said.cues and not (said.cues & _TAKEN or prophylactic)


def _status_now(said: Said, *, dosed: bool) -> FactStatus:
    """Its status; what was given once, or in the course of a stay without a word that it goes on, may be over."""
    status = _medication_status(said.cues, said.section, dosed=dosed)
    if status in {FactStatus.ACTIVE, FactStatus.UNCERTAIN} and _ran_out(said):
        return FactStatus.RESOLVED
    once = _given_once(said)
    if once and status is FactStatus.ACTIVE and "taking" in said.cues:
        return FactStatus.RESOLVED
    in_passing = said.section == "course" and not said.cues
    return FactStatus.UNCERTAIN if status is FactStatus.ACTIVE and (once or in_passing) else status


def _given_once(said: Said) -> bool:
    """Whether its directions, or the words in its line just after, say that it is given once."""
    stop = max(said.target.end, said.target.stop) + AFTER
    line = said.text[said.target.end : stop + AFTER].partition("\n")[0]
    once = _ONCE.search(line)
    return once is not None and said.target.end + once.end() <= stop


def _ran_out(said: Said) -> bool:
    """Whether days after the name are the first and last on which it was given, before the note ("11/1-11/3")."""
    ran = _DAYS.match(said.text, said.target.end)
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
    "tolerated": FactStatus.UNCERTAIN,
}


def _medication_status(cues: frozenset[str], section: str | None, *, dosed: bool) -> FactStatus:
    for cue, status in _MEDICATION_CUES.items():
        if cue in cues and not (cue == "tolerated" and dosed):
            return status
    if section == "stopped":
        return FactStatus.RESOLVED
    if section == "medications":
        return FactStatus.ACTIVE
    if cues & {"past", "history"}:
        return FactStatus.UNCERTAIN
    if section in {"plan", "assessment", "instructions"}:
        return FactStatus.PLANNED if dosed else FactStatus.UNCERTAIN
    return FactStatus.ACTIVE if dosed else FactStatus.UNCERTAIN


def _is_cut(word: str, ingredients: Sequence[str]) -> bool:
    """Whether a name is the beginning of the ingredient's ("pred")."""
    return any(each.startswith(word) and each != word for each in ingredients)


def _shown(said: Said) -> str:
    """The name as written, with the ingredients of a brand or an abbreviation in brackets."""
    drug = said.target.term.drug
    if drug is None or not drug.ingredients:
        return said.words
    short = (said.words.isupper() and len(said.words) <= 6) or _is_cut(said.words.casefold(), drug.ingredients)
    if not (drug.brand or short):
        return said.words
    return f"{said.words} ({' + '.join(drug.ingredients)})"
