# Headroom's tasks. `make run` is the way in; `make help` lists the rest.

GO      ?= go
NPM     ?= npm
BIN     := bin
TAGS    := nomsgpack,netgo,osusergo
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT  ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
BUILT   ?= $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)

INFO    := github.com/prometheus/common/version
LDFLAGS := -s -w -X $(INFO).Version=$(VERSION) -X $(INFO).Revision=$(COMMIT) -X $(INFO).BuildDate=$(BUILT)

# All steps have the same tags, so that they share what is compiled.
# With a C compiler the faster zstd is linked in; either way the binary is static.
ifneq ($(shell command -v $$($(GO) env CC) 2>/dev/null),)
export CGO_ENABLED := 1
BUILD_FLAGS := -ldflags '$(LDFLAGS) -linkmode external -extldflags -static'
else
export CGO_ENABLED := 0
BUILD_FLAGS := -ldflags '$(LDFLAGS)'
endif

WEB         := ui/web
WEB_SOURCES := $(shell find $(WEB) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.go' 2>/dev/null)
WEB_MODULES := $(WEB)/node_modules/.package-lock.json
WEB_PAGES   := $(WEB)/dist/pages/index.html

# The fonts of the report's PDF are files of Go modules: the first is pinned by tools,
# the second by the product itself.
FONT        := ui/report/pdf/font/wqy-microhei.ttc
FONT_MODULE := github.com/mojocn/base64Captcha
MORE_FONT   := ui/report/pdf/font/DejaVuSansCondensed.ttf
MORE_MODULE := codeberg.org/go-pdf/fpdf

.DEFAULT_GOAL := help
.PHONY: help run demo-scale build web font test test-go test-web test-tools lint lint-go lint-web lint-sh bench bench-analytics bench-flows bench-storm bench-node bench-scaling bench-pages clean

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build everything and start the demo (ARGS='--modules=2428' for the full size)
	$(BIN)/headroom demo $(ARGS)

demo-scale: build ## real processes that are scaled under real traffic (asks for root; RATES=40,80 EACH=6m)
	$(GO) build -tags $(TAGS) -o $(BIN)/ ./bench/demoscale
	scripts/demo-scale.sh

build: $(WEB_PAGES) $(FONT) $(MORE_FONT) ## build bin/headroom and bin/headroom-node
	$(GO) build -tags $(TAGS) $(BUILD_FLAGS) -o $(BIN)/ ./cmd/headroom
	CGO_ENABLED=0 $(GO) build -tags $(TAGS),nethttpomithttp2 -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/headroom-node

web: $(WEB_PAGES) ## build only the pages

$(WEB_MODULES): $(WEB)/package.json $(WEB)/package-lock.json
	cd $(WEB) && $(NPM) ci --no-audit --no-fund
	@touch $@

$(WEB_PAGES): $(WEB_MODULES) $(WEB_SOURCES)
	cd $(WEB) && $(NPM) run build
	@touch $@

font: $(FONT) $(MORE_FONT) ## fetch only the fonts of the report's PDF

$(FONT): scripts/tools/go.mod
	$(GO) -C scripts/tools mod download $(FONT_MODULE)
	install -m 644 "$$($(GO) -C scripts/tools list -m -f '{{.Dir}}' $(FONT_MODULE))/fonts/$(@F)" $@

$(MORE_FONT): go.mod
	$(GO) mod download $(MORE_MODULE)
	install -m 644 "$$($(GO) list -m -f '{{.Dir}}' $(MORE_MODULE))/font/$(@F)" $@

test: test-tools ## run every test, after installing what they need
	@$(MAKE) --no-print-directory test-web test-go # anew: a C compiler may be there only now

test-tools: ## install the programs that tests start
	scripts/install-test-tools.sh
	scripts/peers.sh

test-go: build ## run the Go tests (PKG=./storage/... for a part, RACE= without the race detector)
ifdef PKG
	scripts/go-test.sh -tags $(TAGS) $(RACE) $(PKG)
else
	scripts/go-test.sh -tags $(TAGS) $(UNRACED)
	scripts/go-test.sh -tags $(TAGS) $(RACE) $$($(GO) list ./... | grep -vxE 'headroom/($(subst $() ,|,$(UNRACED:./%=%)))')
endif

# Without the race detector: what tests itself through other programs; what needs
# Prometheus' whole test kit, which takes longer to compile for the detector than
# everything else together; and arithmetic on thousands of random pools that shares
# nothing between goroutines, since it starts none (internal/archtest holds it to that).
UNRACED := ./e2e ./storage/promql ./ui/api/prom ./scaler/allocate

RACE ?= -race

test-web: $(WEB_MODULES) ## run the pages' unit tests
	cd $(WEB) && $(NPM) test

lint: lint-go lint-sh lint-web ## check style and common mistakes

lint-go: $(WEB_PAGES)
	@files=$$(git ls-files '*.go' | xargs gofmt -l); test -z "$$files" || { echo "not formatted by gofmt:"; echo "$$files"; exit 1; }
	$(GO) vet -tags $(TAGS) ./...
	$(GO) -C scripts/tools build -o $(CURDIR)/.cache/tools/ honnef.co/go/tools/cmd/staticcheck
	.cache/tools/staticcheck -tags $(TAGS) ./...

lint-sh:
	scripts/install-test-tools.sh shellcheck
	git ls-files '*.sh' .ci/run | xargs shellcheck

lint-web: $(WEB_MODULES)
	cd $(WEB) && $(NPM) run lint && $(NPM) run typecheck

bench: build test-tools ## compare with victoria-metrics and Prometheus, in one table
	bench/run.sh

# 41,793 modules hold 5 GB, and 60 days of 2,428 are some minutes of writing.
MODULES ?= 100,1000,2428,10000,41793
LEARN   ?= 100,2428

RUNS ?= 10000

bench-analytics: ## measure the table's minute, its memory and learning (MODULES=100,2428 LEARN=100 for less)
	GOMEMLIMIT=5000MiB HEADROOM_BENCH_MODULES=$(MODULES) $(GO) test -tags $(TAGS) -run '^$$' -bench Minute -benchtime 10x -timeout 2h ./analytics
	HEADROOM_BENCH_LEARN=$(LEARN) $(GO) test -tags $(TAGS) -run '^$$' -bench Learn -benchtime 1x -timeout 2h ./analytics

bench-pages: build ## how long the warning table takes in a browser: first paint, sort, search, at 2,428 and 41,793 rows
	scripts/install-test-tools.sh chromium curl
	scripts/bench-pages.sh

bench-storm: ## storms of alarms in virtual time: how few notifications, how soon each cause is told
	$(GO) test -tags $(TAGS) -count 1 -run TheSuite -v ./bench/storm

# Recorded load series, a folder a family: see docs/scaling-policy.md.
HEADROOM_DATA ?= ../shared/data
LOADS = $(wildcard $(addprefix $(HEADROOM_DATA)/,aiops/* clusters/* nab/realAWS* nab/*nyc_taxi* nab/realTweets* power/* weblogs/* wsd/* mscloud/*-rps_* mscloud/*-ingress-* mscloud/*-purchase-*))

bench-flows: ## 10,000 runs of twenty steps over 100 nodes, 1,000 at a time: what a step costs (RUNS=2000 for less)
	$(GO) test -tags $(TAGS) -run '^$$' -bench Runs -benchtime $(RUNS)x -timeout 1h ./scaler/flow

bench-scaling: build ## replay recorded loads through the scaling policy, static fleets and the HPA's rule (ARGS='--policy=FILE')
	$(BIN)/headroom replay --loads $(ARGS) $(LOADS)

bench-node: ## what it costs to measure a node's processes, beside node-exporter and process-exporter (ARGS='--workers=10')
	scripts/install-test-tools.sh prometheus-node-exporter prometheus-process-exporter
	$(GO) test -tags $(TAGS) -run '^$$' -bench . ./scaler/node/tcpslice ./scaler/node/measure ./scaler/node/send ./scaler/node/inventory
	$(GO) test -tags $(TAGS) -run '^$$' -bench Wire -benchtime 1x ./scaler/consistency
	CGO_ENABLED=0 $(GO) build -tags $(TAGS) -trimpath -ldflags '-s -w' -o bench/out/ ./bench/node ./cmd/headroom-node
	bench/out/node $(ARGS)

clean: ## remove what was built (tools and peers stay in .cache)
	git clean -fdXq $(BIN) $(WEB) $(dir $(FONT)) bench/out
