"""PDFs with pages that are pictures, as scanners make them."""

from __future__ import annotations

from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]


def scan(source: Path, target: Path, *, scanned: int) -> Path:
    """``source`` with the page at ``scanned`` (from 0) as a picture of itself, written to ``target``."""
    with pypdfium2.PdfDocument(source) as pdf:
        picture = target.with_suffix(".jpg")
        pdf[scanned].render(scale=1).to_pil().convert("RGB").save(picture)
        width, height = pdf[scanned].get_size()
        pdf.del_page(scanned)
        image = pypdfium2.PdfImage.new(pdf)
        image.load_jpeg(picture)
        image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
        page = pdf.new_page(width, height, index=scanned)
        page.insert_obj(image)
        page.gen_content()
        pdf.save(target)
    return target
