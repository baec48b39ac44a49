"""A VCF (GRCh38) as genotypes.

Calling star alleles is PharmCAT's job: where Java and its JAR are given it is called. Where not, only positions
that decide something without phasing are read, and every gene that stays open is reported as not called: a
reference call at the positions read never makes a gene normal.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from medrag.errors import PatientError
from medrag.knowledge import Knowledge
from medrag.patient.pharmcat import called
from medrag.patient.record.facts import assemble
from medrag.types import FactStatus, Genotype, Patient, Problem

FIRST_RECORDS = 1000
_BGZF = b"\x1f\x8b\x08\x04"
# Of GRCh37: its names, and the lengths of chromosomes 1, 4, 6, 10, 12, 13 and 16.
OLD_BUILD = (
    *("GRCh37", "hg19", "b37", "hs37d5", "249250621", "191154276", "171115067", "135534747", "133851895"),
    *("115169878", "90354753"),
)
GVCF = (
    "{origin}: is a gVCF, whose blocks are not read; genotype it first (GATK GenotypeGVCFs, bcftools convert "
    "--gvcf2vcf) and give the result"
)


@dataclass(frozen=True)
class Position:
    """A defining position: coordinates of dbSNP on GRCh38, reference and variant base on the plus strand."""

    rsid: str
    chromosome: str
    position: int
    reference: str
    variant: str
    allele: str
    activity: float | None = None


@dataclass(frozen=True)
class Gene:
    """A gene's positions and what a number of variant copies at the only varying one of them means.

    ``alone``: the phenotype rests on this position only, so that no variant copy is a result too. The meanings
    are CPIC's (cpicpgx.org); a gene with two varying positions needs phasing and is left to PharmCAT.
    """

    name: str
    positions: tuple[Position, ...]
    meaning: Callable[[Position, int], tuple[str, str | None] | None]
    alone: bool = False


def _by_copies(*phenotypes: str | None) -> Callable[[Position, int], tuple[str, str | None] | None]:
    def meaning(_position: Position, copies: int) -> tuple[str, str | None] | None:
        phenotype = phenotypes[copies]
        return (phenotype, None) if phenotype else None

    return meaning


def _by_activity(position: Position, copies: int) -> tuple[str, str | None] | None:
    if position.activity is None or copies == 0:
        return None
    score = position.activity * copies + (2 - copies)
    return (
        "Poor Metabolizer" if score < 1 and copies == 2 and position.activity == 0 else "Intermediate Metabolizer"
    ), f"{score:.1f}"


def _cyp2c19(position: Position, copies: int) -> tuple[str, str | None] | None:
    if copies == 0:
        return None
    if position.allele == "*17":
        return ("Rapid Metabolizer", "Ultrarapid Metabolizer")[copies - 1], None
    return ("Intermediate Metabolizer", "Poor Metabolizer")[copies - 1], None


_METABOLIZER = _by_copies(None, "Intermediate Metabolizer", "Poor Metabolizer")

GENES: tuple[Gene, ...] = (
    Gene(
        "VKORC1",
        (Position("rs9923231", "16", 31096368, "C", "T", "-1639A"),),
        _by_copies("-1639 GG", "-1639 AG", "-1639 AA"),
        True,
    ),
    Gene(
        "ABCG2",
        (Position("rs2231142", "4", 88131171, "G", "T", "rs2231142 variant (T)"),),
        _by_copies("Normal Function", "Decreased Function", "Poor Function"),
        True,
    ),
    Gene(
        "SLCO1B1",
        (Position("rs4149056", "12", 21178615, "T", "C", "rs4149056C"),),
        _by_copies(None, "Decreased Function", "Poor Function"),
    ),
    Gene("NUDT15", (Position("rs116855232", "13", 48045719, "C", "T", "*3"),), _METABOLIZER),
    Gene("CYP3A5", (Position("rs776746", "7", 99672916, "T", "C", "*3"),), _by_copies(None, None, "Poor Metabolizer")),
    Gene(
        "DPYD",
        (
            Position("rs3918290", "1", 97450058, "C", "T", "c.1905+1G>A (*2A)", 0.0),
            Position("rs55886062", "1", 97515787, "A", "C", "c.1679T>G (*13)", 0.0),
            Position("rs67376798", "1", 97082391, "T", "A", "c.2846A>T", 0.5),
            Position("rs75017182", "1", 97579893, "G", "C", "c.1129-5923C>G (HapB3)", 0.5),
        ),
        _by_activity,
    ),
    Gene(
        "CYP2C9",
        (
            Position("rs1799853", "10", 94942290, "C", "T", "*2", 0.5),
            Position("rs1057910", "10", 94981296, "A", "C", "*3", 0.0),
        ),
        _by_activity,
    ),
    Gene(
        "CYP2C19",
        (
            Position("rs4244285", "10", 94781859, "G", "A", "*2"),
            Position("rs4986893", "10", 94780653, "G", "A", "*3"),
            Position("rs12248560", "10", 94761900, "C", "T", "*17"),
        ),
        _cyp2c19,
    ),
    Gene(
        "TPMT",
        (
            Position("rs1800462", "6", 18143724, "C", "G", "*2"),
            Position("rs1800460", "6", 18138997, "C", "T", "*3B"),
            Position("rs1142345", "6", 18130687, "T", "C", "*3C"),
        ),
        _METABOLIZER,
    ),
)
NOT_FROM_POSITIONS = (
    "CYP2D6",
    "CYP2B6",
    "UGT1A1",
    "HLA-A",
    "HLA-B",
    "G6PD",
    "CYP3A4",
    "CYP4F2",
    "NAT2",
    "RYR1",
    "CACNA1S",
    "CFTR",
    "MT-RNR1",
    "IFNL3",
)


def read_vcf(path: Path, origin: str, pharmcat_jar: Path | None, knowledge: Knowledge) -> Patient:
    """The genotypes of a VCF of one sample, in any gzip too.

    Raises ``PatientError`` for a file that is no VCF, or one of several samples, of GRCh37 or in blocks (gVCF).
    """
    with _seekable(path) as plain:
        return _read_plain(plain, origin, pharmcat_jar, knowledge)


@contextmanager
def _seekable(path: Path) -> Iterator[Path]:
    """The file as htslib can seek in it: gzip that is not in blocks (BGZF) is unpacked for as long as it is read."""
    with path.open("rb") as file:
        start = file.read(len(_BGZF))
    if not start.startswith(_BGZF[:2]) or start == _BGZF:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="medrag-vcf-") as folder:
        plain = Path(folder) / "plain.vcf"
        with gzip.open(path) as packed, plain.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
        yield plain


def _read_plain(path: Path, origin: str, pharmcat_jar: Path | None, knowledge: Knowledge) -> Patient:
    genes, problem = called(path, origin, pharmcat_jar) if pharmcat_jar else (None, None)
    if genes:
        return genes
    read = _positions(path, origin, knowledge)
    problems = read.problems
    genotypes = [genotype for gene in GENES if (genotype := _genotype(gene, read, origin))]
    open_genes = [each.gene for each in genotypes if each.status is not FactStatus.ACTIVE]
    listed = ", ".join([*open_genes, *NOT_FROM_POSITIONS])
    problems.append(Problem(source=origin, reason=f"not called, PharmCAT is needed for: {listed}"))
    limited = [
        each.gene for each in genotypes if each.status is FactStatus.ACTIVE and each.gene not in {"VKORC1", "ABCG2"}
    ]
    if limited:
        reason = f"{', '.join(limited)}: from single positions; further variants on the other copy are not ruled out"
        problems.append(Problem(source=origin, reason=reason))
    return assemble(genotypes, [*([problem] if problem else []), *problems])


@dataclass
class _Read:
    """Copies of the variant base (0 to 2) at each known position, by rsid; genes with a variant of another allele."""

    dosages: dict[str, int] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def _positions(path: Path, origin: str, knowledge: Knowledge) -> _Read:
    import pysam

    pysam.set_verbosity(0)
    wanted = {(each.chromosome, each.position): (gene.name, each) for gene in GENES for each in gene.positions}
    others = {(gene.chromosome, place): name for name, gene in knowledge.genes.items() for place in gene.elsewhere}
    read = _Read()
    try:
        with pysam.VariantFile(str(path)) as file:
            _refuse(str(file.header), len(file.header.samples), origin)
            for number, record in enumerate(file):
                if number < FIRST_RECORDS and "<NON_REF>" in (record.alts or ()):
                    raise PatientError(GVCF.format(origin=origin))
                place = (record.chrom.removeprefix("chr"), record.pos)
                if place in wanted:
                    _read_position(*wanted[place], record, origin, read)
                elif place in others and any(record.samples[0].allele_indices or ()):
                    read.elsewhere.setdefault(others[place], record.id or f"{record.chrom}:{record.pos}")
    except (ValueError, OSError, KeyError) as error:
        raise PatientError(f"{origin}: does not parse as VCF") from error
    return read


def _refuse(header: str, samples: int, origin: str) -> None:
    """Raises ``PatientError`` for several samples, an older build and a gVCF, saying what to do."""
    if samples != 1:
        raise PatientError(f"{origin}: holds {samples} samples; give a VCF of one (bcftools view -s SAMPLE)")
    if any(mark in header for mark in OLD_BUILD):
        raise PatientError(
            f"{origin}: is on GRCh37; only GRCh38 positions are known. Lift it over (Picard LiftoverVcf, bcftools "
            "+liftover) and give the result, or give the genotypes as a table or PharmCAT's report"
        )
    if any(mark in header for mark in ("##GVCFBlock", "ID=NON_REF")):
        raise PatientError(GVCF.format(origin=origin))


def _read_position(gene: str, position: Position, record: object, origin: str, read: _Read) -> None:
    """One record's copies of the variant, or why it does not count."""
    import pysam

    assert isinstance(record, pysam.VariantRecord)  # noqa: S101 (pysam has no types)
    alleles = record.samples[0].alleles or ()
    filters = set(record.filter.keys()) - {"PASS"}
    fault = None
    if record.ref != position.reference:
        fault = "another reference base than GRCh38's"
    elif filters:
        fault = "the variant caller filtered it"
    elif len(alleles) != 2 or None in alleles:
        fault = "no call"
    elif set(alleles) - {position.reference, position.variant}:
        fault = "another variant than the one known"
        read.elsewhere.setdefault(gene, position.rsid)
    if fault:
        read.problems.append(Problem(source=f"{origin}#{position.rsid}", reason=f"{position.rsid} not read: {fault}"))
    else:
        read.dosages[position.rsid] = alleles.count(position.variant)


def _genotype(gene: Gene, read: _Read, origin: str) -> Genotype | None:
    """The gene's result; ``No Result`` where the positions read leave it open; ``None`` where none was in the file."""
    known = [(each, read.dosages[each.rsid]) for each in gene.positions if each.rsid in read.dosages]
    if not known:
        return None
    varying = [(each, copies) for each, copies in known if copies]
    shown = ", ".join(f"{each.rsid} {_bases(each, copies)}" for each, copies in (varying or known))
    source = f"{origin}#{gene.name}"
    decided = varying or (known if gene.alone else [])
    meaning = gene.meaning(*decided[0]) if len(decided) == 1 else None
    if gene.name in read.elsewhere:
        reason = f"{gene.name}: {read.elsewhere[gene.name]} varies too, which belongs to another allele; not called"
        read.problems.append(Problem(source=source, reason=reason))
        meaning = None
    if meaning is None:
        return Genotype(
            gene=gene.name, diplotype=shown, lookup_key="No Result", status=FactStatus.UNCERTAIN, source=source
        )
    phenotype, score = meaning
    return Genotype(
        gene=gene.name,
        diplotype=shown,
        phenotype=phenotype,
        activity_score=score,
        lookup_key=score or phenotype,
        source=source,
    )


def _bases(position: Position, copies: int) -> str:
    first = position.variant if copies == 2 else position.reference
    second = position.variant if copies else position.reference
    return f"{first}/{second}" + (f" ({position.allele})" if copies else "")
