import pytest

from medrag.curation.loaders import cpic
from medrag.knowledge import load
from medrag.patient.load import load as load_patient
from medrag.safety.checks.genome.match import match
from medrag.types import Genotype
from tests.paths import SHARED

REPORT = SHARED / "pharmcat" / "pharmcat.example.report.json"
KNOWLEDGE = load()


def said(drug: str, *genotypes: Genotype) -> set[tuple[str, str, str]]:
    found = match(KNOWLEDGE.pgx.entries(drug), genotypes, KNOWLEDGE)
    return {(each.population, each.action, each.strength) for each in found}


@pytest.mark.parametrize(
    ("drug", "genotypes", "expected"),
    [
        ("codeine", [Genotype(gene="CYP2D6", lookup_key="0.0")], {("general", "avoid", "Strong")}),
        ("codeine", [Genotype(gene="CYP2D6", phenotype="Poor Metabolizer")], {("general", "avoid", "Strong")}),
        ("codeine", [Genotype(gene="CYP2D6", activity_score="2.0")], {("general", "standard", "Strong")}),
        ("abacavir", [Genotype(gene="HLA-B", diplotype="*57:01/*07:02")], {("general", "avoid", "Strong")}),
        ("simvastatin", [Genotype(gene="SLCO1B1", phenotype="normal function")], {("general", "standard", "Strong")}),
        ("simvastatin", [Genotype(gene="CYP2D6", phenotype="Poor Metabolizer")], set()),
        ("codeine", [Genotype(gene="CYP2D6", lookup_key="No Result")], set()),
    ],
)
def test_recommendations_join_on_the_result(
    drug: str, genotypes: list[Genotype], expected: set[tuple[str, str, str]]
) -> None:
    assert said(drug, *genotypes) == expected


@pytest.mark.parametrize(
    ("text", "strength", "flags", "expected"),
    [
        ("Avoid codeine use because of potential for serious toxicity.", "Strong", (False, True), "avoid"),
        ("Consider a 25% reduction of recommended starting dose.", "Moderate", (True, False), "adjust"),
        ("Initiate therapy with recommended starting dose.", "Strong", (False, False), "standard"),
        ("No recommendation", "No recommendation", (False, False), "none"),
        ("Prescribe at most 20 mg and adjust.", "Moderate", (True, True), "adjust"),
    ],
)
def test_actions_are_told_apart(text: str, strength: str, flags: tuple[bool, bool], expected: str) -> None:
    assert cpic.action(text, strength, *flags) == expected


@pytest.mark.skipif(not REPORT.exists(), reason=f"the PharmCAT sample is not at {REPORT}")
def test_every_drug_of_a_pharmcat_report_gets_the_action_of_cpic() -> None:
    genotypes = load_patient([REPORT]).genotypes
    reported = {each["drug"]: each for each in cpic.read(REPORT)}
    for drug, each in reported.items():
        theirs = {tuple(says[:3]) for says in each["says"]}
        assert said(drug, *genotypes) == theirs, drug
