import pytest

from medrag.knowledge import load
from medrag.patient.pharmacogenes import in_words
from medrag.safety.check_cases import check_advice
from medrag.types import Genotype, Patient


def verdict(advice: str, *genotypes: Genotype, conditions: tuple[str, ...] = ()) -> set[str]:
    patient = Patient.model_validate(
        {"age_years": 50, "sex": "male", "genotypes": genotypes, "conditions": conditions, "medications": []}
    )
    findings = check_advice("x", patient, advice)["findings"]
    return {f"{each['verdict']} {each['severity']}" for each in findings if each["check"] == "pharmacogenomics"}


@pytest.mark.parametrize(
    ("drug", "gene", "result"),
    [
        ("clopidogrel", "CYP2C19", {"diplotype": "*2/*2"}),
        ("clopidogrel", "CYP 2C19", {"diplotype": "*2/*3"}),
        ("clopidogrel", "CYP2C19", {"phenotype": "CYP2C19 poor metaboliser"}),
        ("clopidogrel", "CYP2C19", {"phenotype": "PM"}),
        ("codeine", "CYP2D6", {"phenotype": "ultra-rapid metaboliser"}),
        ("codeine", "CYP2D6", {"diplotype": "*4/*4"}),
        ("fluorouracil", "DPYD", {"diplotype": "Reference/c.2846A>T"}),
        ("capecitabine", "DPYD", {"diplotype": "c.1905+1G>A (*2A)/Reference"}),
        ("capecitabine", "DPYD", {"diplotype": "*2A heterozygous"}),
        ("capecitabine", "DPYD", {"phenotype": "partial deficiency"}),
        ("simvastatin", "SLCO1B1", {"diplotype": "*5/*5"}),
        ("simvastatin", "SLCO1B1", {"diplotype": "c.521CC"}),
        ("simvastatin", "SLCO1B1", {"phenotype": "poor function"}),
        ("allopurinol", "HLA-B", {"phenotype": "HLA-B*58:01 positive"}),
        ("allopurinol", "HLA-B*58:01", {"phenotype": "detected"}),
        ("carbamazepine", "HLA-B", {"diplotype": "HLA-B*15:02/HLA-B*40:01"}),
        ("carbamazepine", "HLA-B", {"diplotype": "*15:02"}),
        ("abacavir", "HLA-B", {"phenotype": "*57:01 carrier"}),
        ("gentamicin", "MT-RNR1", {"diplotype": "m.1555A>G"}),
        ("azathioprine", "TPMT", {"phenotype": "TPMT deficiency"}),
        ("azathioprine", "NUDT15", {"diplotype": "*3/*3"}),
        ("primaquine", "G6PD", {"phenotype": "G6PD deficient"}),
        ("siponimod", "CYP2C9", {"diplotype": "*3/*3", "phenotype": "Poor Metabolizer"}),
        ("thioridazine", "CYP2D6", {"diplotype": "*4/*5"}),
        ("warfarin", "CYP2C9", {"diplotype": "*3/*3"}),
    ],
)
def test_a_result_counts_in_any_wording(drug: str, gene: str, result: dict[str, str]) -> None:
    assert {"fail contraindicated", "fail warning"} & verdict(f"Start {drug}.", Genotype(gene=gene, **result))


@pytest.mark.parametrize(
    ("drug", "gene", "result"),
    [
        ("allopurinol", "HLA-B", {"phenotype": "HLA-B*58:01 negative"}),
        ("allopurinol", "HLA-B*58:01", {"phenotype": "not detected"}),
        ("primaquine", "G6PD", {"phenotype": "not deficient"}),
        ("capecitabine", "DPYD", {"diplotype": "Reference/Reference"}),
        ("clopidogrel", "CYP2C19", {"phenotype": "extensive metaboliser"}),
        ("siponimod", "CYP2C9", {"diplotype": "*1/*1"}),
    ],
)
def test_a_normal_result_is_no_failure(drug: str, gene: str, result: dict[str, str]) -> None:
    assert not {"fail contraindicated", "fail warning"} & verdict(f"Start {drug}.", Genotype(gene=gene, **result))


@pytest.mark.parametrize(
    ("drug", "condition"),
    [
        ("capecitabine", "DPD deficiency"),
        ("azathioprine", "TPMT deficiency"),
        ("allopurinol", "HLA-B*58:01 positive"),
        ("clopidogrel", "CYP2C19 poor metaboliser"),
    ],
)
def test_a_result_recorded_as_a_condition_counts(drug: str, condition: str) -> None:
    assert {"fail contraindicated", "fail warning"} & verdict(f"Start {drug}.", conditions=(condition,))


def test_a_recorded_result_that_cannot_be_read_is_not_assessed_with_a_warning() -> None:
    assert "not_assessed warning" in verdict("Start clopidogrel.", Genotype(gene="CYP2C19", diplotype="*99/*98"))


def test_warfarin_is_never_said_to_be_assessed_by_genotype() -> None:
    assert any("not_assessed" in each for each in verdict("Start warfarin 5 mg."))


def test_ordinary_words_are_no_result() -> None:
    assert not list(in_words("deficiency of vitamin D", load()))
