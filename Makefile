# `make demo` and `make check` do all their own set-up. `make help` lists the targets.
# CC=clang builds with clang, SAN=1 with the sanitizers; each has a directory of its own under build/.
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
SAN     :=
FUZZ    :=
BUILD   := build/$(notdir $(CC))$(if $(SAN),-asan)$(if $(FUZZ),-fuzz)
PREFIX  := /usr/local
DESTDIR :=
V       := @
RUNS    := 300
FOR     := 30

PKGS    := libpq yaml-0.1 zlib libcrypto libutf8proc libxxhash jansson libcurl libzstd
, := ,
WARN    := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wmissing-prototypes -Werror
OPT     := $(if $(SAN),-O1 -fsanitize=address$(,)undefined -fno-omit-frame-pointer \
                       -fno-sanitize-recover=all,-O2) $(if $(FUZZ),-fsanitize=fuzzer-no-link)
CFLAGS  := -std=c17 -D_GNU_SOURCE -g $(OPT) -fvisibility=hidden -fno-strict-aliasing $(WARN)
LDFLAGS := $(if $(SAN),-fsanitize=address$(,)undefined)
# TRE's own file for pkg-config passes on how Debian built it, fortifying included.
# pkg-config is asked once, and only when something is compiled: it may not be installed before.
CPPFLAGS   = $(eval CPPFLAGS := -Iinclude -Isrc $(shell pkg-config --cflags $(PKGS)))$(CPPFLAGS)
LDLIBS     = $(eval LDLIBS := $(shell pkg-config --libs $(PKGS)) -ltre -lm)$(LDLIBS)
CHECK_LIBS = $(eval CHECK_LIBS := $(shell pkg-config --libs check))$(CHECK_LIBS)

LIB_SRC   := $(filter-out src/cli/main.c,$(wildcard src/*/*.c src/*/*/*.c))
LIB_OBJ   := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/embedded.o
UNIT_SRC  := $(wildcard tests/unit/*/test_*.c)
FUZZ_BIN  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/*.c))
UNIT_BIN  := $(UNIT_SRC:%.c=$(BUILD)/%)
SUPPORT_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))
DEPARTMENTS_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tools/departments/*.c))
EMBEDDED  := $(sort $(wildcard sql/*/*.sql)) $(sort $(wildcard schemas/*.yaml schemas/codes/*.csv))

# The targets that install packages build in a make of their own, on all cores unless told otherwise.
BUILDING = $(MAKE) --no-print-directory \
	$(if $(findstring -j,$(MAKEFLAGS))$(findstring jobserver,$(MAKEFLAGS)),,-j$$(nproc))

.DELETE_ON_ERROR:
.PHONY: all fuzz fuzzers programs binaries help setup setup-lint check crashes check-asan check-valgrind lint demo \
	demo-clean bench ci install clean FORCE

all: binaries ## build kho, the demo's generator and the unit tests
binaries: programs $(UNIT_BIN)
programs: $(BUILD)/kho $(BUILD)/departments

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | sort | \
		while IFS="$$(printf '\t')" read -r target text; do printf '  %-16s %s\n' "$$target" "$$text"; done

setup: ## install the Debian packages that building, tests and the demo need
	@tools/install-packages

setup-lint: ## install the packages that lint and valgrind need as well
	@tools/install-packages lint

check: setup ## build everything and run all tests
	@$(BUILDING) all
	@tools/install-readers
	@tests/run $(BUILD)

crashes: setup ## RUNS=300 runs that are hit at any moment, beside a store that is not
	@$(BUILDING) all
	@KHO_CRASH_RUNS=$(RUNS) KHO_TEST_TIMEOUT=36000 TESTS=crashes.sh tests/run $(BUILD)

check-asan: setup ## the same tests, but crashes.sh, whose blows are timed, with the address and undefined behaviour sanitizers
	@$(BUILDING) SAN=1 all
	@tools/install-readers
	@ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
		WITHOUT=crashes.sh tests/run build/$(notdir $(CC))-asan

check-valgrind: setup-lint ## unit tests and one small run under valgrind
	@$(BUILDING) all
	@tools/check-valgrind $(BUILD)

fuzz: setup-lint ## FOR=30 seconds of each fuzzer; what they find goes into tests/fuzz/corpus/
	@$(BUILDING) CC=clang SAN=1 FUZZ=1 fuzzers
	@for fuzzer in $(notdir $(basename $(wildcard tests/fuzz/*.c))); do \
		mkdir -p build/clang-asan-fuzz/found/$$fuzzer; \
		build/clang-asan-fuzz/tests/fuzz/$$fuzzer -max_total_time=$(FOR) -verbosity=0 \
			-artifact_prefix=tests/fuzz/corpus/$$fuzzer/ \
			build/clang-asan-fuzz/found/$$fuzzer tests/fuzz/corpus/$$fuzzer || exit 1; done
fuzzers: $(FUZZ_BIN)

# Layout and all checks; then gcc's and clang's warnings, and the unit tests as clang builds them.
lint: setup-lint ## layout, levels, names, sizes, words; both compilers; cppcheck
	@tools/lint
	@$(BUILDING) CC=gcc all
	@tools/check-symbols build/gcc
	@$(BUILDING) CC=clang all
	@tools/run-units build/clang

demo: setup ## three departments, a district store, a snapshot for the city: see README.md
	@$(BUILDING) programs
	@KHO=$(BUILD)/kho KHO_DEPARTMENTS=$(BUILD)/departments tools/demo

demo-clean: ## stop the demo's databases and remove all that was made or built
	@tools/demo-clean
	@rm -rf build

bench: ## how fast it is, beside psql and others on the same machine
	@tools/install-packages bench
	@$(BUILDING) all
	@tools/bench $(BUILD)

ci: ## what CI runs: check, lint, check-asan, demo twice, demo-clean
	@bash .ci/run

install: ## install kho and its systemd unit under $(DESTDIR)$(PREFIX) (PREFIX is /usr/local unless told)
	@[ -x $(BUILD)/kho ] || $(BUILDING) all
	install -D -m 0755 $(BUILD)/kho $(DESTDIR)$(PREFIX)/bin/kho
	install -D -m 0644 README.md $(DESTDIR)$(PREFIX)/share/doc/kho/README.md
	install -d -m 0755 $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|@PREFIX@|$(PREFIX)|' tools/kho.service.in >$(DESTDIR)$(PREFIX)/lib/systemd/system/kho.service

clean: ## remove what was built
	@rm -rf build

# What goes in, and how: an object, archive or embedded file is made anew when that changes.
$(BUILD)/inputs: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(CFLAGS)' $(LIB_SRC) $(EMBEDDED) >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/%.o: %.c $(BUILD)/inputs
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(V)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/gen/embedded.c: $(EMBEDDED) tools/embed-files $(BUILD)/inputs
	@mkdir -p $(@D)
	@echo "  GEN $@"
	$(V)tools/embed-files $(EMBEDDED) > $@.new && mv $@.new $@

$(BUILD)/gen/embedded.o: $(BUILD)/gen/embedded.c
	$(V)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/libkho.a: $(LIB_OBJ)
	@echo "  AR $@"
	$(V)rm -f $@ && ar rcs $@ $^

$(BUILD)/kho: $(BUILD)/src/cli/main.o $(BUILD)/libkho.a
	@echo "  LD $@"
	$(V)$(CC) $(LDFLAGS) $^ -o $@ $(LDLIBS)

$(BUILD)/departments: $(DEPARTMENTS_OBJ)
	@echo "  LD $@"
	$(V)$(CC) $(LDFLAGS) $^ -o $@

$(UNIT_BIN): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(SUPPORT_OBJ) $(BUILD)/libkho.a
	@echo "  LD $@"
	$(V)$(CC) $(LDFLAGS) $^ -o $@ $(CHECK_LIBS) $(LDLIBS)

$(FUZZ_BIN): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/tests/support/fuzz.o \
		$(BUILD)/tests/support/made.o $(BUILD)/libkho.a
	@echo "  LD $@"
	$(V)$(CC) $(LDFLAGS) -fsanitize=fuzzer $^ -o $@ $(LDLIBS)

-include $(shell find $(BUILD) -name "*.d" 2>/dev/null)
