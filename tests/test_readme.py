"""The README tells the truth about the tree and the commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
NAMED_BY_FOLDER = {"__init__.py"}


@pytest.mark.parametrize("package", ["medrag", "index", "sft", "eval"])
def test_every_module_has_its_line(package: str) -> None:
    names = {path.name for path in (ROOT / package).rglob("*.py")} - NAMED_BY_FOLDER
    missing = {name for name in names if not re.search(rf"^\s*{re.escape(name)}\s+\S", README, re.MULTILINE)}
    assert not missing


def test_no_line_is_about_a_module_that_is_gone() -> None:
    named = set(re.findall(r"^\s*(\w+\.py)\s", README, re.MULTILINE))
    there = {path.name for package in ("medrag", "index", "sft", "eval") for path in (ROOT / package).rglob("*.py")}
    assert named <= there


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_its_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
