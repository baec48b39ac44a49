"""A text that lines still join, and how its lines tell whether the next one goes on with it."""

from __future__ import annotations

from dataclasses import dataclass

from index.layout.lines import Line

_BESIDE = 4.0
_ALIKE = 0.15


@dataclass
class OpenText:
    """A block that lines still join. ``indent`` is where its text begins, ``marker`` where its bullet stands.

    ``note`` says that it is a table's footnote, ``aside`` that it stands below a table that cuts text, ``gapped`` that
    a line of it has gaps as between a table's cells.
    """

    text: str
    last: Line
    page: int
    level: int = 0
    marker: float = 0.0
    indent: float | None = None
    statement: bool = False
    note: bool = False
    aside: bool = False
    lines: int = 1
    gapped: bool = False

    @property
    def margin(self) -> float:
        """Where its lines begin."""
        return self.last.x0 if self.indent is None else self.indent

    def hangs(self, line: Line) -> bool:
        """Whether a line stands below the words behind the number of a numbered one."""
        first = self.last.words
        return self.statement and self.indent is None and len(first) > 1 and abs(line.x0 - first[1].x0) < _BESIDE


def as_broad(line: Line, other: Line) -> bool:
    """Whether the columns of two lines are of one breadth."""
    return abs((line.right - line.left) / max(other.right - other.left, 1) - 1) < _ALIKE


def fitted(line: Line, last: Line) -> bool:
    """Whether the first word of ``line`` would have fitted on the line above, where its writer did not put it."""
    word = line.words[0].x1 - line.words[0].x0
    return last.x1 + 0.3 * line.size + word < last.right - 0.5 * line.size
