from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

from index.document import Block, Document, Section, Skipped
from index.sources.spl import read

LABEL = """<?xml version="1.0" encoding="UTF-8"?>
<document xmlns="urn:hl7-org:v3"><id root="x"/><title>COLCHICINE tablets</title><effectiveTime value="20230510"/>
<setId root="11111111-2222-3333-4444-555555555555"/><author><assignedEntity><representedOrganization>
<name>Acme Pharma</name></representedOrganization></assignedEntity></author>
<component><structuredBody><component><section><code code="34067-9" codeSystem="2.16.840.1.113883.6.1"/>
<title>1 INDICATIONS</title><component><section><title>1.1 Gout Flares</title><text><paragraph>For gout
<content styleCode="bold">flares</content>.</paragraph><list><item>In adults.</item></list><table><tbody>
<tr><td>Adult</td><td>1.2 mg</td></tr></tbody></table></text></section></component></section></component>
<component><section><text/></section></component></structuredBody></component></document>"""


def test_a_label(tmp_path: Path) -> None:
    (tmp_path / "label.xml").write_text(LABEL)
    (document,) = read(tmp_path)
    assert isinstance(document, Document)
    assert (document.id, document.title) == ("11111111-2222-3333-4444-555555555555", "COLCHICINE tablets")
    assert (document.organisations, document.year, document.jurisdiction) == (("Acme Pharma",), 2023, "US")
    assert document.sections == (
        Section(
            ("1 INDICATIONS", "1.1 Gout Flares"),
            (Block("For gout flares."), Block("In adults.", True), Block("Adult; 1.2 mg", True)),
        ),
    )


def test_a_download_holds_a_zip_a_label(tmp_path: Path) -> None:
    broken, whole = BytesIO(), BytesIO()
    for inner, text in ((broken, "<document/>"), (whole, LABEL)):
        with zipfile.ZipFile(inner, "w") as label:
            label.writestr("picture.jpg", b"")
            label.writestr("1111.xml", text)
    with zipfile.ZipFile(tmp_path / "dm_spl_release.zip", "w") as release:
        release.writestr("prescription/a.zip", broken.getvalue())
        release.writestr("prescription/b.zip", whole.getvalue())
    skipped, document = read(tmp_path)
    assert isinstance(skipped, Skipped) and skipped.where.endswith("dm_spl_release.zip/prescription/a.zip/1111.xml")
    assert isinstance(document, Document) and document.title == "COLCHICINE tablets"


def test_other_xml_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<document/>")
    (tmp_path / "b.xml").write_text("<document")
    assert all(isinstance(item, Skipped) for item in read(tmp_path))
