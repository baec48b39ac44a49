"""From an illness in a note and what is said of it to a condition with its status."""

from __future__ import annotations

import re
from dataclasses import replace

from medrag.patient.formats.note.named import MOST_AFTER, Said
from medrag.reading.languages import language, pattern
from medrag.reading.terms import Kind, Term
from medrag.types import Condition, FactStatus

_TREATED = re.compile(
    r"\b(?:completed|finished|course of|had)\b[^.;\n]{3,60}?\bfor\s(?:(?:an?|the|his|her|\w+)\s){0,2}$", re.IGNORECASE
)
"""What stands before an illness that a finished course of a drug was for."""
_TAKEN_OUT = re.compile(r"ectomy for\s(?:(?:an?|the|his|her|\w+)\s){0,2}$", re.IGNORECASE)
"""What stands before what was cured by taking an organ out."""
_REASON = re.compile(
    r"\b(?:stopped|discontinued|ceased|switched|withdrawn|dropped|came off|gave up|d/c'?d)\b[^.;\n]{0,60}?"
    r"(?:\b(?:for|due to|d/t|because of|owing to|secondary to|after|with|as it (?:caused|gave (?:him|her)))\s|\(\??)"
    r"(?:(?:severe|persistent|dry|the|an?|his|her)\s)*$",
    re.IGNORECASE,
)
"""What stands before an unwanted effect that a drug was stopped for."""
_CANCER = re.compile(r"cancer|carcinoma|melanoma|lymphoma|sarcoma|leuka?emia|tumou?r|\bca\b|seminoma", re.IGNORECASE)
_METASTATIC = re.compile(r"metasta|stage iv", re.IGNORECASE)
_NO_TRACE = re.compile(
    r"\bNED\b|\b(?:no|without) (?:evidence of )?(?:recurrence|disease|residual)|\bdisease[- ]free\b|\ball clear\b"
    r"|\bdischarged from (?:oncology|follow|clinic)"
    r"|\bdischarged(?=\s*(?:[.;,)]|$|(?:in )?(?:19|20)\d\d))",
    re.IGNORECASE,
)
_ENTRY_ENDS = re.compile(r"\.\s|\n(?=\s*(?:\n|[-*•\d(]|[A-Z][\w ]{0,20}:)|[A-Z])")
"""Where the entry of a condition ends: not where its sentence wraps."""
_PROCEDURE = re.compile(
    r"(?:ectomy|plasty|ostomy|otomy|replacement|dialysis|transplant|bypass|graft|stent|shunt|ablation|amputation"
    r"|(?<!s)section|surgery|pacemaker)\b",
    re.IGNORECASE,
)
"""What is done to a patient: where it is planned it has not been done."""
_REMOVAL = re.compile(r"ectomy\b", re.IGNORECASE)
_TO_COME = re.compile(
    r"\b(?:for|await\w*|elective|list\w*|consent\w*|book\w*|plan\w*|pre-?op\w*|procedure:?|consider\w*|offer\w*|re)\s"
    r"(?:an? |the |his |her |\w+ly |\w+oscopic |\w+al |total |left |right |lap |open |elective |urgent )*\Z",
    re.IGNORECASE,
)
"""What stands before an operation that is still to be done."""
_SOON = re.compile(
    r"[^.;\n]{0,20}\b(?:tomorrow|today|book\w*|planned|listed|next|pending|await\w*|date|in \d|later|soon|offered"
    r"|declined)\b",
    re.IGNORECASE,
)
BEFORE_TREATED = 90
_GRADED = {"ascites", "hepatic encephalopathy"}
_NON = re.compile(r"\bnon[- ]?$", re.IGNORECASE)
_VACCINE = re.compile(r"\s(?:jabs?|vaccin\w+|boosters?|shots?|immuni[sz]ations?)\b", re.IGNORECASE)
_EPISODE = re.compile(r"\s(?:relapse|flare|exacerbation|recurrence|attack|crisis|risk)s?\b", re.IGNORECASE)
"""One that is unlikely says nothing of the disease itself."""
_IN_MASS = re.compile(r"\d\s?(?:mg|g|mcg|ml)\b", re.IGNORECASE)
_OF_PREGNANCY = re.compile(
    r"gestational|obstetric|post-?natal|post-?partum|puerperal|pregnancy[- ]induced|pre-?eclampsia", re.IGNORECASE
)
_AFTER_BIRTH = re.compile(r"post-?(?:natal|partum)|puerperal", re.IGNORECASE)
_POSTNATAL = re.compile(
    r"post-?(?:natal|partum) (?:check|visit|review|clinic|ward|day)|(?:/52|weeks?) post-?(?:natal|partum)"
    r"|(?:/52|weeks?|wks?) (?:check|baby check|mum and baby)\b[^\n]{0,40}\b(?:bub|baby|mum)"
    r"|\bG\d ?P\d\b[^.\n]{0,12}\b(?:NVD|SVD|NVB|LSCS|EMCS|ELCS|forceps|ventouse)\b",
    re.IGNORECASE,
)
"""What makes a note one of a woman who has given birth: the illnesses of her pregnancy are over."""
_AT_BIRTH = re.compile(
    r"post-?partum ha?emorrhage|\btear\b|laceration|retained placenta|shoulder dystocia", re.IGNORECASE
)
_BIRTH = re.compile(
    r"\b(?:NVD|SVD|NVB|LSCS|EMCS|ELCS|C/?S|forceps|ventouse|kiwi|birth|deliver(?:y|ed)|ca?esarean|section)\b(?:[^.\n]|\.\d){0,90}\Z",
    re.IGNORECASE,
)
"""What tells, before what happened at a birth, of the birth."""
_DATED = re.compile(
    r",? \(?(?:in )?(?:19|20)\d\d\b|,? (?:with|after|in|following) (?:her |the |my )?"
    r"(?:first|second|third|last|previous|1st|2nd|3rd)\b"
)
_TIMES = re.compile(r"\s?[x×]\s?\d\b(?! ?(?:/|d\b|days?|wks?|weeks?|hours?|hrs?|today|since))")
"""How often an event was, behind its name."""
_HAD_ONCE = re.compile(
    r"(?:^|[.;\n]\s{0,3}|[-•*]\s)(?:(?:s?he|i|pt|patient) )?had (?:an? )?(?:\w+ ){0,2}\Z", re.IGNORECASE
)
_IN_YEAR = re.compile(r",? \(?(?:in )?(?:19|20)\d\d\b")
_NOT_TOLD = frozenset(
    {"plan", "instructions", "allergies", "medications", "stopped", "social", "treated", "other", "review"}
)
"""Sections in which a name that nothing is known of is mentioned in passing."""
_STAGE = re.compile(
    r"(?:,?\s?\(?(?=stage|grade|class|NYHA)|\s{1,3})(?P<stage>(?:stage|grade|class|NYHA(?: class)?|type)\s{0,2}"
    r"(?:G?[1-5][ab]?|I{1,3}V?|IV|V))\b",
    re.I,
)
_SEVERE = r"mild|slight|minimal|small|trace|moderate|severe|large|massive|tense|gross|refractory|controlled"
_GRADE = r"(?:west haven )?(?:grade|stage)\s?(?:[0-4](?:\s?[-–]\s?[1-4])?|I{1,3}V?|IV)"
_BEFORE = re.compile(
    rf"\b(?P<said>{_SEVERE}|{_GRADE})(?:[\s-]{{1,2}}(?:to|amount|volume|of|degree|hepatic)\b){{0,3}}[\s-]{{1,2}}$", re.I
)
_AFTER = re.compile(rf"\s?[,(:]?\s?(?:is|was|that is|which is|well)?\s?(?P<said>{_SEVERE}|{_GRADE})\b", re.I)


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
    dosed = _IN_MASS.search(said.target.directions or "") is not None
    if word not in language().words["habits"] or dosed or said.section in {"medications", "allergies"}:
        return None
    return condition_of(replace(said, target=replace(said.target, term=Term(Kind.CONDITION, f"{word} use"))))


def _condition_status(said: Said) -> FactStatus | None:  # noqa: PLR0911 (in the order in which they decide)
    cues, term = said.cues, said.target.term
    pregnancy = term.name.startswith("pregnan")
    if _NON.search(said.text[max(0, said.target.start - 5) : said.target.start]):
        return FactStatus.NEGATED
    if ("about" in cues and not cues & {"absent", "present"}) or _VACCINE.match(said.text, said.target.end):
        return None
    if cues & {"absent", "possible"} and _EPISODE.match(said.text, said.target.end):
        return None
    if "family" in cues or (said.section == "family" and "self" not in cues):
        return FactStatus.NEGATED if "absent" in cues else FactStatus.FAMILY_HISTORY
    if "absent" in cues and "over" not in cues:
        return FactStatus.NEGATED
    if "planned" in cues and (pregnancy or _PROCEDURE.search(term.name)):
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
    if not _REMOVAL.search(target.term.name) or said.section in {"plan", "instructions", "complaint", "assessment"}:
        return False
    return not (_TO_COME.search(_before(said)) or _SOON.match(text, target.end))


def _is_over(said: Said) -> bool:
    """Whether an event was treated, an organ with it taken out, or a cancer left no trace."""
    treated = said.target.term.event and _was_treated(said)
    at_birth = _AT_BIRTH.search(said.target.term.name) and _BIRTH.search(_before(said))
    delivered = (_OF_PREGNANCY.match(said.words) or _OF_PREGNANCY.match(said.target.term.name)) and (
        (_POSTNATAL.search(said.text) and not _AFTER_BIRTH.match(said.words))
        or _DATED.match(said.text, said.target.end)
    )
    before = said.text[max(0, said.target.start - 40) : said.target.start]
    counted = (said.target.term.event or said.target.term.name.endswith("pregnancy")) and _TIMES.match(
        said.text, said.target.end
    )
    once = _HAD_ONCE.search(before) and _IN_YEAR.match(said.text, said.target.end)
    effect = said.words.casefold() in language().words["unwanted"] and _REASON.search(_before(said))
    return (
        bool(treated or once or effect or delivered or at_birth or counted)
        or _was_taken_out(said)
        or _left_no_trace(said)
    )


def _before(said: Said) -> str:
    return said.text[max(0, said.target.start - BEFORE_TREATED) : said.target.start]


def _left_no_trace(said: Said) -> bool:
    """Whether the rest of a cancer's entry says that nothing of it is left ("2009, lumpectomy; NED")."""
    if not _CANCER.search(said.target.term.name) or _METASTATIC.search(said.target.term.name):
        return False
    entry = _ENTRY_ENDS.split(said.text[said.target.end : said.target.end + MOST_AFTER])[0]
    return _NO_TRACE.search(entry) is not None


def _was_treated(said: Said) -> bool:
    """Whether a finished course of a drug before was for it ("completed amoxicillin for otitis media")."""
    return _TREATED.search(_before(said)) is not None


def _was_taken_out(said: Said) -> bool:
    return _TAKEN_OUT.search(_before(said)) is not None


def _stage_after(text: str, end: int) -> str | None:
    """The stage, grade or class that follows a condition's name at ``end``."""
    match = _STAGE.match(text, end)
    return re.sub(r"\s+", " ", match["stage"]) if match else None


def _severity_around(text: str, start: int, end: int) -> str | None:
    """How severe a sign at ``start`` to ``end`` is said to be: "mild", "grade 2", "controlled"."""
    match = _BEFORE.search(text[max(0, start - 40) : start]) or _AFTER.match(text, end)
    return re.sub(r"\s+", " ", match["said"]).casefold() if match else None
