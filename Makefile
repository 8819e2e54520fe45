# `make demo` and `make check` do all their own set-up. `make help` lists the targets.
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
SAN     :=
BUILD   := build/$(notdir $(CC))$(if $(SAN),-asan)
V       := @

PKGS    := libpq yaml-0.1 zlib libcrypto libutf8proc libxxhash jansson
, := ,
WARN    := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wmissing-prototypes -Werror
OPT     := $(if $(SAN),-O1 -fsanitize=address$(,)undefined -fno-omit-frame-pointer \
                       -fno-sanitize-recover=all,-O2)
CFLAGS  := -std=c17 -D_GNU_SOURCE -g $(OPT) -fvisibility=hidden -fno-strict-aliasing $(WARN)
CPPFLAGS = -Iinclude -Isrc $(shell pkg-config --cflags $(PKGS))
LDLIBS   = $(shell pkg-config --libs $(PKGS)) -lm
LDFLAGS := $(if $(SAN),-fsanitize=address$(,)undefined)

LIB_SRC   := $(filter-out src/cli/main.c,$(wildcard src/*/*.c src/*/*/*.c))
LIB_OBJ   := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/embedded.o
UNIT_SRC  := $(wildcard tests/unit/*/test_*.c)
UNIT_BIN  := $(UNIT_SRC:%.c=$(BUILD)/%)
SUPPORT_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))
EMBEDDED  := $(sort $(wildcard sql/*/*.sql)) $(sort $(wildcard schemas/*.yaml schemas/codes/*.csv))

.PHONY: all binaries
all: binaries ## build kho and the demo's generator
binaries: $(BUILD)/kho $(BUILD)/departments $(UNIT_BIN)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(V)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/gen/embedded.c: $(EMBEDDED) tools/embed-files
	@mkdir -p $(@D)
	$(V)tools/embed-files $(EMBEDDED) > $@.new && mv $@.new $@

$(BUILD)/gen/embedded.o: $(BUILD)/gen/embedded.c
	$(V)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(BUILD)/libkho.a: $(LIB_OBJ)
	$(V)rm -f $@ && ar rcs $@ $^

$(BUILD)/kho: $(BUILD)/src/cli/main.o $(BUILD)/libkho.a
	$(V)$(CC) $(LDFLAGS) $^ -o $@ $(LDLIBS)

DEPARTMENTS_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tools/departments/*.c))
$(BUILD)/departments: $(DEPARTMENTS_OBJ)
	$(V)$(CC) $(LDFLAGS) $^ -o $@

$(UNIT_BIN): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(SUPPORT_OBJ) $(BUILD)/libkho.a
	$(V)$(CC) $(LDFLAGS) $^ -o $@ $(shell pkg-config --libs check) $(LDLIBS)

-include $(shell find $(BUILD) -name "*.d" 2>/dev/null)
