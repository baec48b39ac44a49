"""Where sentences, list items and bracketed asides of a text begin and end."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from medrag.reading.charts import charts

LONGEST_SENTENCE = 800
"""Characters after which a sentence ends at the next blank, whatever its punctuation: nothing reaches farther."""

_STOP = re.compile(
    r"(?:(?<!\.)(?!\.{4,})[.!]|(?<=[\w)%\"'])\?)[.!?]*[\"')\]]?(?=\s|$)"
    r"(?! (?:Stop(?:ped)?|Removed|Discontinued?|Ceased?|Keep|Continued?)(?:[.;,]|$))"
    r"|;(?! (?:but )?(?:s?he )?(?:is )?still (?:taking|on|using) (?:it|them)\b)|[•|]|\n"
    r"|(?<![ \t])[ \t]{2,12}(?=[A-Z][\w /()-]{1,40}:)"
    r"|(?<=[\s,])(?=\((?:[2-9]|1\d)\)\s(?!(?:has|had|is|was|with|who)\b)[A-Za-z?])"
    r"|(?<=\s)(?<!age\s)(?<!aged\s)(?<!was\s)(?<!were\s)(?<!\bof\s)(?<!\bat\s)(?<!\bis\s)(?=(?:\d{1,2}[.)]|#\d{1,2}:?)\s[A-Z])"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|vs|approx|e\.g|i\.e|cf|[Nn]o(?=\.$)|hx|Hx|pt|Pt|wt|ht|temp|max|min|dept|resp|hosp|est|ca"
    r"|inj|tab|tabs|cap|caps"
    r"|susp|sol|soln|sup|amp|vit|Vit|incl|esp|assoc|w)"
    r"|(?<![A-Za-z.\d'’&/])(?<!\d )(?<!epatitis )(?<![Hh]ep )(?<!itamin )(?<!ype )(?<!roup )(?<!hild )(?<!lass )"
    r"[A-Za-z]"
    r"|\b[a-z]\.[a-z](?:\.[a-z])?"
    r"|(?<=\s)\d{1,2})\.$"
)
_NUMBER = re.compile(r"\b[Nn]o\.$")
"""It is short for a number only before one; else it is an answer."""
_SPELT = re.compile(
    r"\b[a-z]\.[a-z](?:\.[a-z])?\.$|\d\.$|\b(?:w|vit|pt|no|hx|tabs?|caps?|inj|susp|soln?|sup|amp|dept|resp|hosp|temp"
    r"|max|min)\.$"
)
"""Abbreviations that may also end a sentence."""
_ANSWER = re.compile(
    r"\?\s?[-–]?\s?(?:yes|no(?! (?!(?:longer|more|further|known|never|not|he|she|they|it|we|was|is|has)\b)"
    r"(?-i:[a-z])[^?\n]{0,60}?(?:[,.;\n]|$))"
    r"|none|never|nil|y|n)\b",
    re.IGNORECASE,
)
"""A question of a form with its answer: one sentence ("Asthma? No")."""
_CELL = re.compile(
    r"\|\s*(?:\d|(?:od|bd|tds|qds|om|on|nocte|prn|daily|po|iv|sc|stopped|continued?|held|withheld"
    r"|resolved|active|inactive|current|past|ongoing|in remission|denied|none|historical)\b)",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[ \t]*(?:[-–*•|‣▪→>✓✔✗✘☐☑☒#]|\[[ xX]?\]|\d{1,2}[.)]|[a-z][.)])")
_NUMBERED = re.compile(r"\s*\d{1,2}\s+[A-Za-z]")
"""A line of a list whose numbers no mark follows, where the next line is one too."""
_NEXT_LOWER = re.compile(r"\s*[a-z]")
_LIST_MARK_ONLY = re.compile(r"\s*\d{1,2}[.)]?$")
_ASIDE = re.compile(r"\([^()\n]{0,120}\)")
_COMMA = re.compile(r",(?!\d{3}\b)(?=\s|[A-Za-z(])")
_COLUMNS = re.compile(r"\[[ xX✓✔]?\]|[☐☑☒]|\S(?:[ ]{4,}|\t)\S")
"""A line of a form or a table does not go on in the next."""
WRAPPED_AT = 60
"""A line at least this long may go on in the next one."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text[start:end]`` with the places of the commas outside brackets and the spans of the brackets in it.

    ``row`` where it is one of a table of drugs: what its cells say is said of the drug that it begins with.
    """

    start: int
    end: int
    commas: tuple[int, ...]
    asides: tuple[tuple[int, int], ...]
    row: bool = False

    def aside(self, position: int) -> tuple[int, int] | None:
        """The brackets that ``position`` stands in."""
        for span in self.asides:
            if span[0] <= position < span[1]:
                return span
        return None

    def commas_between(self, start: int, end: int) -> int:
        """How many commas outside brackets stand from ``start`` to ``end``."""
        return bisect_right(self.commas, end) - bisect_right(self.commas, start)

    def item(self, position: int) -> tuple[int, int]:
        """The item between commas that ``position`` stands in."""
        place = bisect_right(self.commas, position)
        before = self.commas[place - 1] + 1 if place else self.start
        after = self.commas[place] if place < len(self.commas) else self.end
        return before, after


def sentences(text: str, breaks: Sequence[int] = ()) -> list[Sentence]:
    """The sentences of ``text``: also lines of a list, and parts set off by semicolons, bullets and numbers.

    One ends besides at each of ``breaks``, in order (where headings begin and end).
    """
    rows = charts(text)
    ends = sorted([*breaks, *(place for row in rows for place in row)]) if rows else breaks
    spans = (piece for span in _spans(text) for piece in _broken(*span, ends))
    found = [_sentence(text, start, end) for start, end in spans if text[start:end].strip()]
    return _with_rows(text, found, rows) if rows else found


def _with_rows(text: str, found: Sequence[Sentence], rows: Sequence[tuple[int, int]]) -> list[Sentence]:
    """The sentences, those within a row of a table of drugs put together."""
    whole = {start: replace(_sentence(text, start, end), row=True) for start, end in rows}
    outside = [each for each in found if not _within(each, rows)]
    return sorted([*outside, *whole.values()], key=lambda each: each.start)


def _within(sentence: Sentence, rows: Sequence[tuple[int, int]]) -> bool:
    place = bisect_right(rows, (sentence.start, LONGEST_SENTENCE + sentence.end)) - 1
    return place >= 0 and sentence.start < rows[place][1]


def _broken(start: int, end: int, breaks: Sequence[int]) -> Iterator[tuple[int, int]]:
    for place in breaks[bisect_right(breaks, start) : bisect_left(breaks, end)]:
        yield start, place
        start = place
    yield start, end


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for stop in _STOP.finditer(text):
        end = stop.end()
        if end == start + 1 and stop[0] == "\n":
            start = end
            continue
        if end <= start or (stop[0] and not _ends(text, start, stop)):
            continue
        yield from _cut(text, start, end)
        start = end
    yield from _cut(text, start, len(text))


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST_SENTENCE:
        blank = text.rfind(" ", start + 1, start + LONGEST_SENTENCE)
        cut = blank if blank > start else start + LONGEST_SENTENCE
        yield start, cut
        start = cut
    yield start, end


def _ends(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether a full stop or a new line ends the sentence that began at ``start``."""
    if stop[0] == "\n":
        return _line_ends(text, start, stop.start())
    if stop[0] == "|":
        return not _in_row(text, stop.start())
    if stop[0][0] != ".":
        return not _ANSWER.match(text, stop.start())
    before = text[max(start, stop.start() - 12) : stop.start() + 1]
    if _LIST_MARK_ONLY.fullmatch(text[max(start, stop.start() - 12) : stop.start()]) and stop.start() - start < 5:
        return False
    if _NUMBER.search(before) and not text[stop.end() : stop.end() + 2].lstrip()[:1].isdigit():
        return True
    return not _ABBREVIATION.search(before) or _opens(text, stop.end(), before)


def _in_row(text: str, bar: int) -> bool:
    """Whether a bar parts the cells of one row of a table of drugs, not two statements."""
    line = text.rfind("\n", 0, bar) + 1
    return text[line:bar].lstrip()[:1] == "|" or bar == line or _CELL.match(text, bar) is not None


def _opens(text: str, end: int, before: str) -> bool:
    """Whether a new sentence opens after an abbreviation's full stop: "5 mg q.d. Lisinopril", a number before it."""
    after = text[end : end + 30].lstrip()
    spelt = _SPELT.search(before)
    return not after or (bool(spelt) and after[0].isupper() and not after[:3].isupper())


def _line_ends(text: str, start: int, at: int) -> bool:
    line = text[max(start, text.rfind("\n", 0, at) + 1) : at].rstrip()
    if not line or text[at + 1 : at + 2] in {"", "\n"}:
        return True
    if _BULLET.match(text, at + 1) or (_NUMBERED.match(line) and _NUMBERED.match(text, at + 1)):
        return True
    if line.endswith(","):
        return False
    if line.endswith((".", ";", ":", "!", "?")):
        return True
    if _starts_entry(text, at + 1) or _COLUMNS.search(line):
        return True
    return len(line) < WRAPPED_AT and not _NEXT_LOWER.match(text[at + 1 : at + 20])


_ENTRY = re.compile(r"[ \t]*(?:[A-Z][\w /()&-]{1,40}(?::|\s[-–=]\s|\s\d)|[a-z][\w /()&,-]{1,40}(?::\s|\s[-–=]\s))")


def _starts_entry(text: str, at: int) -> bool:
    """Whether a line reads as an entry of its own ("Na 138", "lungs - nil"), not as the rest of a sentence."""
    return _ENTRY.match(text, at) is not None


def _sentence(text: str, start: int, end: int) -> Sentence:
    asides = tuple(match.span() for match in _ASIDE.finditer(text, start, end))
    commas, place = [], 0
    for match in _COMMA.finditer(text, start, end):
        while place < len(asides) and asides[place][1] <= match.start():
            place += 1
        if place == len(asides) or match.start() < asides[place][0]:
            commas.append(match.start())
    return Sentence(start, end, tuple(commas), asides)
