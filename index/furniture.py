"""What a document says about itself and not to the reader of its advice: contents, references, rights."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from index.document import Section

_NUMBER = r"^(?:(?:chapter|section|appendix|annex)\s+)?(?:[\dA-Z]{1,2}(?:\.\d+)*[.:)]?\s+)?"
_UNREAD = re.compile(
    _NUMBER + r"(?:(?:table|list) of (?:contents|tables|figures|abbreviations)|contents|"
    r"(?:on|in) this (?:page|document|guideline)|"
    r"references?(?: list)?|bibliography|literature cited|works cited|acknowledge?ments?|"
    r"(?:conflicts?|declarations?) of interests?|"
    r"index|copyright(?: notice)?|share this page|related pages|see also|navigation)\s*:?$",
    re.IGNORECASE,
)
_CONTENTS = re.compile(_NUMBER + r"(?:table of )?contents\s*:?$", re.IGNORECASE)
_RIGHTS = re.compile(
    r"\ball rights reserved\b|^\s*(?:©|\(c\)\s|copyright\b)|subject to notice of rights|\bISBN\b"
    r"|^printed (?:copies|on)\b|uncontrolled (?:when printed|copy|copies)",
    re.IGNORECASE,
)
_MAX_RIGHTS_WORDS = 40


def kept(sections: Iterable[Section]) -> Iterator[Section]:
    """The sections that speak of the matter, without notices of rights."""
    for section in sections:
        if any(map(_UNREAD.match, section.heading)):
            continue
        blocks = tuple(block for block in section.blocks if not is_rights(block.text))
        if blocks:
            yield replace(section, blocks=blocks)


def is_unread(heading: str) -> bool:
    """Whether what stands under ``heading`` is not indexed."""
    return _UNREAD.match(heading) is not None


def is_contents_heading(heading: str) -> bool:
    """Whether a document's own contents stand under ``heading``, up to the next one."""
    return _CONTENTS.match(heading) is not None


def is_rights(text: str) -> bool:
    """Whether a paragraph is a notice of rights or of printing."""
    return len(text.split()) <= _MAX_RIGHTS_WORDS and _RIGHTS.search(text) is not None
