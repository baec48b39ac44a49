"""Lists with the words that govern them: "Do not use:" goes before each of its bullets, whatever the format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.document import Block, Section
from index.sentences import sentences

# Bullets that hold only together are one statement.
_TOGETHER = re.compile(
    r"\b(?:all|both|(?:any\s+)?(?:two|three|four|\d+)(?:\s+or\s+more)?|at least \w+)\s+(?:of|the following)\b"
    r"|\bin (?:this|the following) order\b|\bcombination of\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\b(?:and|plus|together with)\W*$|\band/or\W*$", re.IGNORECASE)
# Words that change what a bullet means: without them it would be read as advice.
_GOVERNS = re.compile(
    r"\b(?:not|never|no|avoid\w*|stop\w*|contra-?indicat\w*|caution\w*|withhold|discontinue|unless|except\w*|without|"
    r"if|when|who|with|for|offer|consider|give|use|prescribe|check|refer|do|any|one|include\w*)\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"^(?:[\d.]+\s+)?(?:do not|don[’']t|never|avoid|contra-?indications?|not (?:recommended|indicated|to be)|"
    r"(?:drugs|medicines|medications|treatments)\s+(?:to avoid|not to|that should not)|when not to|who should not)\b",
    re.IGNORECASE,
)
_MARKS = re.compile(r"(?:\s*\{[^{}]*\})*\s*$")
"""A sentence's grades, as the corpus writes them: "... at 12 weeks. {strength: 1}"."""
_MAX_TOGETHER = 120
_MAX_LABEL_WORDS = 4


def stemmed(section: Section) -> Section:
    """The section with each list item after its stem, or the list in one statement where its items belong together."""
    return replace(section, blocks=tuple(_joined(section.blocks, _against(section))))


def _against(section: Section) -> str | None:
    """The heading, where it tells what must not be done: a bare list below it would be read as advice."""
    last = section.heading[-1] if section.heading else ""
    return f"{last.rstrip(':')}:" if _AGAINST.match(last) else None


def _joined(blocks: Sequence[Block], heading: str | None) -> Iterator[Block]:
    position = 0
    while position < len(blocks):
        block = blocks[position]
        items = _items(blocks, position + 1, block.level)
        if items and block.text.rstrip().endswith((":", "…")) and not _is_label(block.text, items):
            yield from _under(block, items)
            position += 1 + len(items)
            continue
        if items and block.level:
            yield _together(block, items)
            position += 1 + len(items)
            continue
        if items and block.text.rstrip().endswith(":") and _is_label(block.text, items):
            block = replace(block, quotable=False)
        fragment = block.level and not _MARKS.sub("", block.text).endswith(".")
        yield replace(block, text=f"{heading} {block.text}") if heading and fragment else block
        position += 1


def _items(blocks: Sequence[Block], start: int, level: int) -> Sequence[Block]:
    """The list items deeper than ``level`` that follow."""
    end = start
    while end < len(blocks) and blocks[end].level > level:
        end += 1
    return blocks[start:end]


def _is_label(text: str, items: Sequence[Block]) -> bool:
    """ "Implementation considerations:" over whole sentences only names them."""
    whole = all(each.text[:1].isupper() and each.text.rstrip().endswith(".") for each in items)
    return whole and len(text.split()) <= _MAX_LABEL_WORDS and not _GOVERNS.search(text)


def _under(block: Block, items: Sequence[Block]) -> Iterator[Block]:
    before, stem = _stem(block.text)
    if before:
        yield replace(block, text=before, statement=False, level=0)
    governed = replace(block, text=stem, statement=True)
    apart = list(_joined(items, None))
    if _TOGETHER.search(stem) or any(_AND.search(each.text) for each in apart[:-1]):
        together = _together(governed, apart)
        if len(together.text.split()) <= _MAX_TOGETHER:
            yield together
            return
    for each in apart:
        yield replace(
            each,
            text=f"{stem} {each.text}",
            level=block.level,
            statement=True,
            strength=each.strength or block.strength,
            grade=each.grade or block.grade,
        )


def _together(block: Block, items: Sequence[Block]) -> Block:
    said = [each.text.rstrip() for each in items]
    listed = " ".join(text if text.endswith((".", ";", ",", "and", "or", ":")) else f"{text};" for text in said[:-1])
    return replace(block, text=" ".join(filter(None, (block.text, listed, said[-1]))), statement=True)


def _stem(text: str) -> tuple[str, str]:
    """The sentences before the stem, and the stem."""
    start = list(sentences(text))[-1][0]
    return text[:start].strip(), text[start:].strip()
