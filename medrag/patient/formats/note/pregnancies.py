"""What a note says of a pregnancy: its weeks, a due date, a test that was negative."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from medrag.patient.formats.note.named import Note, Said
from medrag.patient.measures.formulas import TERM_DAYS
from medrag.reading.dates import dates_at
from medrag.reading.people.pregnancy import current_pregnancies, not_breastfeeding, only_asked_for, settled
from medrag.types import Condition, Fact, FactStatus, Observation

BEFORE = 40
"""Characters before a test that may say that it is only asked for."""
FEWEST_WEEKS, MOST_WEEKS = 2, 43
_DUE = re.compile(
    r"(?<!previous )(?<!prior )(?<!last )\b(?:(?P<edd>E\.?D\.?[DCB]\.?|due date|due on"
    r"|(?:estimated|expected) (?:due date|delivery date|date of (?:delivery|confinement)))"
    r"|L\.?M\.?P\.?|last menstrual period)(?: (?:is|was|of|on|by \w+))?[ :=(]{1,3}",
    re.IGNORECASE,
)


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


def is_tested_not_pregnant(said: Said, fact: Condition) -> bool:
    """Whether a test or an examiner says that the patient is not pregnant; a patient who denies it does not count."""
    if fact.status is not FactStatus.NEGATED or not said.target.term.name.startswith("pregnan"):
        return False
    start = said.target.start
    before = said.text[max(0, start - 12) : start].casefold()
    if only_asked_for(said.text, max(0, start - BEFORE), start):
        return False
    return said.target.term.says == "absent" or before.endswith(("not ", "non-", "non "))


def not_pregnant(source: str, moment: date | datetime | None) -> Observation:
    """That the patient is not pregnant, as of the note's date."""
    return Observation(display="pregnancy status", value="not pregnant", source=source, date=moment)


def told(note: Note, start: int, end: int) -> Iterator[Fact]:
    """What a sentence of a note says of a pregnancy and of breastfeeding: its weeks, a test, an answer of a form."""
    for first, last, weeks in current_pregnancies(note.text, start, end):
        yield pregnancy_of(weeks, f"{note.origin}:{first}-{last}", note.date)
    for first, last, positive in settled(note.text, start, end):
        source = f"{note.origin}:{first}-{last}"
        carried = Condition(display="pregnancy", source=source, date=note.date)
        yield carried if positive else not_pregnant(source, note.date)
    if span := not_breastfeeding(note.text, start, end):
        source = f"{note.origin}:{span[0]}-{span[1]}"
        yield Observation(display="breastfeeding", value="no", source=source, date=note.date)
