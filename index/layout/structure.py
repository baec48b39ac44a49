"""Lines to headings, paragraphs, list items and rows; what is broken over lines, columns and pages is joined again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from index.document import Block, Section
from index.furniture import is_contents_heading, is_unread
from index.layout.fragments import ENDS, RECOMMENDATION, STARTS_LOWER
from index.layout.headings import Headings, above, plain
from index.layout.joining import joined
from index.layout.lines import Line, entry, is_contents, is_entry
from index.layout.markers import BULLET, NUMBER, Marker, Markers
from index.layout.open_text import OpenText, as_broad, fitted
from index.layout.tables.cells import Found
from index.layout.tables.tabled import Tables
from index.tables import CAPTION, MARKS, is_settled

_INDENT = 8.0
_CAPTION_LINES = 2
_GAPPED_LINES = 3
_CAPTION_STEP = 2.5


class Structure:
    """Takes a document's lines and tables in reading order and gives its sections.

    ``captions`` are the ranks of headings that only name the table below them.
    """

    def __init__(self, headings: Headings, title: str, captions: frozenset[float] = frozenset()) -> None:
        self._headings = headings
        self._captions = captions
        self._caption: str | None = None
        self._latest: float | None = None
        self._governed: dict[float, set[type]] = defaultdict(set)
        self._title = plain(title)
        self._path: list[tuple[float, str]] = []
        self._blocks: list[Block] = []
        self._open: OpenText | None = None
        self._waiting: OpenText | None = None
        self._cut = False
        self._gapped: Counter[int] = Counter()
        self._markers = Markers()
        self._tables = Tables()
        self._done: list[tuple[tuple[str, ...], list[Block]]] = []

    def page(self, items: Sequence[Line | Found], number: int) -> None:
        """A page's lines and tables."""
        lines = [item for item in items if isinstance(item, Line)]
        leading = _leading(lines)
        position = 0
        while position < len(items):
            item = items[position]
            if isinstance(item, Found):
                self._add_table(item, number)
                position += 1
                continue
            following = [each for each in items[position:] if isinstance(each, Line)]
            if self._in_contents and is_entry(item.text):
                position += 1
                continue
            heading, used = self._headings.at(following, self._text_ended(), self._gap(item, leading))
            if heading:
                self._head(heading, following[:used])
                position += used
            else:
                self._add_line(item, leading)
                position += 1

    def close(self) -> tuple[Section, ...]:
        """What was read, nothing follows."""
        self._finish_all()
        self._end_section()
        return tuple(Section(heading, tuple(blocks)) for heading, blocks in self._done)

    @property
    def captions(self) -> frozenset[float]:
        """The ranks of the headings without a number that stood over nothing but a table."""
        return frozenset(rank for rank, kinds in self._governed.items() if kinds == {Found})

    @property
    def unread(self) -> Sequence[int]:
        """The pages of tables whose rows are not known for sure, and of lines in columns that are in no table."""
        return [*self._tables.unread, *(page for page, count in self._gapped.items() if count >= _GAPPED_LINES)]

    def _text_ended(self, *, strictly: bool = False) -> bool:
        """Whether the open text may end; a list's item may without a full stop, where not ``strictly`` told."""
        if self._open is None:
            return True
        return bool(ENDS.search(self._open.text)) or (self._open.statement and not strictly)

    def _gap(self, line: Line, leading: float) -> bool:
        last = self._open.last if self._open else None
        return last is None or last.page != line.page or not 0 < line.base - last.base < 1.3 * leading

    def _head(self, text: str, lines: Sequence[Line]) -> None:
        self._finish_all()
        self._end_section()
        rank = self._headings.rank(lines[0], text)
        self._govern(Line)
        self._latest = rank
        if rank in self._captions and not text[:1].isdigit():
            self._caption = text
            return
        named = plain(text) != self._title
        under = [] if self._in_contents else above(self._path, rank, text)
        self._path = under + ([(rank, text)] if named else [])
        self._tables.forget()

    def _govern(self, kind: type) -> None:
        """Note what stands first below the latest heading."""
        if self._latest is not None:
            self._governed[self._latest].add(kind)
        self._latest = None

    @property
    def _in_contents(self) -> bool:
        return bool(self._path) and is_contents_heading(self._path[-1][1])

    def _end_section(self) -> None:
        if self._blocks:
            self._done.append((tuple(text for _, text in self._path), self._blocks))
            self._blocks = []
        self._markers.forget()

    def _add_line(self, line: Line, leading: float) -> None:
        text = line.text
        self._govern(Line)
        self._gapped[line.page] += line.gapped
        if is_contents(text):
            self._drop_contents(text)
            return
        note = self._tables.has_note(text)
        aside = self._set_aside(line, leading, note=note)
        bullet = None if note else BULLET.match(text) or NUMBER.match(text)
        numbered = RECOMMENDATION.match(text)
        starts = (bullet or numbered) and self._may_start(line, leading, sure=bool(BULLET.match(text)))
        if self._open is None or note or starts or self._begins(line, leading):
            self._finish()
            stripped = text[bullet.end() :] if starts and bullet else text
            self._open = OpenText(
                stripped, line, line.page, statement=bool(starts), note=note, aside=aside, gapped=line.gapped
            )
            if starts and bullet:
                self._open.level = self._level(Marker.of(bullet[0], line.x0 - line.left))
                self._open.marker = line.x0
                self._open.indent = line.words[1].x0 if len(line.words) > 1 else None
            elif not starts or not bullet:
                self._markers.forget()
        else:
            self._open.text = joined(self._open.text, text)
            beside = line.page != self._open.last.page or line.base <= self._open.last.base
            self._open.indent = line.x0 if self._open.indent is None or beside else self._open.indent
            self._open.last = line
            self._open.lines += 1
            self._open.gapped |= line.gapped

    def _set_aside(self, line: Line, leading: float, *, note: bool) -> bool:
        """Whether a line belongs to the table that cuts a text: its footnotes, and what is not as broad as the text.

        The text waits until they are read.
        """
        cut = self._waiting or (self._open if self._cut and not self._text_ended(strictly=True) else None)
        if cut is None or self._open is None:
            return False
        ended = not self._open.aside or ENDS.search(self._open.text) is not None
        goes_on = ended and STARTS_LOWER.match(line.text) is not None
        aside = note or not (goes_on or as_broad(line, cut.last))
        if aside and self._waiting is None:
            self._open, self._waiting = None, self._open
        elif self._waiting and not aside and self._begins(line, leading):
            self._finish()
            self._open, self._waiting = self._waiting, None
        self._cut = self._waiting is not None
        return aside

    def _may_start(self, line: Line, leading: float, *, sure: bool) -> bool:
        """Whether a marker begins an item; a number or a dash at a line's start may be the sentence's own."""
        if self._open is None:
            return True
        apart = self._text_ended() or self._gap(line, leading)
        if sure and line.text[0] in "–—-*":
            return apart or abs(line.x0 - self._open.last.x0) > 2
        return sure or apart or line.x0 < self._open.last.x0 - 4

    def _begins(self, line: Line, leading: float) -> bool:
        """Whether a line without a marker begins a paragraph."""
        block = self._open
        if block is None:
            return True
        ended, capital = bool(ENDS.search(block.text)), line.text[:1].isupper()
        if STARTS_LOWER.match(line.text) and not (ended and block.text.endswith(".")):
            return False
        if block.last.page != line.page or line.base <= block.last.base:  # the next page or column
            inside = block.level > 0 and line.x0 - line.left > _INDENT
            return not inside and (ended or (block.level > 0 and capital))
        outdented = block.level > 0 and block.indent is not None and line.x0 < block.indent - 3
        if line.base - block.last.base > 1.35 * leading:
            return ended or outdented or capital or line.text[:1] in MARKS
        if outdented:
            return ended or (line.x0 <= block.marker + 1 and capital)
        indented = block.level == 0 and line.x0 > block.margin + _INDENT and not block.hangs(line)
        return ended and (fitted(line, block.last) or indented)

    def _level(self, marker: Marker) -> int:
        below_stem = bool(self._blocks) and self._blocks[-1].text.endswith(":")
        if self._markers.begins_anew(marker, below_stem=below_stem):
            self._end_section()
        return self._markers.level(marker, below_stem=below_stem)

    def _drop_contents(self, text: str) -> None:
        """A line of a table of contents; where it is only dots, the line above is its entry."""
        if self._open and not entry(text):
            self._open = None
        self._finish()

    def _finish_all(self) -> None:
        self._finish()
        self._open, self._waiting = self._waiting, None
        self._finish()

    def _finish(self) -> None:
        if self._open and (text := " ".join(self._open.text.split())):
            blocks = self._blocks
            if self._open.note:
                blocks = self._tables.note(text)
            elif self._open.aside:
                blocks = self._tables.blocks or blocks
            blocks.append(
                Block(
                    text,
                    statement=self._open.statement,
                    level=self._open.level,
                    page=self._open.page,
                    quotable=not (self._open.note or self._open.gapped),
                )
            )
        self._open = None

    def _add_table(self, found: Found, page: int) -> None:
        """The rows of a table; what stands before and after it is one text where it goes on."""
        self._govern(Found)
        if self._caption:
            found, self._caption = replace(found, caption=found.caption or self._caption), None
        if self._waiting:
            self._finish()
            self._open, self._waiting = self._waiting, None
        if not found.caption and (named := self._caption_above(found)):
            found = replace(found, caption=named)
        grid = self._tables.grid(found, page, alone=self._open is None)
        waiting = self._open is not None and (not self._text_ended(strictly=True) or self._is_stem(page))
        unfinished, self._open = (self._open, None) if waiting else (None, self._open)
        self._finish()
        path = tuple(text for _, text in self._path)
        floats = any(map(is_unread, path))
        if found.caption or floats:
            # What a table with a caption stands under on its page may be another matter.
            self._done.append(((*(() if floats else path), *([found.caption] if found.caption else [])), []))
        self._tables.add(grid, page, self._done[-1][1] if found.caption or floats else self._blocks)
        if unfinished and not is_settled(grid):  # the table may hold words of the text
            unfinished.gapped = True
        self._open = unfinished
        self._cut = unfinished is not None

    def _caption_above(self, found: Found) -> str | None:
        """The words of a short text without an end right above a table, which is no longer open then."""
        text = self._open
        if text is None or text.level or text.lines > _CAPTION_LINES or self._text_ended(strictly=True):
            return None
        above = 0 < found.box[1] - text.last.base < _CAPTION_STEP * text.last.size and text.text[:1].isupper()
        if not above and not CAPTION.match(text.text):
            return None
        self._open = None
        return text.text

    def _is_stem(self, page: int) -> bool:
        """Whether a list is to follow, which a table on the next page keeps apart from its stem."""
        return self._open is not None and self._open.page != page and self._open.text.rstrip().endswith(":")


def _leading(lines: Sequence[Line]) -> float:
    """How far apart the page's lines mostly are, in points."""
    steps = [second.base - first.base for first, second in pairwise(lines)]
    usual = Counter(round(step) for step in steps if 4 < step < 60).most_common(1)
    size = median([line.size for line in lines]) if lines else 12.0
    return float(usual[0][0]) if usual and usual[0][1] > 2 else 1.25 * size
