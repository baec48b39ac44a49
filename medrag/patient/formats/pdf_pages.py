"""The text of a PDF's pages, in a process of its own with a limit of memory and time.

PDFium unpacks whatever a PDF holds, keeps the memory, and may break: none of that is the reader's. Run by its path, so
that it starts without the rest of medrag: a PDF comes in, ``{"pages", "left", "form"}`` or ``{"fault"}`` goes out.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path

PAGES = 300
MEMORY_BYTES = 700_000_000
"""Beyond what the process has when PDFium is loaded."""
SECONDS = 60


def main() -> None:
    """Reads standard input and writes JSON to standard output."""
    import pypdfium2  # type: ignore[import-untyped]

    content = sys.stdin.buffer.read()
    limit(MEMORY_BYTES, SECONDS)
    try:
        with pypdfium2.PdfDocument(content) as pdf:
            pages = [_page(pdf, number) for number in range(min(len(pdf), PAGES))]
            said = {"pages": pages, "left": len(pdf) - len(pages), "form": pdf.get_formtype() > 0}
    except pypdfium2.PdfiumError as error:
        said = {"fault": "locked" if "assword" in str(error) else "damaged"}
    except MemoryError:
        said = {"fault": "large"}
    sys.stdout.write(json.dumps(said))


def _page(pdf: object, number: int) -> str:
    page = pdf[number].get_textpage()  # type: ignore[index]
    # PDFium gives U+FFFE for a hyphen at the end of a line.
    return str(page.get_text_bounded()).replace("\ufffe\r\n", "").replace("\ufffe", "-").replace("\r\n", "\n")


def limit(memory: int, seconds: int) -> None:
    """Holds this process to so many bytes more than it has and so many seconds of a processor, where the system can."""
    import resource

    with suppress(OSError, ValueError):
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
