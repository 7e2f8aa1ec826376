PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
# aws-cdk-lib, aws-sam-cli and recbole want other versions of what training needs: each has an environment of its own.
INFRA := .venv-infra
SAM := .venv-sam
RECBOLE := .venv-recbole
AUDIT := .venv-audit
PAGE := functions/catalogue/page
# "yes" where there is npm, and a Node.js that the page can be built by.
NEW_NODE = $(shell command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split("."); console.log(a > 20 || (a == 20 && b >= 19) ? "yes" : "")')
PAGE_BUILT := functions/catalogue/static/explore/index.html
CDK_VERSION := 2.1148.1
SAM_VERSION := 1.170.0
STAGE ?= dev
# Processes that run tests at once; tests/workers.py says which tests one of them runs. `make test WORKERS=0` has none.
WORKERS ?= 2
# hnswlib is compiled: for any CPU with AVX2, as in its image, since pip keeps what it compiled for other machines.
COMPILING := HNSWLIB_NO_NATIVE=1 CXXFLAGS="-DNDEBUG -g0 $(if $(filter x86_64,$(shell uname -m)),-mavx2 -mfma)"
CDK = JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20 NODE_NO_WARNINGS=1 CDK_DISABLE_CLI_TELEMETRY=true \
    $(INFRA)/node_modules/.bin/cdk --context stage=$(STAGE) --no-notices

.PHONY: page page-if-node test-page setup setup-neural setup-infra setup-sam setup-recbole setup-audit demo test \
    test-infra coverage lint sbom audit bench quality openapi requirements reliability soak endurance images bootstrap \
    diff idle-costs costs deploy destroy deploy-local destroy-local sam-local setup-spark infra-if-npm scale \
    registry load

setup: $(STAMP)  ## a virtual environment with everything but torch

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	@command -v $${CXX:-c++} >/dev/null || echo "hnswlib is compiled, and here is no C++ compiler: apt-get install g++"
	$(COMPILING) $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	    --editable '.[train,dev]'
	touch $@

setup-neural: $(VENV)/.neural  ## the same with PyTorch, in the build that pip is set up for

$(VENV)/.neural: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	    --editable '.[train,neural,dev]'
	touch $@

setup-spark: $(VENV)/.spark  ## the same with Spark, which needs Java 17

# Two pips at once in one environment would fight: where both are asked for, PyTorch comes first.
$(VENV)/.spark: $(STAMP) | $(if $(filter setup-neural,$(MAKECMDGOALS)),$(VENV)/.neural)
	@command -v java >/dev/null || echo "Spark runs on Java 17, and here is no Java: apt-get install openjdk-17-jre-headless"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	    --editable '.[train,spark,dev]'
	touch $@

setup-infra: $(INFRA)/.ready  ## a second one for the CDK and what stands in AWS's place; needs Node.js

$(INFRA)/.ready: pyproject.toml constraints-infra.txt
	@command -v npm >/dev/null || { echo "error: the CDK needs Node.js 20 or newer: apt-get install nodejs npm"; exit 1; }
	$(PYTHON) -m venv $(INFRA)
	$(INFRA)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-infra.txt \
	    --editable '.[infra,infra-dev]'
	npm install --silent --no-audit --no-fund --prefix $(INFRA) aws-cdk@$(CDK_VERSION)
	$(INFRA)/bin/python -m infra.layer
	touch $@

setup-sam: $(SAM)/.ready  ## a third one for SAM and its Lambda emulator

$(SAM)/.ready:
	$(PYTHON) -m venv $(SAM)
	$(SAM)/bin/python -m pip install --quiet --disable-pip-version-check aws-sam-cli==$(SAM_VERSION)
	touch $@

setup-recbole: $(RECBOLE)/.ready  ## a fourth one for recbole, which notebook 05_neural compares with

$(RECBOLE)/.ready: constraints-recbole.txt
	$(PYTHON) -m venv $(RECBOLE)
	$(RECBOLE)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-recbole.txt \
	    recbole setuptools
	touch $@

setup-audit: $(AUDIT)/.ready  ## one for what audits the rest

$(AUDIT)/.ready: .ci/audit.txt
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .ci/audit.txt
	touch $@

page: $(PAGE_BUILT)  ## the explorer, a page over the API; needs Node.js

$(PAGE_BUILT): $(PAGE)/node_modules/.ready $(shell find $(PAGE)/src -type f) $(wildcard $(PAGE)/*.html $(PAGE)/*.ts $(PAGE)/*.json)
	npm run --silent --prefix $(PAGE) build
	@touch $@

$(PAGE)/node_modules/.ready: $(PAGE)/package-lock.json
	@command -v npm >/dev/null || { echo "error: the explorer is built by Node.js 20.19 or newer: apt-get install nodejs npm"; exit 1; }
	npm ci --silent --ignore-scripts --no-audit --no-fund --prefix $(PAGE)
	@touch $@

page-if-node:
	@if [ "$(NEW_NODE)" ]; then $(MAKE) --no-print-directory --silent page; \
	else echo "no Node.js of 20.19 or newer, so no page at /explore; with it: make page"; fi

infra-if-npm:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory --silent setup-infra; fi

demo: setup page-if-node  ## from nothing to a first recommendation
	$(BIN)/warmstart demo $(DEMO)

test:  ## the fast tests
	@$(MAKE) --no-print-directory -j2 setup-neural infra-if-npm page-if-node
	$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST)
	@if [ "$(NEW_NODE)" ]; then $(MAKE) --no-print-directory test-page; \
	else echo "skipped: tests of the page, for there is no Node.js of 20.19 or newer; with it: make test-page"; fi
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory test-infra; \
	else echo "skipped: tests of the stacks, for there is no Node.js; with it: make test-infra"; fi

test-page: page  ## the explorer's own parts, without a browser
	npm test --silent --prefix $(PAGE)

test-infra: setup-infra  ## the stacks, synthesized without Docker, network or account
	COVERAGE_FILE=.coverage.infra $(INFRA)/bin/python -m pytest --confcutdir tests/infra $(INFRA_PYTEST) \
	    tests/infra/stacks tests/infra/test_stages.py

coverage: setup  ## what `make test PYTEST=--cov INFRA_PYTEST=--cov` has covered, held to the lines in .ci/coverage
	@mkdir -p build
	$(BIN)/coverage combine --quiet --append .coverage.infra
	$(BIN)/coverage json --quiet -o build/coverage.json
	.ci/coverage build/coverage.json

lint: setup-neural setup-infra setup-audit  ## style, types, who imports whom, what is unsafe
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(INFRA)/bin/mypy --package infra
	$(BIN)/lint-imports
	$(AUDIT)/bin/bandit --quiet --configfile pyproject.toml --recursive functions layers training infra
	$(AUDIT)/bin/hadolint functions/Dockerfile training/sagemaker/Dockerfile training/spark/Dockerfile
	$(AUDIT)/bin/zizmor --quiet --offline --no-progress .github

sbom: setup  ## what each image holds, as CycloneDX: build/sbom/IMAGE.cdx.json
	$(BIN)/python -m infra.supply sbom

audit: sbom setup-audit  ## the same, and what is known against it; exits with an error where that cannot be asked
	$(BIN)/python -m infra.supply audit

bench: setup-neural page-if-node  ## speeds beside peers and bounds, and every goal; writes docs/PERFORMANCE.md
	$(BIN)/python -m tests.bench --write $(BENCH)

quality: setup-neural  ## models against published numbers, on the data sets that are at hand
	$(BIN)/python -m tests.quality $(QUALITY)

openapi: setup  ## write the OpenAPI document that the catalogue serves
	$(BIN)/python -m training.openapi

requirements: setup  ## pin what each image holds, with hashes
	@for pinned in functions/*/requirements.in functions/*/build.in; do \
	    $(BIN)/uv pip compile --quiet --no-header --no-annotate --generate-hashes --no-emit-index-url \
	        --python-version 3.12 --python-platform x86_64-manylinux_2_28 --constraint constraints.txt \
	        $$pinned --output-file $${pinned%.in}.txt; \
	done
	@cd training/sagemaker && pin() { \
	    ../../$(BIN)/uv pip compile --quiet --no-header --no-annotate --generate-hashes --no-emit-index-url \
	        --python-version 3.11 --python-platform x86_64-manylinux_2_28 --constraint ../../constraints.txt "$$@"; } \
	&& pin build.in --output-file build.txt \
	&& pin ../../pyproject.toml --extra train --output-file plain.txt \
	&& pin ../../pyproject.toml --extra train --extra neural --output-file neural.txt \
	&& cd ../../.ci && ../$(BIN)/uv pip compile --quiet --no-header --no-annotate --generate-hashes --no-emit-index-url \
	    --python-version 3.11 --python-platform x86_64-manylinux_2_28 audit.in --output-file audit.txt

reliability: setup  ## make every fault happen and write docs/RELIABILITY.md
	$(BIN)/python -m tests.faults

registry: setup  ## the registry as a state machine: 20,000 random operations on both stores
	$(BIN)/python -m tests.registry $(REGISTRY)

load: setup-neural  ## requests a second of each function, and overload; four minutes, writes docs/LOAD.md
	$(BIN)/python -m tests.load rates --write $(LOAD)

soak: setup-neural  ## ten minutes of load with swaps: memory, descriptors; SOAK="--minutes 60" an hour; writes docs/SOAK.md
	$(BIN)/python -m tests.load soak --write $(SOAK)

endurance: setup  ## 100,000 requests a function, frozen functions; writes docs/ENDURANCE.md
	$(BIN)/python -m tests.endurance --write

scale: setup  ## a million users on this machine, and how each step grows up to there; writes docs/SCALE.md and the README
	$(BIN)/python -m tests.scale --write

images: setup-neural setup-sam page  ## build each image and run it by itself: size and cold start; writes docs/IMAGES.md
	$(BIN)/python -m tests.images --write

bootstrap: setup-infra  ## once for an account and a region, before the first deploy
	@$(CDK) bootstrap

diff: setup-infra page  ## what a deploy would change
	@$(CDK) diff

idle-costs: setup-infra  ## what a stage costs in a month without one call
	@mkdir -p build/idle
	@$(CDK) synth --quiet --output build/idle/$(STAGE) >build/idle/log 2>&1 || { cat build/idle/log; exit 1; }
	@$(INFRA)/bin/python -m infra.costs.idle build/idle/$(STAGE)

costs: setup-neural  ## what calls, a month and a hundred million users cost, measured; writes docs/SCALE.md
	$(BIN)/python -m tests.bench billed --json build/billed.json
	@for stage in dev prod; do $(MAKE) --no-print-directory idle-costs STAGE=$$stage >/dev/null || exit 1; done
	$(BIN)/python -m infra.costs build/billed.json build/idle/dev build/idle/prod --write

deploy: setup setup-infra page  ## the whole API on AWS: make deploy STAGE=dev
	@$(INFRA)/bin/python -m infra.deploy $(STAGE) env $(CDK)
	@$(BIN)/warmstart token join --stage $(STAGE)

destroy: setup setup-infra  ## take down what serves and trains; the store stays
	@$(CDK) destroy warmstart-$(STAGE)-serving warmstart-$(STAGE)-training $(CDK_OPTIONS)
	@echo "kept, with every version and token (their API keys stay too, and the next deploy joins them): $$($(BIN)/warmstart url --store --stage $(STAGE))"

deploy-local: setup setup-infra setup-sam page  ## the same deploy on this machine: Docker, and ministack in AWS's place
	$(BIN)/python -m tests.e2e.emulated up

destroy-local: setup  ## take that down
	$(BIN)/python -m tests.e2e.emulated down

sam-local: setup setup-infra setup-sam page  ## SAM's API on the synthesized template, with the store of a deployed stage
	@$(CDK) synth --quiet --output build/sam/cdk.out
	@$(BIN)/python -m tests.e2e.emulated.sam_template build/sam/cdk.out/warmstart-$(STAGE)-serving.template.json \
	    $$($(BIN)/warmstart url --store --stage $(STAGE))
	@export SAM_CLI_TELEMETRY=0 DOCKER_BUILDKIT=0 && \
	    $(SAM)/bin/sam build --build-dir build/sam/built --template build/sam/cdk.out/sam.template.json \
	        >build/sam/log 2>&1 || { cat build/sam/log; exit 1; } && \
	    $(SAM)/bin/sam local start-api --template build/sam/built/template.yaml --skip-pull-image
