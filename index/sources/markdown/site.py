"""What MkDocs, Docusaurus and their like add to Markdown, turned into Markdown and HTML that any parser reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_ATTRIBUTES = re.compile(r"[ \t]*\{:?\s*[#.][^{}\n]*\}[ \t]*$|[ \t]*\{:\s*[^{}\n]*\}", re.MULTILINE)
_MARKS = re.compile(
    r"^\[TOC\]\s*$|^\[\[_?TOC_?\]\]\s*$|^(?:import|export)\s.+?(?:from\s+['\"].*|;)\s*$|^<!--.*?-->\s*$", re.MULTILINE
)
_BOX = re.compile(r"^(\s*)(?:!!!|\?\?\?\+?|===\+?)\s+(?:([\w -]+?)\s*)?(?:\"([^\"]*)\")?\s*$")
_FENCED_BOX = re.compile(r"^\s*:::+\s*(?:\{?\.?([a-z]+)\}?)?\s*(?:\[([^\]]+)\]|(.*?))\s*$")
_TAB = re.compile(r"^\s*<TabItem\b[^>]*>\s*$")
_LABEL = re.compile(r"\blabel=[\"']([^\"']+)[\"']")
_COMPONENT = re.compile(r"^\s*</?[A-Z]\w*[^>]*>\s*$")
_NOTE = re.compile(r"^\[\^([\w-]+)\]:\s*(.+(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_NOTE_MARK = re.compile(r"\[\^([\w-]+)\]")
_UNDERLINED = re.compile(r"^(?=\S)([^\n|>#*-][^\n|]{0,80}[^\n|.:;,])\n(=|-)\2{2,}[ \t]*$(?=\n|\Z)", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])")
_FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})[^\n]*\n.*?^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)
_END = "</div>"


def plain(body: str) -> str:
    """The text without directives, attributes, pictures and code; boxes and tabs become ``div`` with a title."""
    body = _FENCE.sub("", body)
    body = _IMAGE.sub("", body)
    body = _with_notes(body)
    body = _MARKS.sub("", body)
    body = _UNDERLINED.sub(lambda match: f"{'#' if match[2] == '=' else '##'} {match[1]}\n", body)
    body = "\n".join(_boxes(body.split("\n")))
    return _ATTRIBUTES.sub("", body)


def _with_notes(body: str) -> str:
    """The text with each footnote in brackets where it is marked."""
    said = {match[1]: " ".join(match[2].split()) for match in _NOTE.finditer(body)}
    return _NOTE_MARK.sub(
        lambda match: f" ({said[match[1]].rstrip('.')})" if match[1] in said else "", _NOTE.sub("", body)
    )


def _boxes(lines: list[str]) -> Iterator[str]:
    """Boxes marked by indentation (``!!! note``), by fences (``:::note``) and tabs."""
    indents: list[int] = []
    for line in lines:
        margin = len(line) - len(line.lstrip())
        while indents and line.strip() and margin <= indents[-1]:
            indents.pop()
            yield from ("", _END, "")
        box = _BOX.match(line)
        if box and (box[2] or box[3]):
            # The title says what the box is about; its kind ("note") alone says little.
            yield from _opened(box[3] if box[3] is not None else "")
            indents.append(margin)
        else:
            yield from _fenced(line[4 * len(indents) :] if indents and not line[: 4 * len(indents)].strip() else line)
    for _ in indents:
        yield from ("", _END, "")


def _fenced(line: str) -> Iterator[str]:
    fence, tab = _FENCED_BOX.match(line), _TAB.match(line)
    if fence and not (fence[1] or fence[2] or fence[3]):
        yield from ("", _END, "")
    elif fence:
        yield from _opened(fence[2] or fence[3] or "")
    elif tab:
        label = _LABEL.search(line)
        yield from _opened(label[1] if label else "")
    elif line.strip() == "</TabItem>":
        yield from ("", _END, "")
    elif not _COMPONENT.match(line):
        yield line


def _opened(title: str) -> Iterator[str]:
    named = f'<p class="admonition-title">{escape(title)}</p>' if title else ""
    yield from ("", f'<div class="admonition">{named}', "")
