"""What the cells of tables hold: days, values, units and rules."""

from __future__ import annotations

import re

from medrag.patient.formats.note.days import MONTH
from medrag.reading.quantities import DATE, NUMBER, UNIT

DAY = re.compile(rf"(?:{DATE}|{MONTH})", re.IGNORECASE)
RULE = re.compile(r"[\s|+=_–—-]+")
VALUE = re.compile(
    rf"(?P<bound>[<>≤≥])?\s?(?P<value>{NUMBER})\s?(?:\(?[HL]{{1,2}}\)?|[*↑↓]{{1,2}}|high|low)?"
    r"(?:\s?%)?(?:\s?(?:RA|r/a|(?:on )?(?:room )?air|(?:on )?\d{1,2}(?:\.\d)? ?L(?:/min)?(?: O2| NC)?|NC))?",
    re.IGNORECASE,
)
IN_UNIT = re.compile(rf"(?<![\w.])(?:{UNIT})(?![\w/^])", re.IGNORECASE)
PRESSURES = re.compile(r"(?:BP|blood pressure)(?: \(?mm ?Hg\)?)?", re.IGNORECASE)
PAIR = re.compile(r"(\d{2,3})\s?/\s?(\d{2,3})")
