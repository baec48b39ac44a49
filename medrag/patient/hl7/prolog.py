"""What the first element of an XML or HTML file is, told without parsing it."""

from __future__ import annotations

import re

_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]")
_HTML = {"html", "head", "body", "div", "p", "table", "span", "h1", "h2", "h3", "meta", "title", "pre", "font"}
DOCTYPE = "!doctype"


def root_name(content: bytes) -> str | None:
    """The name of the first element; "!doctype" where a document type comes first, "html" for HTML's; None for neither.

    Comments and declarations before it, however long, are passed over.
    """
    if not content[:1_000].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
        return None
    text = decoded(content)
    position = _after_prolog(text)
    if text[position : position + len("<!doctype")].casefold() == "<!doctype":
        return "html" if re.match(r"\s+html\b", text[position + 9 : position + 40], re.I) else DOCTYPE
    match = _ROOT.match(text, position)
    return match[1] if match else "?" if text.lstrip().startswith("<?xml") else None


def _after_prolog(text: str) -> int:
    """Where the first element begins; the end of the text where a comment does not end."""
    position = 0
    while True:
        while position < len(text) and text[position].isspace():
            position += 1
        closes = "-->" if text.startswith("<!--", position) else "?>" if text.startswith("<?", position) else None
        if closes is None:
            return position
        end = text.find(closes, position)
        position = len(text) if end < 0 else end + len(closes)


def is_html(root: str) -> bool:
    """Whether a document with this root is HTML."""
    return root.casefold() in _HTML


def decoded(content: bytes) -> str:
    """The text, as far as names and comments need it; characters of other encodings are replaced."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
