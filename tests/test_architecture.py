"""The arrows and floors of docs/architecture.md, and the promise that importing medrag is light."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

PACKAGES = ("medrag", "index", "sft", "eval", "benchmarks")
HEAVY = ("torch", "vllm", "transformers", "sentence_transformers", "faiss", "spacy", "openai", "fastapi", "numpy")
MOST_MODULES = 15
"""What a folder may hold, its ``__init__`` left out, before it should have rooms."""


def imported(path: Path) -> Iterator[str]:
    """Every module named by an absolute import in a file, wherever in the file it stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files_of(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_downwards(package: str) -> None:
    allowed = set(PACKAGES) if package == "benchmarks" else {package, "medrag"}
    for path in files_of(package):
        reached = {name.partition(".")[0] for name in imported(path)} & set(PACKAGES)
        assert reached <= allowed, f"{path.relative_to(ROOT)} imports {sorted(reached - allowed)}"


def floors() -> dict[str, int]:
    """Room of medrag -> its floor, the ground floor 0, as the drawing has them."""
    drawing = (ROOT / "docs" / "architecture.md").read_text().partition("### Floors\n")[2].split("```")[1]
    lines = [re.findall(r"\w+", line) for line in reversed(drawing.splitlines()) if line.strip()]
    return {room: floor for floor, rooms in enumerate(lines) for room in rooms}


def rooms_imported(path: Path) -> set[str]:
    """The other rooms of medrag that a file imports; ``medrag`` itself gives its version and the client."""
    names = (name.split(".") for name in imported(path))
    return {name[1] for name in names if name[0] == "medrag" and name[1:2] != ["__version__"]}


def test_every_room_has_its_floor() -> None:
    inside = (ROOT / "medrag").iterdir()
    found = {path.stem for path in inside if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert found - {"__init__", "__main__"} == set(floors())


def test_rooms_import_only_from_floors_below() -> None:
    floor = floors()
    for path in files_of("medrag"):
        own = path.relative_to(ROOT / "medrag").with_suffix("").parts[0]
        if own.startswith("__"):
            continue
        allowed = {own} | {room for room in floor if floor[room] < floor[own] or floor[room] == floor[own] == 0}
        assert rooms_imported(path) <= allowed, f"{path.relative_to(ROOT)} imports upwards"


def test_no_folder_is_a_heap() -> None:
    folders = {path.parent for package in PACKAGES for path in files_of(package)}
    heaps = {folder.relative_to(ROOT).as_posix(): len(list(folder.glob("[!_]*.py"))) for folder in folders}
    assert {folder: count for folder, count in heaps.items() if count > MOST_MODULES} == {}


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


# Of a cached function, the parameters by which its results are kept; "text" or a term only where it is the index's own.
CACHED_BY = frozenset({"code", "kind", "name", "language", "pattern", "self"})
INDEX_OWN = frozenset({"neutral_once", "term_of", "state_meant"})


def _kept_by_words(path: Path) -> Iterator[str]:
    """The functions that a cache keeps by a string that is none of our own names."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.FunctionDef) or not any(
            "cache" in ast.unparse(each) for each in node.decorator_list
        ):
            continue
        if any("cached_property" in ast.unparse(each) for each in node.decorator_list):
            continue
        written = {each.arg for each in node.args.args if each.annotation and ast.unparse(each.annotation) == "str"}
        if written - CACHED_BY and node.name not in INDEX_OWN:
            yield f"{path.relative_to(ROOT)}: {node.name}"


def test_no_cache_keeps_what_people_write() -> None:
    assert [found for path in files_of("medrag") for found in _kept_by_words(path)] == []
