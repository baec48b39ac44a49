"""The words of a page with their places and faces, through PDFium.

Lengths are points (1/72 inch); ``top`` and ``bottom`` count down from the page's upper edge.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from index.layout.raised import RAISED, raised
from index.layout.word import Word

# PDFium gives U+FFFE, U+0002 or a soft hyphen for one at a line's end; NUL stands for a character without a name.
_ODD = str.maketrans(
    {"\ufffe": "-", "\x02": "-", "\u00ad": "-", "\u2010": "-", "\u2011": "-", "\0": " ", "\u00a0": " "}
)
_LIGATURES = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"})
_FORCE_BOLD = 1 << 18
_ITALIC = 1 << 6
_BOLD = ("bold", "black", "heavy", "semibold", "demi")
_PALE = 190
# Least and greatest side of a bullet that is drawn.
_BULLET = (1.4, 8.0)
_BOX_SEGMENTS = 8
# A larger gap between two letters than this share of their height is a space.
_SPACE = 0.22
# Letters of a page that may be a picture with a stamp.
_LITTLE = 80
_POWERS = frozenset("0123456789abcdefg")
_LIFTED, _LIFTED_TOP = 0.25, 0.6
# And one by more of it than kerning has parts what touches; letters overlap by so much only where cells do.
_TOUCHING, _OVERLAP = 0.02, 0.2
# A wider gap between two turned letters, of their line's height, is a space.
_TURNED_SPACE = 0.12
# The font of the words that Tesseract lays over a picture.
_TESSERACT = "glyphlessfont"


@dataclass(frozen=True)
class Page:
    """A page's words; ``number`` counts from 1, ``scanned`` says that there is a picture and no text.

    ``by_ocr``: the words are invisible and lie over a picture of themselves.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    scanned: bool
    ruled: bool
    by_ocr: bool = False


@dataclass(frozen=True)
class _Letter:
    text: str
    index: int
    x0: float
    x1: float
    top: float
    bottom: float
    base: float


def page_of(pdf: pypdfium2.PdfDocument, position: int) -> Page:
    """The page at ``position`` (from 0). Slanted words and pale large ones are watermarks and left out."""
    page = pdf[position]
    text = page.get_textpage()
    try:
        width, height = page.get_size()
        words = list(raised(list(_whole(_words(text, height, page.get_rotation())))))
        shapes = list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH], max_depth=3))
        kinds = [shape.type for shape in shapes]
        paths = (shape for shape in shapes if shape.type == pdfium.FPDF_PAGEOBJ_PATH)
        words += [] if page.get_rotation() else _bullets(paths, words, height)
        return Page(
            position + 1,
            width,
            height,
            tuple(words),
            scanned=not words and pdfium.FPDF_PAGEOBJ_IMAGE in kinds,
            ruled=_is_ruled(shapes, page.get_rotation()),
            by_ocr=bool(words) and pdfium.FPDF_PAGEOBJ_IMAGE in kinds and _is_invisible(text),
        )
    finally:
        text.close()
        page.close()


def has_little_text(pdf: pypdfium2.PdfDocument, position: int) -> bool:
    """Whether the page at ``position`` (from 0) has at most a line of text: it may be a picture."""
    page = pdf[position]
    text = page.get_textpage()
    try:
        return bool(text.count_chars() < _LITTLE)
    finally:
        text.close()
        page.close()


def _is_invisible(text: pypdfium2.PdfTextPage) -> bool:
    """Whether the page's first letter is not drawn."""
    drawn = pdfium.FPDFText_GetTextObject(text, 0)
    return bool(drawn) and pdfium.FPDFTextObj_GetTextRenderMode(drawn) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE


def _is_ruled(shapes: Sequence[Any], rotation: int) -> bool:
    """Whether lines or boxes are drawn as a table's are, several of one breadth: links are underlined too."""
    across: Counter[tuple[int, int]] = Counter()
    boxes = 0
    for shape in (each for each in shapes if each.type == pdfium.FPDF_PAGEOBJ_PATH):
        left, bottom, right, top = shape.get_bounds()
        if rotation % 180:
            left, bottom, right, top = bottom, left, top, right
        wide, high = right - left, top - bottom
        segments = pdfium.FPDFPath_CountSegments(shape)
        if segments > _BOX_SEGMENTS:
            # A grid may be one path, as may be the letters of a watermark; those are curved.
            boxes += 3 if wide > 80 and high > 20 and _is_straight(shape, segments) else 0
        elif high < 3:
            across[round(left), round(right)] += wide > 15
        else:
            boxes += 8 < high < 200
    return boxes >= 3 or max(across.values(), default=0) > 1


def _is_straight(shape: Any, segments: int) -> bool:
    first = (pdfium.FPDFPath_GetPathSegment(shape, each) for each in range(min(segments, 40)))
    return all(pdfium.FPDFPathSegment_GetType(each) != pdfium.FPDF_SEGMENT_BEZIERTO for each in first)


def _bullets(shapes: Iterable[Any], words: Sequence[Word], height: float) -> list[Word]:
    """Small shapes before a line of text, as browsers draw bullets, as words on that line."""
    found: dict[tuple[int, int], Word] = {}
    for shape in shapes:
        left, bottom, right, top = shape.get_bounds()
        if not (_BULLET[0] < right - left < _BULLET[1] and _BULLET[0] < top - bottom < _BULLET[1]):
            continue
        middle = height - (top + bottom) / 2
        beside = [word for word in words if word.top < middle < word.bottom and right < word.x0 + 1]
        before = any(word.top < middle < word.bottom and left - 40 < word.x0 < left for word in words)
        if beside and not before and (first := min(beside, key=lambda each: each.x0)).x0 - right < 30:
            found[round(left), round(middle)] = replace(first, text="•", x0=left, x1=right, bold=False)
    return list(found.values())


def _whole(words: Iterable[Word]) -> Iterator[Word]:
    """The words, those turned whole again: PDFium parts their letters, each on a line of its own."""
    current: Word | None = None
    for word in words:
        if current and _touches(current, word):
            top, bottom = min(current.top, word.top), max(current.bottom, word.bottom)
            current = replace(current, text=current.text + word.text, top=top, bottom=bottom)
            continue
        if current:
            yield current
        current = word
    if current:
        yield current


def _touches(word: Word, following: Word) -> bool:
    breadth = word.x1 - word.x0
    beside = word.turned and following.turned and abs(word.x0 - following.x0) < 0.2 * breadth
    gap = min(abs(following.bottom - word.top), abs(following.top - word.bottom))
    return beside and gap < _TURNED_SPACE * breadth


def _words(text: pypdfium2.PdfTextPage, height: float, rotation: int) -> Iterator[Word]:
    letters: list[_Letter] = []
    for index in range(text.count_chars()):
        letter = _letter(text, index, height, rotation)
        if letters and (letter is None or _apart(letters[-1], letter)):
            if letter is None:
                letters[-1] = replace(letters[-1], x1=max(letters[-1].x1, _shared_end(text, letters[-1], index)))
            yield from _word(text, letters, rotation)
            letters = []
        if letter is not None:
            letters.append(letter)
    if letters:
        yield from _word(text, letters, rotation)


def _letter(text: pypdfium2.PdfTextPage, index: int, height: float, rotation: int) -> _Letter | None:
    """The letter at ``index``; None for space and for what PDFium put in itself."""
    code = pdfium.FPDFText_GetUnicode(text, index)
    said = (chr(code) if code else " ").translate(_ODD)
    if said.isspace() or (pdfium.FPDFText_IsGenerated(text, index) == 1 and said != "-"):
        return None
    box = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetLooseCharBox(text, index, box)
    pdfium.FPDFText_GetCharOrigin(text, index, x, y)
    if rotation == 90:  # pages on their side are read as they are shown
        return _Letter(said, index, box.bottom, box.top, box.left, box.right, x.value)
    if rotation == 270:
        width = text.page.get_width()
        return _Letter(
            said, index, width - box.top, width - box.bottom, height - box.right, height - box.left, height - x.value
        )
    return _Letter(said, index, box.left, box.right, height - box.top, height - box.bottom, height - y.value)


def _shared_end(text: pypdfium2.PdfTextPage, letter: _Letter, blank: int) -> float:
    """Where a word ends whose breadth Tesseract shares out between its letters and the blank behind it."""
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text, blank, box)
    alike = abs((box.right - box.left) - (letter.x1 - letter.x0)) < 0.01 * (letter.x1 - letter.x0)
    return float(box.right) if alike and _font(text, blank)[0].endswith(_TESSERACT) else letter.x1


def _apart(before: _Letter, letter: _Letter) -> bool:
    size = max(before.bottom - before.top, 1)
    upright = abs(letter.base - before.base) < 0.05 * size
    gap = letter.x0 - before.x1
    # The letters of a ligature share one place.
    if upright and letter.x0 == before.x0 and letter.x1 == before.x1:
        return False
    lettered = before.text.isalnum() and letter.text.isalnum() and letter.x0 - before.x0 > 0.02 * size
    beside = upright and -(_OVERLAP if lettered else 1) * size < gap < _SPACE * size
    # Letters of a turned word share their x.
    turned = abs(letter.x0 - before.x0) < 0.2 * size and 0 < abs(letter.base - before.base) < 1.5 * size
    return not (beside or turned)


def _word(text: pypdfium2.PdfTextPage, letters: Sequence[_Letter], rotation: int) -> Iterator[Word]:
    first = letters[0].index
    angle = math.degrees(pdfium.FPDFText_GetCharAngle(text, first)) % 90
    if min(angle, 90 - angle) > 5:
        return
    turned = (round(math.degrees(pdfium.FPDFText_GetCharAngle(text, first)) / 90) + rotation // 90) % 2 == 1
    said = "".join(letter.text for letter in letters).translate(_LIGATURES)
    word = Word(
        f"{said[:-1]}{said[-1].translate(RAISED)}" if not turned and _ends_raised(text, letters) else said,
        min(each.x0 for each in letters),
        max(each.x1 for each in letters),
        min(each.top for each in letters),
        max(each.bottom for each in letters),
        letters[0].base,
        turned=turned,
        joints=() if turned else tuple(_joints(letters)),
        **_face(text, first),
    )
    if not (word.size > 30 and not turned and _is_pale(text, first)):
        yield word


def _ends_raised(text: pypdfium2.PdfTextPage, letters: Sequence[_Letter]) -> bool:
    """Whether the last letter is a footnote's mark or a power that a font draws raised where its place is not."""
    last = letters[-1]
    if last.text not in _POWERS or _font(text, last.index)[0].endswith(_TESSERACT):
        return False
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(text, last.index, left, right, bottom, top)
    height = pdfium.FPDFText_GetFontSize(text, last.index)
    origin = ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text, last.index, ctypes.c_double(), origin)
    if last.text == "g":  # it reaches below its line
        return bool(top.value - origin.value > _LIFTED_TOP * height > 0)
    return bool(bottom.value - origin.value > _LIFTED * height > 0)


def _joints(letters: Sequence[_Letter]) -> Iterator[tuple[int, float]]:
    count = 0
    for before, letter in pairwise(letters):
        count += len(before.text.translate(_LIGATURES))
        if abs(letter.x0 - before.x1) > _TOUCHING * (before.bottom - before.top):
            yield count, letter.x0


def _font(text: pypdfium2.PdfTextPage, index: int) -> tuple[str, int]:
    """The name of a letter's font, in lower case, and its flags."""
    flags = ctypes.c_int()
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(text, index, name, 128, flags)
    return name.value.decode("utf-8", "replace").lower(), flags.value


def _face(text: pypdfium2.PdfTextPage, index: int) -> dict[str, bool]:
    """Whether a letter is bold and whether it is italic, by its font's name and flags."""
    said, flags = _font(text, index)
    bold = any(each in said for each in _BOLD) or bool(flags & _FORCE_BOLD)
    return {"bold": bold, "italic": "italic" in said or "oblique" in said or bool(flags & _ITALIC)}


def _is_pale(text: pypdfium2.PdfTextPage, index: int) -> bool:
    parts = [ctypes.c_uint() for _ in range(4)]
    pdfium.FPDFText_GetFillColor(text, index, *parts)
    return min(part.value for part in parts[:3]) > _PALE
