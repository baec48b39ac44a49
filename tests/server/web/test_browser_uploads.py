"""Every kind of file a clinician may upload, and files that are wrong: what the page then says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medrag.generation.scripted import ScriptedModel
from tests.paths import SHARED
from tests.patient.records import allergy, bundle, condition, person
from tests.server.conftest import ALLERGIC, EngineOf
from tests.server.serving import serving
from tests.server.web.screen import ask, shoot

FHIR = bundle(person(), allergy("Penicillin"), condition("Atrial fibrillation"))
PHARMCAT = {
    "geneReports": {
        "CYP2C19": {
            "callSource": "MATCHER",
            "sourceDiplotypes": [
                {"label": "*2/*2", "phenotypes": ["Poor Metabolizer"], "lookupKey": ["Poor Metabolizer"]}
            ],
            "variants": [],
        }
    },
    "matcherMetadata": {"timestamp": "2026-01-02T00:00:00Z"},
}
NOTE = "HPI: 61 year old woman, sore throat.\nAllergies: penicillin (anaphylaxis)\nMedications: warfarin 5 mg daily\n"
IMAGING = "Examination: CT chest\nFindings: 8 mm nodule in the right upper lobe.\nImpression: Pulmonary nodule.\n"
VCF = (
    "##fileformat=VCFv4.2\n##contig=<ID=chr10,assembly=GRCh38>\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n"
    "chr10\t94781859\trs4244285\tG\tA\t50\tPASS\t.\tGT\t0/1\n"
)


def choose(page: Any, **files: str | bytes) -> None:
    """Puts files into the form; an underscore stands for the dot in a name."""
    page.locator("input[type=file]").set_input_files(
        [
            {
                "name": name.replace("_", "."),
                "mimeType": "application/octet-stream",
                "buffer": content.encode() if isinstance(content, str) else content,
            }
            for name, content in files.items()
        ]
    )


def understood(page: Any) -> str:
    """What the page says it understands."""
    page.get_by_role("button", name="Show what is understood").click()
    page.get_by_role("region", name="What medrag understands").wait_for()
    return str(page.locator("#banners").inner_text() + page.locator("#patient-read").inner_text())


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"bundle_json": json.dumps(FHIR)}, ["female", "Penicillin", "Atrial fibrillation"]),
        ({"visit_txt": NOTE}, ["penicillin", "anaphylaxis", "warfarin"]),
        ({"pharmcat_report_json": json.dumps(PHARMCAT)}, ["CYP2C19", "*2/*2", "Poor Metabolizer"]),
        ({"chest_txt": IMAGING}, ["CT", "Pulmonary nodule"]),
        ({"sample_vcf": VCF}, ["CYP2C19", "PharmCAT is needed for"]),
        ({"genes_tsv": "gene\tdiplotype\nCYP2C19\t*2/*2\n"}, ["CYP2C19", "*2/*2"]),
        ({"form_json": json.dumps(ALLERGIC | {"age_years": 61}), "visit_txt": NOTE}, ["penicillin", "warfarin"]),
    ],
    ids=["FHIR", "note", "PharmCAT", "imaging report", "VCF", "gene table", "two files"],
)
def test_a_file_is_understood(engine_of: EngineOf, page: Any, files: dict[str, str], words: list[str]) -> None:
    with serving(engine_of(ScriptedModel(["A,C"]))) as base:
        page.goto(base)
        choose(page, **files)
        text = understood(page)
    for word in words:
        assert word in text


def test_a_typed_note_is_understood(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["A,C"]))) as base:
        ask(page, base, note=NOTE)
        assert page.locator(".statements > li").all_inner_texts()[0].startswith("Offer paracetamol")
        assert "amoxicillin" in page.locator(".withheld").inner_text()


def test_an_uploaded_allergy_withholds(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["A,C"]))) as base:
        page.goto(base)
        choose(page, bundle_json=json.dumps(FHIR))
        page.locator("#question").fill("Which antibiotic for streptococcal pharyngitis?")
        page.locator("#question").press("Control+Enter")
        page.get_by_text("Done. Shown: 2; withheld: 1.").wait_for()
        assert "penicillin allergy, use azithromycin" in page.locator(".statements").inner_text()
        assert "Penicillin" in page.locator("#patient-read").inner_text()
        assert "amoxicillin" in page.locator(".withheld").inner_text()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("fhir/uscore_bundle_patient_85.json", ["Allergies", "Conditions", "Medications"]),
        ("fhir/synthea_Ned_Hintz.json", ["Conditions", "Results"]),
        ("pharmcat/pharmcat.example.report.json", ["CYP2C19", "Metabolizer"]),
    ],
)
def test_a_real_file_is_understood(engine_of: EngineOf, page: Any, path: str, words: list[str]) -> None:
    if not (SHARED / path).exists():
        pytest.skip("the shared data folder is absent")
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        page.goto(base)
        page.locator("input[type=file]").set_input_files(SHARED / path)
        text = understood(page)
        shoot(page, f"real-{Path(path).stem}")
        page.locator("#question").fill("Which antibiotic for streptococcal pharyngitis?")
        page.get_by_role("button", name="Ask").click()
        page.get_by_text("Done.").wait_for()
    for word in words:
        assert word in text


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"scan_pdf": b"%PDF-1.7 ..."}, "scan.pdf: is a PDF that is damaged"),
        ({"bundle_json": '{"resourceType": "Bundle", "entry": ['}, "bundle.json: is not JSON"),
        ({"empty_txt": " \n"}, "empty.txt: is empty"),
        ({"nothing_json": b""}, "nothing.json: is empty"),
        ({"photo_png": b"\x89PNG\r\n\x1a\n"}, "photo.png: is an image"),
        ({"large_txt": b"fever " * 3_400_000}, "The files are too large: 20.4 MB; this service reads 6 MB in all."),
    ],
    ids=["PDF", "broken JSON", "blank", "no bytes", "image", "20 MB"],
)
def test_a_wrong_file_is_told(engine_of: EngineOf, page: Any, files: dict[str, bytes], message: str) -> None:
    model = ScriptedModel(["C"])
    with serving(engine_of(model)) as base:
        page.goto(base)
        page.get_by_text("Ready").wait_for()
        choose(page, **files)
        page.get_by_role("button", name="Show what is understood").click()
        error = page.locator("#patient-read [role=alert]")
        error.wait_for()
        assert error.inner_text().startswith(f"The patient could not be read: {message}")
        page.locator("#question").fill("Which antibiotic?")
        page.get_by_role("button", name="Ask").click()
        page.get_by_text(f"No answer: {message}").wait_for()
        shoot(page, "wrong-file")
        assert page.locator("[role=alert]").count() == 1
        page.get_by_role("button", name="Clear").click()
        assert page.locator("[role=alert]").count() == 0
    assert model.seen == []


def test_pharmcat_calls_an_uploaded_vcf(
    engine_of: EngineOf, page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = tmp_path / "java"
    java.write_text(f"#!/bin/sh\ncat > \"$6/sample.phenotype.json\" <<'JSON'\n{json.dumps(PHARMCAT)}\nJSON\n")
    java.chmod(0o755)
    jar = tmp_path / "pharmcat.jar"
    jar.touch()
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with serving(engine_of(ScriptedModel(["C"])), pharmcat_jar=jar) as base:
        page.goto(base)
        choose(page, sample_vcf=VCF)
        text = understood(page)
    assert "*2/*2" in text
    assert "PharmCAT is needed for" not in text
