"""Parts of sentences, rows and captions: found by searches, never quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.document import Block, Section
from index.tables import MARKS, hangs

# "1.3.4 Do not offer": a recommendation's number stays with it. "1.5 mg" is no number of one.
RECOMMENDATION = re.compile(r"^(?:R(?:ecommendation)?\s*)?\d{1,2}(?:\.\d{1,3}){1,4}\.?\s+(?=[A-Z(\"“])")
ENDS = re.compile(r"[.!?:;][\"')\]”’⁰¹²³⁴⁵⁶⁷⁸⁹,–-]*$|\[[^\]]*\d{4}[^\]]*\]$|\.\s*[(\[][^()\[\]]*[)\]]\.?$")
STARTS_LOWER = re.compile(r"^[\"'(“‘\[]?[a-z]")
# A caption, or a footnote whose table is not known.
_ASIDE = re.compile(rf"(?:table|figure|fig\.)\s*(?:\d+(?:\.\d+)*)?\s*[.:](?:\s|$)|[{re.escape(MARKS)}]", re.IGNORECASE)
# What stands for a character that a font lacks, or OCR did not read: of "10⁹/L" it leaves "10■/L".
UNREAD = "■"
_UNREADABLE = re.compile(rf"[\w%][{UNREAD}□\ufffd]|[{UNREAD}□\ufffd]\w")
_ENUMERATED = re.compile(r"(?:^|[:;,.]\s|\band\s|\bor\s)\w{1,4}\)")
# What links an item of a list to the next.
_LINKED = re.compile(r"[,;]?\s*(?:and|or)$")


def whole(sections: Sequence[Section]) -> Iterator[Section]:
    """The sections, their fragments not quotable: what is cut says something else than it did."""
    for section in sections:
        yield replace(section, blocks=tuple(_marked(block) for block in section.blocks))


def _marked(block: Block) -> Block:
    text = block.text
    if not any(map(str.isalpha, text)) or _ASIDE.match(text) or _UNREADABLE.search(text):
        return replace(block, quotable=False)
    row = block.statement and "; " in text and ": " in text
    if row and _unpaired(text):
        return replace(block, quotable=False)
    begins = STARTS_LOWER.match(text) is not None and not row
    listed = block.statement and (": " in text or not RECOMMENDATION.match(text)) and not hangs(_LINKED.sub("", text))
    ends = ENDS.search(text) is not None or row or listed
    return block if not begins and (ends or len(text.split()) < 4) else replace(block, quotable=False)


def _unpaired(row: str) -> bool:
    """Whether a bracket lacks its other: a character was misread, or cells were cut."""
    text = _ENUMERATED.sub("", row)
    return any(text.count(opened) != text.count(closed) for opened, closed in ("()", "[]"))
