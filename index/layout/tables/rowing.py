"""Lines to rows where no rule parts them: by the steps between them, by what would have fitted, by how cells begin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.layout.joining import in_cell
from index.layout.tables.columns import Column, Line, cell
from index.layout.word import Word
from index.tables import Row, hangs

# Steps between the lines of a cell, in heights of its face, and by how much those between rows are larger.
_LEADING = 1.5
_LARGER = 1.15
_MOSTLY = 0.7
# The share of a column's rows that begin as its others do, and of subjects with a capital where a small letter goes on.
_CAPITAL = 0.6
# What goes on with a text: "for 3 doses", "(at most 2 mg)".
_CONNECTS = re.compile(r"\((?!\d+\))|(?:for|then|with|and|or|to|by|in|at|of|on|over|per|plus|if|until|unless|except)\b")
_NUMBER = re.compile(r"[<>≤≥]?\d[\d.,]*%?")
_ENDED = (".", ";")


@dataclass(frozen=True)
class Rowed:
    """The lines of each row; ``placed``: a cell that is empty is known to be so, as no row can be part of another.

    ``doubtful``: the name of a group of rows may have been taken for the end of a subject.
    """

    rows: list[list[Line]]
    placed: bool
    doubtful: bool = False


def rowed(lines: Sequence[Line], parts: Sequence[Column]) -> Rowed:
    """The lines of each row.

    Where some steps are larger than others, they part the rows. Else cells hang from their tops, and a line goes on
    with the row above or begins one as the subject, the style of its cells and what would have fitted above say.
    """
    steps = [second[0].base - first[0].base for first, second in pairwise(lines)]
    size = median([word.size for line in lines for word in line] or [1.0])
    if any(0 < step < 0.75 * size for step in steps):
        return Rowed(_centred(lines, parts[0]), placed=False)
    within = _within(steps, size)
    if within:
        rows = _split(lines, [step > within for step in steps])
        hung = _hung(rows, parts)
        return Rowed(hung, placed=len(hung) == len(rows))
    hanging = _Hanging.of(lines, parts)
    rows = [[lines[0]]] if lines else []
    for line, step in zip(lines[1:], steps, strict=True):
        if step > 1.7 * size or hanging.begins(rows[-1], line):
            rows.append([])
        rows[-1].append(line)
    return Rowed(rows, placed=hanging.are_apart(rows), doubtful=hanging.may_hide_groups(rows))


def _split(lines: Sequence[Line], new: Sequence[bool]) -> list[list[Line]]:
    """The lines in groups; each of ``new`` says whether the next line begins one."""
    rows = [[lines[0]]]
    for line, begins in zip(lines[1:], new, strict=True):
        if begins:
            rows.append([])
        rows[-1].append(line)
    return rows


def _hung(rows: Sequence[list[Line]], parts: Sequence[Column]) -> list[list[Line]]:
    """The rows, where cells hang from their tops parted where a word stands under an empty place."""
    several = [row for row in rows if len(row) > 1]
    hung = sum(not any(_under_empty(row[0], line, parts) for line in row[1:]) for row in several)
    if hung < _MOSTLY * len(several):
        return list(rows)
    return [
        part
        for row in rows
        for part in _split(row, [_under_empty(above, line, parts) for above, line in pairwise(row)])
    ]


def _under_empty(above: Line, line: Line, parts: Sequence[Column]) -> bool:
    return any(cell(line, part) and not cell(above, part) for part in parts)


def _within(steps: Sequence[float], size: float) -> float | None:
    """The largest step between lines of one cell; None where steps do not tell, being all about the same."""
    ordered = sorted(step for step in steps if step > 0)
    jumps = [(second / first, first) for first, second in pairwise(ordered) if first <= _LEADING * size]
    ratio, jump = max(jumps, default=(0.0, 0.0))
    return jump * (1 + _LARGER) / 2 if ratio > _LARGER else None


@dataclass(frozen=True)
class _Hanging:
    """Cells that hang from their tops, lines all one step apart.

    ``ends`` is where the cells of each column end, ``small`` which columns hold mostly what begins with a small letter,
    ``usual`` which are filled in most rows; ``lettered`` says that subjects mostly begin with a capital.
    """

    parts: Sequence[Column]
    ends: Sequence[float]
    small: Sequence[bool]
    usual: Sequence[bool]
    lettered: bool

    @classmethod
    def of(cls, lines: Sequence[Line], parts: Sequence[Column]) -> _Hanging:
        named = [line for line in lines if (words := cell(line, parts[0])) and _is_new(words[0].text)] or lines
        firsts = [[words[0].text for line in named if (words := cell(line, part))] for part in parts]
        return cls(
            parts,
            _ends(lines, parts),
            [sum(map(_goes_on, texts)) > (1 - _CAPITAL) * len(texts) for texts in firsts],
            [len(texts) >= _MOSTLY * len(named) for texts in firsts],
            sum(text[0].isupper() for text in firsts[0]) >= _CAPITAL * len(firsts[0]),
        )

    def begins(self, row: Sequence[Line], line: Line) -> bool:
        """Whether a line begins a row below ``row``."""
        cells = [cell(line, part) for part in self.parts]
        above = [cell(row[-1], part) for part in self.parts]
        if _under_empty(row[-1], line, self.parts):
            return True
        if any(words and over and hangs(over[-1].text) for words, over in zip(cells, above, strict=True)):
            return False
        return self._subject_begins(cells, above) if cells[0] else self._rest_begins(cells, above)

    def are_apart(self, rows: Sequence[Sequence[Line]]) -> bool:
        """Whether no row that lacks what most have could be the rest of the one above."""
        return all(self._is_apart(above, row) for above, row in pairwise(rows))

    def may_hide_groups(self, rows: Sequence[Sequence[Line]]) -> bool:
        """Whether a line that is only a subject was put with the row above, in a table with rows that are no more."""
        named = any(all(self._is_alone(line) for line in row) for row in rows)
        return named and any(
            self._is_alone(line) and not self._continues(0, line) and not hangs(row[place][-1].text)
            for row in rows
            for place, line in enumerate(row[1:])
        )

    def _is_alone(self, line: Line) -> bool:
        return len(cell(line, self.parts[0])) == len(line)

    def _is_apart(self, above: Sequence[Line], row: Sequence[Line]) -> bool:
        cells = [cell(row[0], part) for part in self.parts]
        over = [cell(above[-1], part) for part in self.parts]
        if all(words for words, usual in zip(cells, self.usual, strict=True) if usual):
            return True
        if self._is_alone(row[0]) and _in_another_face(cells[0], over[0]):
            return True
        own = bool(cells[0]) and not self._continues(0, cells[0]) and not (over[0] and hangs(over[0][-1].text))
        return own and (any(self._fits(cells, over)) or _under_empty(above[-1], row[0], self.parts))

    def _subject_begins(self, cells: Sequence[Sequence[Word]], above: Sequence[Sequence[Word]]) -> bool:
        others = [(place, words) for place, words in enumerate(cells) if words and place]
        fits = self._fits(cells, above)
        if self._continues(0, cells[0]):
            full = all(words for words, usual in zip(cells, self.usual, strict=True) if usual)
            whole = full and not any(self._continues(place, words) for place, words in others)
            return whole and (fits[0] or not self.lettered)
        if not others and _in_another_face(cells[0], above[0]):
            return True
        if not others or all(self._continues(place, words) for place, words in others):
            ended = [
                not words or not over or not over[-1].text.endswith(",")
                for words, over in zip(cells, above, strict=True)
            ]
            return any(fit and end for fit, end in zip(fits, ended, strict=True))
        return fits[0] or not above[0][-1].text.endswith(",")

    def _rest_begins(self, cells: Sequence[Sequence[Word]], above: Sequence[Sequence[Word]]) -> bool:
        """Whether a line without a subject is a row of the one above: its cells are whole and begin as such do."""
        filled = [(place, words) for place, words in enumerate(cells) if words]
        begins = [words[0].text for _, words in filled]
        new, linked = any(map(_is_new, begins)), any(map(_CONNECTS.match, begins))
        small = all(text[0].islower() for text in begins)
        if len(filled) < len(cells) - 1 or small or (linked and not new):
            return False
        if any(above[place][-1].text.endswith(_ENDED) for place, _ in filled):
            return False
        numbers = any(
            all(len(each) == 1 and _NUMBER.fullmatch(each[0].text) for each in (words, above[place]))
            for place, words in filled
        )
        return numbers or any(self._fits(cells, above))

    def _continues(self, place: int, words: Sequence[Word]) -> bool:
        """Whether a cell's words begin as the rest of one does, and not as the column's cells."""
        first = words[0].text
        digit = place == 0 and first[0].isdigit() and self.lettered
        return not self.small[place] and (_goes_on(first) or digit)

    def _fits(self, cells: Sequence[Sequence[Word]], above: Sequence[Sequence[Word]]) -> list[bool]:
        """Whether each cell's first word would have fitted on the line above, where its writer would have put it."""
        return [
            bool(words and over) and over[-1].x1 + 0.25 * words[0].size + words[0].x1 - words[0].x0 < end
            for words, over, end in zip(cells, above, self.ends, strict=True)
        ]


def _in_another_face(words: Sequence[Word], above: Sequence[Word]) -> bool:
    """Whether words are bold or slanted and what they stand below is not, or the other way round."""
    return bool(above) and (words[0].bold, words[0].italic) != (above[-1].bold, above[-1].italic)


def _goes_on(text: str) -> bool:
    return text[0].islower() or _CONNECTS.match(text) is not None


def _is_new(text: str) -> bool:
    return text[0].isupper() or text[0].isdigit()


def _ends(lines: Sequence[Line], parts: Sequence[Column]) -> list[float]:
    """Where the cells of each column end: as far before the next as in the column that leaves least."""
    ends = [
        max((word.x1 for line in lines for word in cell(line, part) if word.x1 < part[1]), default=part[0])
        for part in parts
    ]
    gap = min((following[0] - end for end, following in zip(ends, parts[1:], strict=False)), default=0.0)
    return [max(end, following[0] - gap) for end, following in zip(ends, parts[1:], strict=False)] + ends[-1:]


def _centred(lines: Sequence[Line], first: Column) -> list[list[Line]]:
    """Rows whose cells stand at their middles: each line to the nearest one that has a subject."""
    subjects = [line for line in lines if cell(line, first)] or lines
    rows: dict[int, list[Line]] = {id(subject): [] for subject in subjects}
    for line in lines:
        rows[id(min(subjects, key=lambda each: abs(each[0].base - line[0].base)))].append(line)
    return list(rows.values())


def subjects_joined(grouped: Sequence[Sequence[Line]], rows: Sequence[Row], parts: Sequence[Column]) -> list[Row]:
    """The rows, where the words of a merged cell stand beside several of them with the whole in each.

    They are told by a small letter among subjects with capitals, and by that they would not have fitted above.
    """
    subjects = [row[0] for row in rows if row[0][:1].isalpha()]
    ends = _ends([line for lines in grouped for line in lines], parts)
    done = list(rows)
    if sum(subject[0].isupper() for subject in subjects) < _CAPITAL * len(subjects):
        return done
    for place in range(1, len(done)):
        above, words = cell(grouped[place - 1][-1], parts[0]), cell(grouped[place][0], parts[0])
        broken = words and above and words[0].text[0].islower() and above[-1].x1 + words[0].x1 - words[0].x0 > ends[0]
        if broken and all(done[place][1:]) and all(done[place - 1][1:]):
            whole = in_cell([done[place - 1][0], done[place][0]])
            done[place - 1 : place + 1] = [(whole, *row[1:]) for row in done[place - 1 : place + 1]]
    return done
