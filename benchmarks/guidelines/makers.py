"""The tools that make documents, each by the name under which its figures stand.

Chromium, LibreOffice, pdflatex, WeasyPrint, pdftoppm and ocrmypdf are looked for by name; typst and reportlab as
packages.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.guidelines import flowing, markup, sites, typesetting, word
from benchmarks.guidelines.text import Text


@dataclass(frozen=True)
class Maker:
    """``kind`` is the source that reads what ``make`` leaves in a folder; ``needs`` are programs or packages."""

    name: str
    kind: str
    make: Callable[[Text, Path], Path]
    needs: tuple[str, ...] = ()

    @property
    def there(self) -> bool:
        """Whether all that it needs is installed."""
        return all(shutil.which(each) or find_spec(each) for each in self.needs)


def _chromium(text: Text, folder: Path, style: str, *, numbered: bool) -> Path:
    page = folder / f"{text.name}.html"
    page.write_text(markup.page(text, style, numbered=numbered), "utf-8")
    made = folder / f"{text.name}.pdf"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"]
    _run(["chromium", *flags, f"--print-to-pdf={made}", page.as_uri()])
    return made


def _weasyprint(text: Text, folder: Path) -> Path:
    page, made = folder / f"{text.name}.html", folder / f"{text.name}.pdf"
    page.write_text(markup.page(text, "bookish"), "utf-8")
    _run(["weasyprint", str(page), str(made)])
    return made


def _libreoffice(text: Text, folder: Path) -> Path:
    source = word.written(text, folder / f"{text.name}.docx", contents=True)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    _run(["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)])
    return folder / f"{text.name}.pdf"


def _latex(text: Text, folder: Path, *, columns: bool, ruled: bool) -> Path:
    source = folder / f"{text.name}.tex"
    source.write_text(typesetting.latex(text, columns=columns, ruled=ruled), "utf-8")
    for _ in range(2):  # the contents are known after the first
        _run(["pdflatex", "-interaction=nonstopmode", "-output-directory", str(folder), str(source)])
    return folder / f"{text.name}.pdf"


def _typst(text: Text, folder: Path, *, numbered: bool) -> Path:
    import typst  # type: ignore[import-not-found]

    source, made = folder / f"{text.name}.typ", folder / f"{text.name}.pdf"
    source.write_text(typesetting.typst(text, numbered=numbered), "utf-8")
    typst.compile(str(source), output=str(made))
    return made


def _scan(text: Text, folder: Path) -> Path:
    """LibreOffice's pages as pictures, 200 dots an inch."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as between:
        printed = _libreoffice(text, Path(between))
        _run(["pdftoppm", "-r", "200", "-gray", "-png", str(printed), f"{between}/page"])
        first, *rest = (Image.open(each) for each in sorted(Path(between).glob("page*.png")))
        made = folder / f"{text.name}.pdf"
        first.save(made, save_all=True, append_images=rest, resolution=200)
        shutil.copy(printed, folder / f"{text.name}-pages.pdf")
    return made


def _written(content: str, made: Path) -> Path:
    made.write_text(content, "utf-8")
    return made


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=300)


MAKERS = (
    Maker(
        "Chromium, a page of a guideline",
        "pdf",
        lambda text, folder: _chromium(text, folder, "plain", numbered=True),
        ("chromium",),
    ),
    Maker(
        "Chromium, two columns, striped tables",
        "pdf",
        lambda text, folder: _chromium(text, folder, "columns", numbered=False),
        ("chromium",),
    ),
    Maker("WeasyPrint, running heads, bare list numbers", "pdf", _weasyprint, ("weasyprint",)),
    Maker("LibreOffice from Word, contents, grids", "pdf", _libreoffice, ("soffice",)),
    Maker(
        "LaTeX, contents, tables with three rules",
        "pdf",
        lambda text, folder: _latex(text, folder, columns=False, ruled=True),
        ("pdflatex",),
    ),
    Maker(
        "LaTeX, two columns, floating tables without rules",
        "pdf",
        lambda text, folder: _latex(text, folder, columns=True, ruled=False),
        ("pdflatex",),
    ),
    Maker(
        "typst, outline, tables without rules",
        "pdf",
        lambda text, folder: _typst(text, folder, numbered=True),
        ("typst",),
    ),
    Maker(
        "reportlab, a journal in two columns, no outline",
        "pdf",
        lambda text, folder: flowing.journal(text, folder / f"{text.name}.pdf"),
        ("reportlab",),
    ),
    Maker("a scan, read by OCR", "pdf", _scan, ("soffice", "pdftoppm", "ocrmypdf")),
    Maker("Word", "docx", lambda text, folder: word.written(text, folder / f"{text.name}.docx")),
    Maker(
        "HTML of a site",
        "html",
        lambda text, folder: _written(markup.site_page(text), folder / f"{text.name}.html"),
    ),
    Maker("MkDocs", "markdown", lambda text, folder: _written(sites.mkdocs(text), folder / f"{text.name}.md")),
    Maker("Docusaurus", "markdown", lambda text, folder: _written(sites.docusaurus(text), folder / f"{text.name}.mdx")),
)
