"""Forms with a column of boxes for yes and one for no: their two marks are written as the one that they mean."""

from __future__ import annotations

import re

_BOX = r"(?:\[[ \txX✓✔]?\]|[☐☑☒✓✔])"
_HEADER = re.compile(r"\b(?P<first>yes|no)\b[ \t|/]{1,12}\b(?P<second>yes|no)\b[ \t|]*$", re.IGNORECASE | re.MULTILINE)
_PAIR = re.compile(rf"(?P<first>{_BOX})(?P<gap>[ \t|]{{1,12}})(?P<second>{_BOX})(?![ \t]*\w{{1,3}}[ \t]*{_BOX})")
_TICKED = re.compile(r"[xX✓✔☑☒]")
_LABEL = re.compile(r"\w[^\n\[☐☑☒]*\Z")


def answered(text: str) -> str:
    """``text``, of the same length, with "[ ]   [x]" under the header "YES   NO" as "[ ]", and "[x]   [ ]" as "[x]"."""
    header = _HEADER.search(text)
    if header is None or header["first"].casefold() == header["second"].casefold():
        return text
    yes_first = header["first"].casefold() == "yes"

    def meant(pair: re.Match[str]) -> str:
        line = text[text.rfind("\n", 0, pair.start()) + 1 : pair.start()]
        first, second = (_TICKED.search(pair[name]) is not None for name in ("first", "second"))
        if first == second or _LABEL.search(line) is None:
            return pair[0]
        mark = "[x]" if first == yes_first else "[ ]"
        return mark.ljust(len(pair[0]))[: len(pair[0])]

    return text[: header.end()] + _PAIR.sub(meant, text)[header.end() :]
