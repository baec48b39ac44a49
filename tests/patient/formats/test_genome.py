"""Genotypes from tables, PharmCAT JSON and VCF: what is not called is never normal."""

from __future__ import annotations

import contextlib
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from medrag.errors import PatientError
from medrag.knowledge import load as load_knowledge
from medrag.patient import from_json, load
from medrag.patient.formats.phenotypes import interpret
from medrag.patient.pharmacogenes import holds, usable
from medrag.types import FactStatus, Genotype, Patient
from tests.commands import medrag
from tests.patient.records import TODAY

GENES = load_knowledge().genes


def table(tmp_path: Path, text: str, name: str = "genes.tsv") -> Patient:
    path = tmp_path / name
    path.write_text(text)
    return load([path], TODAY)


def by_gene(patient: Patient) -> dict[str, Genotype]:
    return {each.gene: each for each in patient.genotypes or ()}


def test_a_table_with_a_header(tmp_path: Path) -> None:
    text = "gene,diplotype,phenotype,activity score\nCYP2C19,*2/*2,Poor Metabolizer,\n"
    text += "CYP2D6,*1/*4,Intermediate Metabolizer,1.0\n"
    genes = by_gene(table(tmp_path, text, "genes.csv"))
    assert (genes["CYP2C19"].phenotype, genes["CYP2C19"].lookup_key) == ("Poor Metabolizer", "Poor Metabolizer")
    assert (genes["CYP2D6"].activity_score, genes["CYP2D6"].lookup_key) == ("1.0", "1.0")
    assert genes["CYP2D6"].source == "genes.csv:row 3"


def test_outside_call_rows_without_a_header(tmp_path: Path) -> None:
    patient = table(tmp_path, "CYP2D6\t*1/*3\nHLA-B\t*15:02/*57:01\nMT-RNR1\t1555A>G\n")
    genes = by_gene(patient)
    assert (genes["CYP2D6"].phenotype, genes["CYP2D6"].lookup_key) == ("Intermediate Metabolizer", "1.0")
    keys = {each.lookup_key for each in patient.genotypes or () if each.gene == "HLA-B"}
    assert keys == {"*15:02 positive", "*57:01 positive", "*58:01 negative"}
    assert genes["MT-RNR1"].phenotype == "increased risk of aminoglycoside-induced hearing loss"


@pytest.mark.parametrize("result", ["No Result", "Unknown/Unknown", "", "n/a", "Indeterminate", "no call"])
def test_no_result_and_indeterminate_are_never_normal(tmp_path: Path, result: str) -> None:
    genes = by_gene(table(tmp_path, f"gene\tdiplotype\tphenotype\nTPMT\t{result}\t{result}\nDPYD\t*1/*1\t\n"))
    assert genes["TPMT"].status is FactStatus.UNCERTAIN
    assert "Normal" not in (genes["TPMT"].phenotype or "")


# CPIC's diplotype-to-phenotype tables.
@pytest.mark.parametrize(
    ("gene", "diplotype", "phenotype", "key"),
    [
        ("CYP2C19", "*1/*1", "Normal Metabolizer", "Normal Metabolizer"),
        ("CYP2C19", "*2/*17", "Intermediate Metabolizer", "Intermediate Metabolizer"),
        ("CYP2C19", "*17/*17", "Ultrarapid Metabolizer", "Ultrarapid Metabolizer"),
        ("CYP2C19", "*2/*9", "Likely Poor Metabolizer", "Likely Poor Metabolizer"),
        ("CYP2C9", "*2/*3", "Poor Metabolizer", "0.5"),
        ("CYP2C9", "*1/*3", "Intermediate Metabolizer", "1.0"),
        ("CYP2D6", "*4/*4", "Poor Metabolizer", "0.0"),
        ("CYP2D6", "*1/*10", "Normal Metabolizer", "1.25"),
        ("CYP2D6", "*10/*10", "Intermediate Metabolizer", "0.5"),
        ("CYP2D6", "*1x2/*1", "Ultrarapid Metabolizer", "3.0"),
        ("DPYD", "Reference/c.1905+1G>A", "Intermediate Metabolizer", "1.0"),
        ("TPMT", "*1/*3A", "Intermediate Metabolizer", "Intermediate Metabolizer"),
        ("NUDT15", "*3/*3", "Poor Metabolizer", "Poor Metabolizer"),
        ("SLCO1B1", "*5/*15", "Poor Function", "Poor Function"),
        ("UGT1A1", "*28/*28", "Poor Metabolizer", "Poor Metabolizer"),
    ],
)
def test_diplotypes_are_interpreted_as_cpic_does(gene: str, diplotype: str, phenotype: str, key: str) -> None:
    (meaning,) = interpret(GENES.get(gene), diplotype)
    assert (meaning.phenotype, meaning.lookup_key) == (phenotype, key)


@pytest.mark.parametrize(
    ("gene", "diplotype"), [("CYP2C19", "*1/*999"), ("CYP2D6", "*1xN/*1"), ("HLA-B", "*15/*57"), ("XYZ1", "*1/*1")]
)
def test_unknown_alleles_are_not_interpreted(gene: str, diplotype: str) -> None:
    assert interpret(GENES.get(gene), diplotype) == []


def pharmcat(gene: str, **report: Any) -> dict[str, Any]:
    base = {"callSource": "MATCHER", "sourceDiplotypes": [], "variants": []}
    return {"geneReports": {gene: base | report}, "matcherMetadata": {"timestamp": "2026-01-02T00:00:00Z"}}


def call(label: str, phenotype: str, key: str | None = None) -> dict[str, Any]:
    return {"label": label, "phenotypes": [phenotype], "lookupKey": [key or phenotype], "activityScore": None}


def test_pharmcat_ambiguity_and_missing_positions_are_reported() -> None:
    report = pharmcat(
        "CYP2C19",
        sourceDiplotypes=[call("*1/*2", "Intermediate Metabolizer"), call("*2/*38", "Intermediate Metabolizer")],
        variants=[{"call": None}, {"call": "G/A"}],
    )
    patient = from_json(report, TODAY)
    assert [each.diplotype for each in patient.genotypes or ()] == ["*1/*2", "*2/*38"]
    text = " ".join(problem.reason for problem in patient.problems)
    assert "2 possible diplotypes" in text
    assert "1 of its positions were not in the VCF" in text


def test_pharmcat_without_a_call_stays_open() -> None:
    patient = from_json(pharmcat("TPMT"), TODAY)
    assert (patient.genotypes[0].lookup_key, patient.genotypes[0].status) == ("No Result", FactStatus.UNCERTAIN)
    with pytest.raises(PatientError, match="without gene reports"):
        from_json({"geneReports": {}}, TODAY)


HEADER = (
    "##fileformat=VCFv4.2\n##contig=<ID=chr10,assembly=GRCh38>\n##contig=<ID=chr1>\n##contig=<ID=chr16>\n"
    '##FILTER=<ID=low,Description="low">\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n"
)


def vcf(tmp_path: Path, *rows: str, header: str = HEADER) -> Patient:
    path = tmp_path / "sample.vcf"
    path.write_text(header + "".join(f"{row}\n" for row in rows))
    return load([path], TODAY)


STAR_2 = "chr10\t94781859\trs4244285\tG\tA\t.\tPASS\t.\tGT\t"
STAR_17 = "chr10\t94761900\trs12248560\tC\tT\t.\tPASS\t.\tGT\t"
DPYD_2A = "chr1\t97450058\trs3918290\tC\tT\t.\tPASS\t.\tGT\t"


def test_one_varying_position_needs_no_phasing(tmp_path: Path) -> None:
    genes = by_gene(vcf(tmp_path, STAR_2 + "1/1", STAR_17 + "0/0", DPYD_2A + "0|1"))
    assert (genes["CYP2C19"].phenotype, genes["CYP2C19"].status.value) == ("Poor Metabolizer", "active")
    assert (genes["DPYD"].lookup_key, genes["DPYD"].phenotype) == ("1.0", "Intermediate Metabolizer")


@pytest.mark.parametrize(
    "rows",
    [
        (STAR_2 + "0/1", STAR_17 + "0/1"),
        (STAR_2 + "0/0", STAR_17 + "0/0"),
        (STAR_2 + "./.",),
        (STAR_2.replace("PASS", "low") + "1/1",),
        (STAR_2.replace("\tG\tA\t", "\tT\tA\t") + "1/1",),
    ],
    ids=["two varying", "reference", "no call", "filtered", "other reference"],
)
def test_the_rest_is_left_to_pharmcat(tmp_path: Path, rows: tuple[str, ...]) -> None:
    patient = vcf(tmp_path, *rows)
    assert not [each for each in patient.genotypes or () if each.gene == "CYP2C19" and each.status is FactStatus.ACTIVE]
    assert any("PharmCAT is needed for" in problem.reason for problem in patient.problems)


def test_a_vcf_of_several_samples_or_another_build_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PatientError, match="holds 2 samples"):
        vcf(tmp_path, STAR_2 + "0/1\t0/1", header=HEADER.replace("S1\n", "S1\tS2\n"))
    with pytest.raises(PatientError, match="GRCh37"):
        vcf(tmp_path, STAR_2 + "0/1", header=HEADER.replace("GRCh38", "GRCh37"))
    with pytest.raises(PatientError, match="does not parse as VCF"):
        vcf(tmp_path, "nonsense", header="")


def test_older_builds_and_gvcfs_are_refused_with_what_to_do(tmp_path: Path) -> None:
    old = HEADER.replace("##contig", "##contig=<ID=1,length=249250621>\n##contig", 1)
    with pytest.raises(PatientError, match=r"GRCh37.*Lift it over"):
        vcf(tmp_path, STAR_2 + "0/1", header=old)
    with pytest.raises(PatientError, match=r"gVCF.*genotype it first"):
        vcf(
            tmp_path,
            "chr10\t94781859\t.\tG\t<NON_REF>\t.\tPASS\tEND=94781900\tGT\t0/0",
            header=HEADER.replace(
                "#CHROM",
                '##INFO=<ID=END,Number=1,Type=Integer,Description="End">\n##ALT=<ID=NON_REF,Description="x">\n#CHROM',
            ),
        )


def test_a_variant_of_another_allele_leaves_the_gene_open(tmp_path: Path) -> None:
    star_4 = "chr10\t94762706\trs28399504\tA\tG\t.\tPASS\t.\tGT\t"
    patient = vcf(tmp_path, STAR_17 + "0/1", star_4 + "0/1")
    assert (by_gene(patient)["CYP2C19"].lookup_key, by_gene(patient)["CYP2C19"].phenotype) == ("No Result", None)
    assert any("rs28399504 varies too" in problem.reason for problem in patient.problems)
    assert by_gene(vcf(tmp_path, STAR_17 + "0/1", star_4 + "0/0"))["CYP2C19"].phenotype == "Rapid Metabolizer"


def test_a_vcf_in_plain_gzip_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sample.vcf.gz"
    path.write_bytes(gzip.compress((HEADER + STAR_2 + "1/1\n").encode()))
    assert by_gene(load([path], TODAY))["CYP2C19"].phenotype == "Poor Metabolizer"


def test_a_phenotype_alone_is_looked_up_by_its_score_where_it_has_one(tmp_path: Path) -> None:
    text = "gene,phenotype\nCYP2D6,Poor Metabolizer\nCYP2C9,Intermediate Metabolizer\nTPMT,Poor Metabolizer\n"
    genes = by_gene(table(tmp_path, text, "genes.csv"))
    assert (genes["CYP2D6"].lookup_key, genes["CYP2C9"].lookup_key) == ("0.0", None)
    assert genes["TPMT"].lookup_key == "Poor Metabolizer"


def test_a_diplotype_gives_the_score_that_its_phenotype_lacks(tmp_path: Path) -> None:
    text = (
        "gene,diplotype,phenotype\nCYP2C9,*1/*3,Intermediate Metabolizer\nDPYD,c.2846A>T/Reference,Normal Metabolizer\n"
    )
    genes = by_gene(table(tmp_path, text, "genes.csv"))
    assert (genes["CYP2C9"].activity_score, genes["CYP2C9"].lookup_key) == ("1.0", "1.0")
    assert genes["DPYD"].activity_score is None


def test_recommendation_diplotypes_stand_in_where_the_called_one_has_no_key() -> None:
    called = {"label": "[c.498G>A + c.2582A>G]/[c.2846A>T + c.2933A>G]", "phenotypes": ["n/a"], "lookupKey": ["n/a"]}
    used = call("c.2846A>T/c.2933A>G", "Poor Metabolizer", "0.5")
    known = from_json(pharmcat("DPYD", sourceDiplotypes=[called], recommendationDiplotypes=[used]), TODAY)
    (found,) = known.genotypes or ()
    assert (found.diplotype, found.lookup_key) == (called["label"], "0.5")


def test_pharmcat_is_called_where_java_and_its_jar_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = json.dumps(pharmcat("CYP2D6", sourceDiplotypes=[call("*4/*4", "Poor Metabolizer", "0.0")]))
    java = tmp_path / "java"
    java.write_text(f"#!/bin/sh\ncat > \"$6/sample.phenotype.json\" <<'JSON'\n{result}\nJSON\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    jar = tmp_path / "pharmcat.jar"
    jar.touch()
    path = tmp_path / "sample.vcf"
    path.write_text(HEADER + STAR_2 + "0/1\n")
    assert by_gene(load([path], TODAY, pharmcat_jar=jar))["CYP2D6"].phenotype == "Poor Metabolizer"
    java.write_text("#!/bin/sh\nexit 3\n")
    fallen_back = load([path], TODAY, pharmcat_jar=jar)
    assert "CYP2C19" in by_gene(fallen_back)
    assert "exit status 3" in fallen_back.problems[0].reason


def test_a_jar_that_is_not_there_or_does_not_run_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sample.vcf"
    path.write_text(HEADER + STAR_2 + "0/1\n")
    missing = load([path], TODAY, pharmcat_jar=tmp_path / "nowhere.jar")
    assert "no such JAR" in missing.problems[0].reason
    assert "CYP2C19" in by_gene(missing)
    jar = tmp_path / "pharmcat.jar"
    jar.touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "Java is not on the PATH" in load([path], TODAY, pharmcat_jar=jar).problems[0].reason
    java = tmp_path / "java"
    java.write_text("#!/nowhere/interpreter\n")
    java.chmod(0o755)
    assert "cannot be run" in load([path], TODAY, pharmcat_jar=jar).problems[0].reason
    java.write_text("#!/bin/sh\n/bin/sleep 5\n")
    monkeypatch.setattr("medrag.patient.pharmcat.PHARMCAT_SECONDS", 0.2)
    assert "took more than" in load([path], TODAY, pharmcat_jar=jar).problems[0].reason


def test_the_setting_reaches_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = json.dumps(pharmcat("CYP2D6", sourceDiplotypes=[call("*4/*4", "Poor Metabolizer", "0.0")]))
    java = tmp_path / "java"
    java.write_text(f"#!/bin/sh\ncat > \"$6/sample.phenotype.json\" <<'JSON'\n{result}\nJSON\n")
    java.chmod(0o755)
    (tmp_path / "pharmcat.jar").touch()
    path = tmp_path / "sample.vcf"
    path.write_text(HEADER + STAR_2 + "0/1\n")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("MEDRAG_PHARMCAT_JAR", str(tmp_path / "pharmcat.jar"))
    assert '"Poor Metabolizer"' in medrag("patient", path, "--json").stdout


def test_brackets_without_end_are_read_in_linear_time() -> None:
    assert interpret(GENES.get("CYP2D6"), "*1/*4" + "(" * 100_000) == []


def test_a_phenotype_against_its_diplotype_is_told_and_both_stay(tmp_path: Path) -> None:
    read = table(tmp_path, "gene,diplotype,phenotype\nCYP2C19,*2/*2,Normal Metabolizer\nCYP2D6,*1/*1,", "genes.csv")
    assert [(each.diplotype, each.phenotype) for each in read.genotypes or ()] == [
        ("*2/*2", "Poor Metabolizer"),
        (None, "Normal Metabolizer"),
        ("*1/*1", "Normal Metabolizer"),
    ]
    assert [each.reason for each in read.problems] == ["CYP2C19: two different results; both are kept"]


@pytest.mark.parametrize("score", ["2", "2.0", ""])
def test_a_phenotype_in_other_words_than_its_diplotypes_is_no_conflict(tmp_path: Path, score: str) -> None:
    text = f"gene,diplotype,phenotype,activity score\nCYP2D6,*1/*1,normal metaboliser,{score}"
    assert not table(tmp_path, text, "genes.csv").problems


@pytest.mark.parametrize(
    "row",
    [
        "HLA-B,*57:01 positive,",
        "HLA-B,*57:01,positive",
        "HLA-B,positive for *57:01,",
        "HLA-B*57:01,positive,",
        "HLA-B *57:01,,positive",
        "HLA-B,*57:01,",
    ],
)
def test_one_hla_allele_called_positive_decides(tmp_path: Path, row: str) -> None:
    read = table(tmp_path, f"gene,diplotype,phenotype\n{row}", "genes.csv")
    gene = GENES["HLA-B"]
    assert [holds("*57:01 positive", each, gene) for each in usable(read.genotypes or ())] == [True]
    assert not read.problems


def test_one_hla_allele_called_negative_is_not_positive(tmp_path: Path) -> None:
    read = table(tmp_path, "gene,diplotype,phenotype\nHLA-B,*57:01 negative,\nHLA-B,*15:02 positive,", "genes.csv")
    gene = GENES["HLA-B"]
    assert [holds("*57:01 positive", each, gene) for each in usable(read.genotypes or ())] == [False, False]
    assert not read.problems


def test_a_row_without_a_gene_is_lost_aloud(tmp_path: Path) -> None:
    read = table(tmp_path, "gene,diplotype\nCYP2C19,*1/*1\n?,*2/*2", "genes.csv")
    assert [each.lost for each in read.problems] == [("genotypes",)]


@pytest.mark.parametrize(
    ("header", "position"),
    [
        ("##reference=file:///ref/human_g1k_v37.fasta\n", 94781859),
        ("##reference=hs37d5.fa\n", 94781859),
        ("", 96541616),
        ("##reference=GRCh38\n", 96541616),
    ],
)
def test_a_vcf_of_another_build_is_refused_by_header_or_position(tmp_path: Path, header: str, position: int) -> None:
    columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n"
    start = f"##fileformat=VCFv4.2\n{header}{columns}"
    with pytest.raises(PatientError, match=r"GRCh3[78]"):
        table(tmp_path, f"{start}chr10\t{position}\trs4244285\tG\tA\t.\tPASS\t.\tGT\t1/1\n", "sample.vcf")


def test_a_vcf_without_a_build_is_read_by_a_known_variant_in_its_place_alone(tmp_path: Path) -> None:
    start = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\nchr10\t94781859\t{}"
    row = "\tG\tA\t.\tPASS\t.\tGT\t1/1\n"
    read = table(tmp_path, start.format("rs4244285") + row, "sample.vcf")
    assert by_gene(read)["CYP2C19"].phenotype == "Poor Metabolizer"
    assert any("CYP2C9" in each.reason for each in read.problems)
    with pytest.raises(PatientError, match="on which build"):
        table(tmp_path, start.format(".") + row, "sample.vcf")


def test_a_vcf_cut_in_the_middle_of_a_line_does_not_parse(tmp_path: Path) -> None:
    for cut in range(len(STAR_2) - 40, len(STAR_2)):
        with contextlib.suppress(PatientError):
            vcf(tmp_path, STAR_2 + "0/1", STAR_2[:cut])
