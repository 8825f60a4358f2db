# One verb a line; each does its own set-up. The commands themselves are in `medley --help`.
SHELL := /bin/sh
.DEFAULT_GOAL := help
# Chalice packs what it finds through vendor/shared, so no __pycache__ may lie there.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.medley/pycache
MEDLEY := .venv/bin/medley
SERVICE ?= event-images
STAGE ?= dev
PYTEST_ARGS ?=

.PHONY: help demo test check up down status deploy destroy package bench-bibs bench-video bench-zip bench-soak format setup clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

demo: setup ## every service on this machine, with samples (PHOTOS=DIR for your own photos; ARGS=--exit to check and stop)
	@$(MEDLEY) demo $(if $(PHOTOS),--photos "$(patsubst ~%,$(HOME)%,$(PHOTOS))") $(ARGS)

test: setup-test ## lint, types and all tests: the gate
	@$(MAKE) --no-print-directory lint types
	@.venv/bin/pytest --numprocesses auto --dist loadgroup $(PYTEST_ARGS)

check: setup lint types ## lint and types only

up: setup ## the local stack, until Ctrl-C
	@$(MEDLEY) up $(ARGS)

down: setup ## stop a local stack
	@$(MEDLEY) down

status: setup ## what runs
	@$(MEDLEY) status

deploy: setup ## a service to AWS: make deploy SERVICE=event-images STAGE=dev
	@$(MEDLEY) deploy $(SERVICE) --stage $(STAGE) $(ARGS)

destroy: setup ## a service's stage, from AWS: make destroy SERVICE=event-images STAGE=dev
	@$(MEDLEY) destroy $(SERVICE) --stage $(STAGE) $(ARGS)

package: setup ## a service's zips, checked, and its one template for a pipeline, into build/
	@$(MEDLEY) package $(SERVICE)
	@$(MEDLEY) package-template $(SERVICE) --stage $(STAGE) --out build/$(SERVICE)

bench-bibs: setup ## the bib reader on labelled photos of yours: make bench-bibs DATA=DIR
	@.venv/bin/python benchmarks/bibs.py "$(DATA)" $(ARGS)

bench-video: setup ## the video engine beside the encoder's limit, zoompan and MoviePy (ARGS="--rounds 1")
	@.venv/bin/python benchmarks/video.py $(ARGS)

bench-zip: setup ## zips from S3 to S3 beside the bare transfer and zipfile (ARGS="--small 70000 --small-kb 4")
	@.venv/bin/python benchmarks/zip.py $(ARGS)

bench-soak: setup ## ten minutes of thumbnails and zips; fails if memory grows (ARGS="--minutes 2")
	@.venv/bin/python benchmarks/soak.py $(ARGS)

format: setup ## format the code
	@.venv/bin/ruff format --quiet . && .venv/bin/ruff check --fix --quiet .

setup: ## Python 3.13, uv, the locked environment, Tesseract
	@tools/setup

clean: ## remove what was made here (environment and local state)
	@rm -rf .venv .tools .medley .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

.PHONY: setup-test lint types
setup-test:
	@tools/setup --test

lint:
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/cfn-lint services/*/resources.yaml
	@$(MEDLEY) asl render --check
	@$(MEDLEY) iam render --check
	@$(MEDLEY) openapi render --check
	@$(MEDLEY) iam lint

# Two app.py are one module to mypy, so each service is a run of its own.
types:
	@.venv/bin/mypy -p shared -p medley
	@for service in services/*/; do \
	  (cd $$service && export MYPYPATH=. && mypy="../../.venv/bin/mypy --config-file ../../pyproject.toml" \
	   && $$mypy -p chalicelib && $$mypy app.py state_machine.py policies.py) || exit 1; done
