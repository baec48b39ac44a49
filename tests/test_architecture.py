"""The arrows of docs/architecture.md, and the promise that importing medrag is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

PACKAGES = ("medrag", "index", "sft", "eval")
HEAVY = ("torch", "vllm", "transformers", "sentence_transformers", "faiss", "spacy", "openai", "fastapi", "numpy")


def imported(path: Path) -> set[str]:
    """The first names of every absolute import in a file, wherever in the file it stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_downwards(package: str) -> None:
    allowed = {package, "medrag"}
    for path in sorted((ROOT / package).rglob("*.py")):
        reached = imported(path) & set(PACKAGES)
        assert reached <= allowed, f"{path.relative_to(ROOT)} imports {sorted(reached - allowed)}"


def modules_loaded_by(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(' '.join(sorted(name for name in sys.modules if '.' not in name)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import medrag",
        "import medrag.types, medrag.errors, medrag.settings",
        "import medrag.cli; medrag.cli._mount_commands()",
    ],
)
def test_importing_is_light(code: str) -> None:
    assert not modules_loaded_by(code) & set(HEAVY)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def top_level_imports(path: Path, modules: set[str]) -> set[str]:
    """The project's own modules that importing this file loads."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            submodules = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (submodules & modules) or {node.module}
    return (found & modules) - {module_name(path)}


def test_there_are_no_import_cycles() -> None:
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    modules = {module_name(path) for path in paths}
    graph = {module_name(path): top_level_imports(path, modules) for path in paths}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for target in sorted(graph[name]):
                visit(target, (*trail, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())
