"""The sections of a note by their headings: "Past medical history:", "ALLERGIES", "Meds - "."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from medrag.reading.languages import Headings, language, pattern
from medrag.reading.matcher import Letters, Matcher, Token, tokens

LONGEST_HEADING = 60
_LINE = re.compile(r"[^\n]+")
_MARK = re.compile(r"[\s#*>→•☐☑☒✓✔✗✘\-–]{0,8}(?:\d{1,2}[.)]\s{0,3})?")
_END = re.compile(r":|\s[-–—=]\s|\s{3,}")
_B_FOLLOWS = re.compile(r"(?:^|\s)B\s?[:–-]\s", re.MULTILINE)
LONGEST_SURVEY = 300
_GAP = re.compile(r"\n[ \t]*\n[ \t]*(?=(\S[^\n]*))")
_NEXT_SENTENCE = re.compile(r"[ \t]*[^\n.]{2,300}?\.(?= {1,3}[A-Z])")
"""Allergies written after their heading, in its line, end with their sentence."""
_SHORT_SENTENCE = re.compile(r"[ \t]*[^\n.]{2,80}(?:\.(?=\s|$)|(?=\n|$))")
_ALLERGIES_IN_LINE = re.compile(
    r"[ \t]*[^\s\n][^\n]*(?:(?<=[,;])\n[^\n]*|\n[ \t]*[-•*\[][^\n]*|\n(?=[a-z])[^\n]*"
    r"|\n[ \t]*[^\s:\d]++(?:[ \t]+[^\s:\d]++){0,5}+[ \t]*(?=\n|\Z)){0,40}(?=\n)"
)
"""Allergies that begin in their heading's line go on in marked, wrapped or short lines without figures."""
_ONE_LINE = re.compile(r"[ \t]*[^\s\n][^\n]+(?=\n[ \t]*[A-Z])")
"""What is said of one relative, under a heading of its own, ends with its line."""
_LISTED_IN_LINE = re.compile(r"[ \t]*[^\s\n][^\n]*(?:(?<=[,;])\n[^\n]*|\n(?=[a-z])[^\n]*){0,20}(?=\n)")
"""Drugs stopped, listed in their heading's line, end with it, unless it ends with a comma or goes on in lower case."""
_QUOTED = re.compile(r"\s*[\"“'‘]")
_SHORTEST = 3
"""A heading before a dash, in a line, is longer, or in capitals."""
_PROSE = 9
"""A line of more words, after a blank one, is no entry of the list before."""
_BULLETS = re.compile(r"\n[ \t]*(?:[•*‣▪☐☑☒-]|1[.)])[ \t]?\S[^\n]*\n[ \t]*(?:[•*‣▪☐☑☒-]|\d{1,2}[.)])")
_ITEM_MARKS = frozenset("-*•‣▪–☐☑☒✓✔✗✘")
"""What marks a line as an item of a list, which heads none."""
_ASIDE = re.compile(r"\([^()\n]{1,40}\)\s*$")
"""What brackets add to a heading ("Meds (from GP):")."""
_FORMER = frozenset({"past", "prior", "previous"})
_JOINED = re.compile(r"\s?[/&+,]\s?|\s(?:and|or)\s")
"""What joins two headings in one ("Not taking / stopped")."""
_IN_LINE = frozenset({"medications", "problems"})
_NARRATES = re.compile(
    r"(?<=[^\s,;:])\n(?=[ \t]*(?:I|We|He|She|They|There|Thank|Mr|Mrs|Ms|Miss|His|Her|This|Today)\b,?(?:[ \t]\S+){7})"
)
"""Where prose begins below a list of drugs or problems: a line that tells of someone."""
_TITLE = re.compile(r"[A-Z][A-Za-z]+(?: [A-Za-z/&-]+){0,5}")
_LISTS = frozenset({"allergies", "medications", "stopped", "family", "history", "past", "problems", "surgery"})


@dataclass(frozen=True, slots=True)
class Section:
    """``text[start:end]`` under a heading of ``category``; ``heading`` is where that begins."""

    category: str | None
    heading: int
    start: int
    end: int


class Sections:
    """The sections of one text, in order; what stands before the first heading has no category."""

    def __init__(self, found: list[Section]) -> None:
        self.all = found
        self._starts = [each.heading for each in found]

    def at(self, position: int) -> Section | None:
        """The section that ``position`` stands in, its heading included."""
        place = bisect_right(self._starts, position) - 1
        if place < 0 or position >= self.all[place].end:
            return None
        return self.all[place]

    def category(self, position: int) -> str | None:
        """The category of the section there; None outside of any and within a heading."""
        section = self.at(position)
        return section.category if section and position >= section.start else None

    def in_heading(self, position: int) -> bool:
        """Whether ``position`` stands in the words of a heading."""
        section = self.at(position)
        return section is not None and section.heading <= position < section.start


Mark = tuple[str, int, int]
"""A heading: its category, where it begins, and where its body does."""


@lru_cache(maxsize=4)
def _known(code: str) -> tuple[Matcher[str], frozenset[str]]:
    words: Headings = language(code).headings
    names = ((name, Letters.ANY, category) for category, names in words.sections.items() for name in names)
    return Matcher(names), words.modifiers


def sections(text: str, code: str = "en") -> Sections:
    """The sections of ``text`` in the language ``code``."""
    marks = _with_sorts(text, list(_headings(text, code)))
    ends = [*(mark[1] for mark in marks[1:]), len(text)][: len(marks)]
    found = [
        Section(_told(text, category, body), start, body, _end(text, category, (start, body), end))
        for (category, start, body), end in zip(marks, ends, strict=True)
    ]
    return Sections(found)


def _with_sorts(text: str, marks: list[Mark]) -> list[Mark]:
    """The headings, those within a list of allergies that only sort it ("Foods:", "Drugs:") as ones of allergies."""
    for place, (category, _, body) in enumerate(marks):
        if category != "allergies":
            continue
        sorts = _sorts(text, body, {start for kind, start, _ in marks if kind == "medications"})
        if sorts:
            own = {start for _, start, _ in sorts}
            rest = _with_sorts(text, [each for each in marks[place + 1 :] if each[1] not in own])
            return sorted([*marks[: place + 1], *sorts, *rest], key=lambda mark: mark[1])
    return marks


def _sorts(text: str, body: int, lists: set[int]) -> list[Mark]:
    """What heads the lines below a heading of allergies that stands alone in its line, where it sorts them.

    One that may as well head the drugs that are taken does so where none of ``lists`` comes later.
    """
    found: list[Mark] = []
    alone, last = False, body
    for line in _LINE.finditer(text, body):
        sort = pattern("allergies", "sort").match(text, *line.span())
        parted = text.count("\n", last, line.start()) > 1 or line.start() == body
        marked = line[0].lstrip()[:1] in _ITEM_MARKS
        if (parted and (found or line[0].strip())) or (sort is None and not marked and line[0].strip()):
            break
        if sort is not None:
            listing = sort["list"] and not any(each > line.end() for each in lists)
            if listing or pattern("allergies", "amount").search(line[0]):
                break
            if not sort["allergen"]:
                found.append(("allergies", *sort.span("label")))
            alone = alone or (sort["alone"] or sort["allergen"]) is not None
        last = line.end()
    return found if alone else []


def _told(text: str, category: str, body: int) -> str:
    """The category; what a relative is quoted with is told of the patient ("Mother: 'he had a fit'")."""
    return "present_illness" if category == "family" and _QUOTED.match(text, body) else category


def _headings(text: str, code: str) -> Iterator[Mark]:
    for line in _LINE.finditer(text):
        mark = _MARK.match(text, line.start(), line.end())
        start = mark.end() if mark else line.start()
        previous = start
        ends = list(_END.finditer(text, start, line.end()))
        for end in ends:
            found = _heading(text, max(previous, end.start() - LONGEST_HEADING), end, start, code)
            if found:
                yield found
            previous = end.end() if found or end[0] == ":" else previous
        whole = text[start : line.end()].strip(" *:_")
        if len(whole) <= LONGEST_HEADING and not ends:
            listed = _BULLETS.match(text, line.end()) is not None
            category = _category(whole, code, tails=listed)
            marked = text[line.start() : start].strip() in _ITEM_MARKS
            if category is None and listed and not marked and _TITLE.fullmatch(whole):
                category = "other"
            if category:
                yield category, start, line.end()


def _heading(text: str, previous: int, end: re.Match[str], line: int, code: str) -> Mark | None:
    """The heading that ends at ``end``: all of its line so far, or, capitalised, the words since the last stop."""
    words = _ASIDE.sub("", text[previous : end.start()])
    cut = max((m.end() for m in re.finditer(r"[.;,!?)\]]\s{0,9}|\s{2,}", words)), default=0)
    start = previous + cut
    colon = end[0] == ":"
    while start < end.start():
        said = words[start - previous :].strip(" *_")
        opens = start == line or start == previous + cut
        capital = said[:1].isupper() or start == line
        clear = colon or (opens and (start == line or said.isupper() or len(said) > _SHORTEST))
        category = _category(said, code) if said and clear and not _surveys(text, said, end.end()) else None
        if category and (capital or (category == "allergies" and colon and opens)):
            return category, start, end.end()
        if not colon:
            return None
        space = text.find(" ", start, end.start())
        if space < 0:
            return None
        start = space + 1
    return None


def _surveys(text: str, said: str, end: int) -> bool:
    """Whether "A" is the first letter of a survey from airway to exposure, and no assessment."""
    return said.casefold() == "a" and _B_FOLLOWS.search(text, end, end + LONGEST_SURVEY) is not None


def _category(words: str, code: str, *, tails: bool = True) -> str | None:
    matcher, modifiers = _known(code)
    said = tokens(words)
    for skipped in range(min(len(said), 4)):
        for end in _ends(said, skipped, code) if tails else (len(said),):
            if found := matcher.at(said[skipped:end]):
                category = _of_stopped(said, matcher) or found[0] if end < len(said) else found[0]
                former = category == "medications" and any(word.folded in _FORMER for word in said[:skipped])
                return "stopped" if former else category
        if said[skipped].folded not in modifiers:
            break
    return _of_both(words, code) if tails else None


def _of_both(words: str, code: str) -> str | None:
    """The category of a heading that joins two of the same ("Not taking / stopped")."""
    for join in _JOINED.finditer(words):
        found = _category(words[: join.start()], code, tails=False)
        if found and found == _category(words[join.end() :], code, tails=False):
            return found
    return None


def _of_stopped(said: Sequence[Token], matcher: Matcher[str]) -> str | None:
    """The category of what is stopped, where any word of the heading says so ("Medications held on admission")."""
    return next((found for word in said for found in matcher.at([word]) if found == "stopped"), None)


def _ends(said: Sequence[Token], first: int, code: str) -> Iterator[int]:
    """Where the name of a heading may end: with its last word, or before words of where and when it is from."""
    yield len(said)
    tails = language(code).headings.tails
    head = said[first].text
    if len(head) < (_SHORTEST - 1 if head.isupper() else _SHORTEST + 1):
        return
    yield from (place for place in range(first + 1, len(said)) if said[place].folded in tails or _dates(said[place:]))


def _last_reaction(body: str, stop: int) -> int:
    """Where the last of the short sentences ends, from ``stop`` on, that tell of reactions ("Peanut: anaphylaxis.")."""
    while (sentence := _SHORT_SENTENCE.match(body, stop)) and pattern("allergies", "reaction").search(sentence[0]):
        stop = sentence.end()
    return stop


def _dates(said: Sequence[Token]) -> bool:
    """Whether nothing but figures stands there ("Bloods 16/11")."""
    return all(word.text.isdigit() for word in said)


def _end_in_line(category: str, body: str) -> int:
    """Where a list of allergies or stopped drugs that begins in its heading's line ends; 0 where it does not."""
    if category == "allergies" and (sentence := _NEXT_SENTENCE.match(body)):
        return _last_reaction(body, sentence.end())
    pattern = {"allergies": _ALLERGIES_IN_LINE, "stopped": _LISTED_IN_LINE, "past": _LISTED_IN_LINE}.get(category)
    match = pattern.match(body) if pattern else None
    return match.end() if match else 0


def _end(text: str, category: str, opening: tuple[int, int], end: int) -> int:
    """Where a section ends at the latest: a list ends at a blank line before prose."""
    if category not in _LISTS:
        return end
    heading, start = opening
    body = text[start:end]
    if stop_in_line := _end_in_line(category, body):
        return start + stop_in_line
    if category in _IN_LINE and (told := _NARRATES.search(body)):
        body, end = body[: told.start()], start + told.start()
    if category == "family" and (stop := pattern("relatives", "another_label").search(body)):
        body = body[: stop.start()]
        end = start + stop.start()
    of_one = pattern("relatives", "heading").match(text, heading, start)
    one_line = _ONE_LINE if of_one else pattern("relatives", "one_line")
    if category == "family" and (stop := one_line.match(body)):
        return start + stop.end()
    for gap in _GAP.finditer(body):
        line = gap[1]
        if len(line.split()) > _PROSE and line.rstrip().endswith(".") and not line.lstrip().startswith(("-", "*", "•")):
            return start + gap.end()
    return end
