"""What a note says of a pregnancy: its weeks, a due date, a test that was negative."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from medrag.patient.formats.note.named import Said
from medrag.patient.measures.formulas import TERM_DAYS
from medrag.reading.dates import dates_at
from medrag.types import Condition, FactStatus, Observation

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
    before = said.text[max(0, said.target.start - 12) : said.target.start].casefold()
    return said.target.term.says == "absent" or before.endswith(("not ", "non-", "non "))


def not_pregnant(said: Said) -> Observation:
    """That the patient is not pregnant, as of the note's date."""
    return Observation(display="pregnancy status", value="not pregnant", source=said.source, date=said.date)
