"""The transparency document: ``intended_use.yaml`` is the one place where its words stand.

``docs/intended-use.md`` is written from it (``python -m medrag.server.about.document``) and ``/v1/about`` serves it as
data. A section is text, and rows where it is a list of the same kind of thing; the names in a row are its columns.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import yaml

from medrag.types import Record


class Section(Record):
    """A part of the document. Every row of a section has the same names."""

    id: str
    title: str
    text: str = ""
    rows: tuple[dict[str, str], ...] = ()


class Document(Record):
    """All of it."""

    title: str
    summary: str
    sections: tuple[Section, ...]


@lru_cache
def document() -> Document:
    """The document."""
    return Document.model_validate(yaml.safe_load(files(__package__).joinpath("intended_use.yaml").read_text()))


def markdown(content: Document) -> str:
    """It for people."""
    blocks = [f"# {content.title}", content.summary.strip()]
    for section in content.sections:
        blocks.append(f"## {section.title}")
        blocks += [each for each in (section.text.strip(), _table(section.rows)) if each]
    return "\n\n".join(blocks) + "\n"


def _table(rows: tuple[dict[str, str], ...]) -> str:
    if not rows:
        return ""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([row[name] for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(' '.join(cell.split()) for cell in line)} |" for line in lines)


if __name__ == "__main__":
    from pathlib import Path

    Path("docs/intended-use.md").write_text(markdown(document()))
