#!/usr/bin/env bash
# Writes requirements/cpu.lock anew from pyproject.toml: Linux on x86-64 and arm64, Python 3.11 to 3.13.
# torch stays out: its CPU build is installed first (see the Makefile), because PyPI's is the CUDA build.
set -euo pipefail
cd "$(dirname "$0")/.."
resolved=$(mktemp)
cp requirements/cpu.lock "$resolved"  # its pins are kept where they still fit; --upgrade takes newer ones
trap 'rm -f "$resolved"' EXIT
torch=(--extra-index-url https://download.pytorch.org/whl/cpu --index-strategy unsafe-best-match)
# TORCH_WHEELS: a folder with a CPU torch wheel, where PyTorch's own index cannot be reached.
[ -z "${TORCH_WHEELS:-}" ] || torch=(--find-links "$TORCH_WHEELS")
uv pip compile pyproject.toml --universal --python-version 3.11 --quiet \
  --extra cpu --extra train --extra eval --extra milvus --extra postgres --extra ray --extra telemetry --extra dev \
  --override requirements/overrides.txt --no-emit-package torch --no-header --no-annotate \
  "${torch[@]}" \
  --output-file "$resolved" "$@" >/dev/null
{
  echo "# Written by requirements/lock.sh; installed with --no-deps after torch."
  # What only other platforms would take (CUDA under a plain torch, Windows) is left out.
  grep -vE "^(nvidia-|cuda-|pywin32|colorama|#|$)|sys_platform == 'never'" "$resolved"
} >requirements/cpu.lock
