# Vitrine. `make serve` is all that a newcomer needs; `make test` is all that CI runs.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

TOOLS := $(CURDIR)/.tools
export PATH := $(TOOLS)/bin:$(HOME)/.cargo/bin:$(PATH)

CHROMIUM ?= $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome /snap/bin/chromium))
export CHROMIUM

NEXTEST_VERSION := 0.9.143
DENY_VERSION := 0.20.2
LISTEN ?= 127.0.0.1:8080
DATA ?= data
# Crates that are compiled for the browser: held to the web-safety list of app/clippy.toml.
WEB_CRATES := app catalog models samples shaders worker
TARGET_DIR = $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
CARGO := cargo

.PHONY: help
help: ## This list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

# ---- Tools ------------------------------------------------------------------------------------------------

.PHONY: setup setup-rust setup-test
setup: setup-rust ## What building needs: the compiler of rust-toolchain.toml and its browser target

setup-rust:
	@command -v cargo >/dev/null || { echo "Rust is missing: install rustup (https://rustup.rs or your distribution's package), then run make again."; exit 1; }
	@command -v cc >/dev/null || { echo "A C compiler is missing, which links what Rust compiles. On Debian: apt-get install gcc libc6-dev"; exit 1; }
	@cargo --version
	@# rustup reads rust-toolchain.toml only when it installs the toolchain; one that was there before may lack the target.
	@if command -v rustup >/dev/null; then \
	  rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown; fi

setup-test: setup-rust e2e/node_modules/.package-lock.json
	@cargo nextest --version >/dev/null 2>&1 \
	  || $(CARGO) install --locked --root $(TOOLS) --version $(NEXTEST_VERSION) cargo-nextest
	@missing=; \
	[ -n "$(CHROMIUM)" ] || missing="$$missing chromium"; \
	compgen -G '/usr/share/vulkan/icd.d/lvp_icd*.json' >/dev/null || missing="$$missing mesa-vulkan-drivers"; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing; \
	else \
	  echo "The tests need what only an administrator can install. On Debian: apt-get install$$missing"; \
	  echo "A Chromium elsewhere: make test CHROMIUM=/path/to/it"; exit 1; \
	fi

# npm writes this file last.
e2e/node_modules/.package-lock.json: e2e/package-lock.json
	@command -v npm >/dev/null || { echo "Node.js 20 or newer with npm is missing: install it, then run make again."; exit 1; }
	npm --prefix e2e ci
	@touch $@

# ---- Product ----------------------------------------------------------------------------------------------

.PHONY: web server serve
web: setup ## The browser bundle in dist/
	$(CARGO) xtask web $(WEB_FLAGS)

# With --workspace the features are those of the tests, so both share what they build.
server: setup ## The program `vitrine`
	$(CARGO) build --release --locked --workspace --bin vitrine

serve: web server ## Builds everything and serves it on a local address (LISTEN=127.0.0.1:8080)
	$(TARGET_DIR)/release/vitrine serve --listen $(LISTEN) --web dist --data $(DATA)

.PHONY: train-porous
train-porous: server ## Trains the three small models of porous-gan again, from the real data
	for preset in berea-small:9000:0.99:0.4:0:100 ketton-small:9000:0.999:0.15:0:50 \
	    beadpack-small:3750:0.99:0.25:300:50; do \
	  IFS=: read -r preset iterations averaging noise falls_over evaluate_every <<< $$preset; \
	  $(TARGET_DIR)/release/vitrine train porous-gan --preset $$preset --set iterations=$$iterations \
	      --set averaging=$$averaging --set input_noise=$$noise --set noise_falls_over=$$falls_over \
	      --set dropout=0.2 --set evaluate_every=$$evaluate_every \
	      --checkpoints $(DATA)/training/$$preset --out assets/weights/porous-gan/$$preset --force; done

.PHONY: train-crystals
train-crystals: server ## Trains the small models of crysbfn again, from the real data
	for preset in perov-small:40000 perov-time-only:40000 perov-exponential:40000 perov-gaussian:40000 \
	    perov-ab-initio-small:20000 carbon-small:20000; do \
	  $(TARGET_DIR)/release/vitrine train crysbfn --preset $${preset%:*} --set iterations=$${preset#*:} \
	      --checkpoints $(DATA)/training/$${preset%:*} --out assets/weights/crysbfn/$${preset%:*} --force; done

.PHONY: train-outcomes
train-outcomes: server ## Pre-trains the outcome-conditioned models of oc-gfn again
	for preset in grid-8:8000:16:1e-3 grid-16:16000:16:2e-3 grid-32:24000:16:2e-3 tfbind8:50000:32:2e-3; do \
	  IFS=: read -r name iterations batch rate <<< $$preset; \
	  $(TARGET_DIR)/release/vitrine train oc-gfn --preset $$name --set iterations=$$iterations \
	      --set batch_size=$$batch --set learning_rate=$$rate \
	      --checkpoints $(DATA)/training/$$name --out assets/weights/oc-gfn/$$name --force; done

.PHONY: train-rescaling
train-rescaling: server ## Trains the small models of dlv-irn again, from the shipped photos
	train() { $(TARGET_DIR)/release/vitrine train dlv-irn --preset $$1 "$${@:2}" \
	    --checkpoints $(DATA)/training/$$1 --out assets/weights/dlv-irn/$$1 --force; }; \
	train x2-small --seed 1 --set iterations=3000; \
	train x2-irn --seed 1 --set iterations=3000; \
	train x2-irn-wide --set iterations=1500; \
	train x2-irn-sampled --set iterations=1500 --set large_spread=1 --set latent_weight=1; \
	train x2-sr --set iterations=1500; \
	train x4-small --set iterations=2000 --set crop=48 --set batch_size=8 --set small_weight=16

.PHONY: train-tryon
train-tryon: server ## Trains the small model of dci-vton again, on drawn people
	$(TARGET_DIR)/release/vitrine train dci-vton --preset small \
	    --checkpoints $(DATA)/training/tryon --out assets/weights/dci-vton/small --force

.PHONY: score-tables
score-tables: setup ## Writes the score tables of op-gfn again, from the published data
	$(CARGO) run --release --locked --workspace --example score_tables assets

# ---- Checks -----------------------------------------------------------------------------------------------

.PHONY: test format lint lint-web licences test-native test-docs e2e
test: setup-test format lint test-native test-docs web server lint-web e2e ## Everything that must hold

format:
	$(CARGO) fmt --all --check

lint: setup
	CLIPPY_CONF_DIR=$(CURDIR) $(CARGO) clippy --release --locked --workspace --all-targets -- -D warnings

lint-web: setup
	CLIPPY_CONF_DIR=$(CURDIR)/app $(CARGO) clippy --locked --target wasm32-unknown-unknown --profile worker \
	  $(addprefix --package ,$(WEB_CRATES)) --lib -- -D warnings

licences: setup
	$(CARGO) xtask licences

test-native: setup-test
	VITRINE_NEEDS_VULKAN=1 $(CARGO) nextest run --release --locked --workspace --no-fail-fast

test-docs: setup
	$(CARGO) test --release --locked --workspace --doc

e2e: setup-test ## The browser tests, on a bundle and a server that are built already
	npm --prefix e2e test

.PHONY: deny
deny: ## Advisories aside, all that cargo-deny checks (builds cargo-deny on first use)
	@cargo deny --version >/dev/null 2>&1 || $(CARGO) install --locked --root $(TOOLS) --version $(DENY_VERSION) cargo-deny
	cargo deny check bans licenses sources

# The programs that ours are measured beside live in an environment of their own.
PEERS := $(TOOLS)/peers
EXAMPLES = $(TARGET_DIR)/release/examples
# The models of dlv-irn that are shipped.
RESCALERS = $(patsubst assets/weights/dlv-irn/%/weights.safetensors,%,$(wildcard assets/weights/dlv-irn/*/weights.safetensors))
# What draws in the browser benches.
BENCH_PAGE ?= target/bench-page
export BENCH_PAGE

# Those of GFlowNets hold an older numpy.
FLOW_PEERS := $(TOOLS)/peers-gflownets
# Compositions whose structure is predicted; `make bench CRYSTALS=3785` asks for all of the test split.
CRYSTALS ?= 400
# Few steps and one seed, in a minute or two for all; `make bench FLOWS=` measures as the specs ask, in hours.
FLOWS ?= --quick --seeds 1
FLOW_PRESETS := fl-gfn/set-small fl-gfn/set-medium oc-gfn/grid-8 oc-gfn/grid-16 oc-gfn/grid-32 oc-gfn/tfbind8 \
  op-gfn/pareto-grid op-gfn/hyper-grid op-gfn/cell op-gfn/bag op-gfn/tfbind8 op-gfn/qm9str

# `make bench PYTHON=python3.12` takes another Python.
PYTHON ?= python3
define peers
$(PYTHON) -m venv --clear $(@D)
$(@D)/bin/pip install --quiet --requirement $<
@touch $@
endef

.PHONY: python
python:
	@# Later ones have no numpy below 2, which the GFlowNet libraries need.
	@$(PYTHON) -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null \
	  || { echo "make bench compares with Python programs: install Python 3.11 or 3.12 with venv, then make bench PYTHON=python3.12"; exit 1; }

$(FLOW_PEERS)/installed: e2e/bench/requirements-gflownets.txt | python
	$(peers)

$(PEERS)/installed: e2e/bench/requirements.txt | python
	$(peers)

.PHONY: bench bench-quality bench-native bench-browser
# What must be installed is asked for first; a table that fails leaves the other groups to be made.
bench: python setup-test $(PEERS)/installed $(FLOW_PEERS)/installed ## The comparison tables
	$(MAKE) --keep-going bench-quality bench-native bench-browser

bench-quality: server
	for preset in berea-small ketton-small beadpack-small; do \
	  $(TARGET_DIR)/release/vitrine evaluate porous-gan --preset $$preset --flow 12; done
	for preset in perov-small perov-time-only perov-exponential perov-gaussian; do \
	  $(TARGET_DIR)/release/vitrine evaluate crysbfn --preset $$preset --count $(CRYSTALS); done
	for preset in perov-ab-initio-small carbon-small; do \
	  $(TARGET_DIR)/release/vitrine evaluate crysbfn --preset $$preset --count 400 --seeds 1; done
	for preset in $(RESCALERS); do \
	  $(TARGET_DIR)/release/vitrine evaluate dlv-irn --preset $$preset; done
	$(TARGET_DIR)/release/vitrine evaluate dci-vton --preset small
	for flow in $(FLOW_PRESETS); do \
	  $(TARGET_DIR)/release/vitrine evaluate $${flow%/*} --preset $${flow#*/} $(FLOWS); done

# Those that fail when a result is not the peer's stand last.
bench-native: server $(PEERS)/installed $(FLOW_PEERS)/installed
	$(CARGO) build --release --locked --workspace --examples
	$(EXAMPLES)/bench_table $(PEERS)/bin/python
	$(EXAMPLES)/crystal_table $(PEERS)/bin/python
	$(EXAMPLES)/gflownet_table $(FLOW_PEERS)/bin/python
	$(PEERS)/bin/python app/samples/benches/peer_pymatgen.py > $(PEERS)/matches.jsonl
	$(EXAMPLES)/match_table $(PEERS)/matches.jsonl
	$(CARGO) bench --locked --workspace --bench '*'
	$(PEERS)/bin/python app/samples/benches/peer_porespy.py > $(PEERS)/pores.jsonl
	$(EXAMPLES)/pores_table $(PEERS)/pores.jsonl
	$(EXAMPLES)/rescaling_table $(PEERS)/bin/python
	for preset in $(filter x2-small x4-small,$(RESCALERS)); do \
	  $(TARGET_DIR)/release/vitrine evaluate dlv-irn --preset $$preset --json \
	    | $(PEERS)/bin/python app/samples/benches/peer_codecs.py $$preset; done
	for preset in perov-ab-initio-small carbon-small; do \
	  $(TARGET_DIR)/release/vitrine sample crysbfn --preset $$preset --count 32 --out $(PEERS)/crystals/$$preset --force; done
	$(PEERS)/bin/python app/samples/benches/peer_reads.py $(TARGET_DIR)/release/vitrine $(PEERS)/crystals/*

bench-browser: setup-test web server
	$(CARGO) xtask bench-page --out $(BENCH_PAGE)
	npm --prefix e2e/bench ci
	node e2e/bench/startup.mjs
	node e2e/bench/ort.mjs
	node e2e/bench/refining.mjs
	node e2e/bench/tryon.mjs
	node e2e/bench/crystals.mjs
	node e2e/bench/volume-view.mjs
	node e2e/bench/structure-view.mjs
	node e2e/bench/rescaling.mjs
	node e2e/bench/rescaling-memory.mjs

.PHONY: clean
clean: ## Removes what was built, but not what was installed
	rm -rf dist e2e/artifacts
	$(CARGO) clean
