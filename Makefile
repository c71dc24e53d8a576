# The commands the project keeps. `make demo` and `make test` are all a newcomer needs; both make the same .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 3  # processes that share the tests: they wait a lot, for servers and processes, so three keep two cores busy
STAMP := $(VENV)/.installed
# Rules of flake8-async that are off, each for a reason that holds in many places; what holds in one is a noqa there.
# 109: a bound as a parameter is part of several contracts here, and the callee owns the scope.
# 114: wants every startable function listed by hand, for a rule (113) that ours never meet: nothing enters a nursery in __aenter__.
# 124: a function without an await must still be async where its siblings, or the port it serves, are.
# 127: httpx is the chosen client; its successor would be a second stack.
# 128: cannot see a task_status that is handed on to what is really usable.
ASYNC_OFF := ASYNC109,ASYNC114,ASYNC124,ASYNC127,ASYNC128

# Each ends with 3 where there is nothing to build it with; then the tests that need it are left out, and say so.
PLANE := { scripts/control-plane && scripts/helm; } >/dev/null || [ $$? = 3 ]
IMAGE := scripts/image >/dev/null || [ $$? = 3 ]

.PHONY: help venv demo test check format bench torture vectors control-plane image e2e docs clean

help:  ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

venv: $(STAMP)  ## make .venv from the hash-pinned lock

$(STAMP): requirements-dev.lock pyproject.toml scripts/make-venv
	@scripts/make-venv "$(PYTHON)" "$(VENV)"
	@touch $(STAMP)

demo: $(STAMP)  ## the main job, visibly: push, merge, kill, recover (ARGS=--stay keeps it running)
	@$(BIN)/stoker demo $(ARGS)

test: $(STAMP)  ## all tests
	@scripts/need-tools git make sshd ssh-keygen
	@$(PLANE)
	@$(IMAGE)
	@$(BIN)/pytest -q -m "not torture" -n $(JOBS) $(ARGS)

e2e: $(STAMP)  ## image, chart, a real node: from helm install to a scan and helm uninstall
	@scripts/control-plane >/dev/null
	@scripts/helm >/dev/null
	@scripts/image >/dev/null
	@$(BIN)/pytest -q tests/node tests/e2e $(ARGS)

torture: $(STAMP)  ## kill and fail at tens of thousands of points (long)
	@$(PLANE)
	@$(BIN)/pytest -q -m torture --timeout=0 $(ARGS)

check: $(STAMP)  ## format, lint, types, async rules, layers, chart
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@scripts/async-rules $(BIN) $(ASYNC_OFF) $$(git ls-files '*.py')
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@scripts/lint-chart

format: $(STAMP)  ## let ruff put the code in order
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(STAMP)  ## docs/reference/ and the CRD file, written anew from the types
	@$(BIN)/python -m reference
	@$(BIN)/stoker crd | tee crds/gatewaysyncs.stoker.io.yaml >helm/stoker/files/gatewaysyncs.stoker.io.yaml

vectors:  ## what Go's template, sjson and glob libraries answer to the cases of tests/vectors, written anew
	@scripts/vectors

control-plane:  ## build the API server, etcd, kubectl and helm of the cluster tests, once
	@scripts/control-plane
	@scripts/helm

image:  ## build the image from the Dockerfile, as root and without a registry; prints its archive
	@scripts/image

bench: $(STAMP)  ## figures against the peers, written to docs/benchmarks.md
	@scripts/need-tools git rsync
	@$(BIN)/python -m bench $(ARGS)

clean:  ## remove what the commands above made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .demo
