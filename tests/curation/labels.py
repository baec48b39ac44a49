"""Small drug labels in DailyMed's format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

CODES = {"2": "34068-7", "4": "34070-3", "5": "43685-7", "7": "34073-7", "8": "43684-0"}


def write(
    folder: Path, generic: str, sections: Mapping[str, str], *, effective: str = "20240501", set_id: str = ""
) -> Path:
    """A label of ``generic`` with a paragraph of text a section number."""
    body = "".join(
        f'<component><section><code code="{CODES[number]}"/><title>{number} SECTION</title>'
        f"<text><paragraph>{text}</paragraph></text></section></component>"
        for number, text in sections.items()
    )
    product = (
        "<subject><manufacturedProduct><manufacturedProduct><asEntityWithGeneric><genericMedicine>"
        f"<name>{generic}</name></genericMedicine></asEntityWithGeneric></manufacturedProduct></manufacturedProduct></subject>"
    )
    file = folder / f"{set_id or generic}-{effective}.xml"
    file.write_text(
        f'<document xmlns="urn:hl7-org:v3"><title>{generic} tablets</title><effectiveTime value="{effective}"/>'
        f'<setId root="{set_id or generic}-label"/><versionNumber value="3"/><component><structuredBody>{body}'
        f"<component><section>{product}</section></component></structuredBody></component></document>"
    )
    return file
