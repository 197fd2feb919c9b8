# `make` lists the targets. `make test` is what CI runs; `make check` adds lint,
# formatting and a look at whether anything generated is out of date.
.DEFAULT_GOAL := help
GO        ?= go
BIN       := $(CURDIR)/.bin
LINT      := $(BIN)/golangci-lint
LINT_VERSION := v2.15.0
WEB_SRC   := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
GO_SRC    := $(shell find cmd content internal sandbox -type f -not -path '*/dist/*' -not -name '*_test.go') go.mod
PKG       ?= ./...
FUZZTIME  ?= 20s
SEED      ?= 1
LOAD_MINUTES ?= 30
# Hundredths of a processor that each server of bench-nodes may take, as a
# container's limit; 0 for no limit, which needs no root.
NODE_QUOTA ?= $(if $(filter 0,$(shell id -u)),40,0)
# The race detector watches everything but two packages that only compute and
# would take most of the time: SQLite, translated from C, and the standard
# library's ciphers. Packages with atomics or generics must stay watched: their
# copies of what others use would hide who waited for whom, and races be reported
# that are none.
RACE      := -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=crypto/internal/fips140/...=-race=false

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## the main job at work, simulated Okta included: prints a link to the console
	$(BIN)/sallyport demo

dev: web/node_modules ## a demo on port 8080, and the console with hot reload on port 5173
	$(GO) build -o $(BIN)/sallyport-dev ./cmd/sallyport
	$(BIN)/sallyport-dev demo & trap "kill $$!" EXIT; cd web && npm run dev

build: $(BIN)/sallyport ## one binary, console inside: .bin/sallyport

test: test-web test-go test-browser ## everything: console, SQLite and PostgreSQL with the race detector, browser

test-web: web/node_modules ## the console: types, lint, logic
	cd web && npx tsc --noEmit && npm run lint && npm test

test-go: ## the server: SQLite and PostgreSQL, with the race detector
	GOGC=200 POSTGRES_OPTIONS="-c fsync=off -c full_page_writes=off" PACKAGES="$(PKG)" GO=$(GO) tools/with-postgres.sh tools/test-go.sh $(RACE) -vet=off -p $$(($$(nproc)+1)) -shuffle=on -timeout 45m

test-browser: build e2e/node_modules ## stories in a browser, on the real binary
	SALLYPORT=$(BIN)/sallyport tools/test-browser.sh

bench: build ## what it costs, against a reference of the same run
	tools/with-postgres.sh $(GO) run ./tools/bench -bin $(BIN)/sallyport ingest latency flows stream detect scim sync
	$(GO) test -run '^$$' -bench . -benchtime 1s $(PKG)

bench-nodes: build ## one server on PostgreSQL, and two
	tools/with-postgres.sh $(GO) run ./tools/bench -bin $(BIN)/sallyport -seconds 20 -quota $(NODE_QUOTA) nodes shards

soak: ## kill the server a hundred times under load; a thousand sign in at once
	$(GO) test -count 1 -run TestAThousandSignInsAtOnce ./internal/api
	CRASH_KILLS=100 tools/with-postgres.sh $(GO) test $(RACE) -count 1 -v -timeout 60m -run TestCrash ./cmd/sallyport

load: build ## everything at once for LOAD_MINUTES, with a profile; its report is in .run/load
	tools/with-postgres.sh $(GO) run ./tools/bench -bin $(BIN)/sallyport -seconds $$(($(LOAD_MINUTES)*60)) -out .run/load $(if $(LOAD_ON),-on $(LOAD_ON)) load

bench-peers: build ## the same jobs done by n8n, Node-RED and BoxyHQ Jackson, from npm, beside ours: into docs/benchmarks.md
	$(GO) run ./tools/bench -bin $(BIN)/sallyport -seconds 10 -users 600 -peers $(BIN)/peers -out .run/peers -page docs/benchmarks.md peers

chaos: ## faults of servers, database, network, clocks and disks; SCENARIOS names some; what became of them is in .run/chaos
	$(GO) build -trimpath -tags chaos -o $(BIN)/sallyport-chaos ./cmd/sallyport
	$(GO) run ./tools/chaos -bin $(BIN)/sallyport-chaos -seed $(SEED) -out .run/chaos $(SCENARIOS)

pitr: build ## PostgreSQL is brought back to a moment, by its own archive
	bash tools/pitr.sh $(BIN)/sallyport

agree: ## detection against its reference: a million pairs of event and rule
	DETECT_PAIRS=1000000 $(GO) test -count 1 -v -run TestAgreesWithPlain ./internal/detect

docs: build e2e/node_modules ## the site of the documentation, in site: guides, reference made from the code, pictures of the console
	$(GO) run ./tools/docs -pictures | SALLYPORT=$(BIN)/sallyport xargs node e2e/shots.mjs
	mkdir -p site && $(GO) run ./cmd/sallyport man --markdown > site/commands.md
	$(GO) run ./tools/docs -o site -manual site/commands.md

release: internal/console/dist/index.html ## programs, packages, checksums and bill of materials for linux and darwin, in dist
	$(GO) run ./tools/release -o dist

release-check: internal/console/dist/index.html ## one target built twice, here and in a copy elsewhere: the same bytes
	bash tools/release-check.sh

fuzz: ## every fuzz target, FUZZTIME each
	tools/fuzz.sh $(FUZZTIME)

fidelity: ## replay recordings of real Okta orgs and an Auth0 tenant against the simulated ones
	$(GO) run ./tools/fidelity

audit: $(LINT) web/node_modules e2e/node_modules internal/console/dist/index.html ## security: gosec, licences, secrets in tree and history, what is unused, known weaknesses, least privilege
	$(LINT) run --enable-only gosec --max-issues-per-linter 0 --max-same-issues 0 ./...
	$(GO) run ./tools/audit
	cd web && npx knip --dependencies
	tools/audit/advisories.sh
	$(GO) test -count 1 -v -run TestLeastPrivilege ./cmd/sallyport

lint: $(LINT) web/node_modules ## golangci-lint and biome
	$(LINT) run ./...
	cd web && npm run lint && npx knip

fmt: $(LINT) web/node_modules ## format everything
	$(LINT) fmt ./...
	cd web && npm run fmt

gen: web/node_modules ## what is made from something else: OpenAPI, the console's types, tables of the docs
	$(GO) test ./internal/api ./internal/connector ./internal/config ./internal/flow ./internal/rule -update
	cd web && npm run types

check: gen fmt lint test ## make, format, lint and test everything; the tree must stay clean
	git diff --exit-code

shots: build ## pictures of every page, in e2e/shots
	node e2e/shots.mjs

internal/console/dist/index.html: web/node_modules $(WEB_SRC)
	cd web && npm run build

$(BIN)/sallyport: internal/console/dist/index.html $(GO_SRC)
	$(GO) build -trimpath -tags console -o $@ ./cmd/sallyport

web/node_modules: web/package-lock.json
	cd web && npm install --no-save # npm ci refuses a lock file made where other platforms' packages are not to be had
	touch $@

e2e/node_modules: e2e/package-lock.json
	cd e2e && npm install --no-save
	touch $@

$(LINT):
	GOBIN=$(BIN) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

.PHONY: help demo dev build test test-web test-go test-browser bench load bench-peers soak chaos agree fuzz fidelity lint fmt gen check shots audit docs release release-check pitr bench-nodes
