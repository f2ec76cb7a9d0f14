# SPDX-License-Identifier: MIT
PREFIX ?= /usr/local
DESTDIR ?=
VERSION = 0.1.0
B = build
CC ?= cc
CFLAGS ?= -O2 -g
CPPFLAGS += -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -DRELAY_VERSION='"$(VERSION)"' -Ilib
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 -Wconversion -Wvla
# HARDEN= leaves it out: the sanitizers have similar checks.
HARDEN = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE
HARDEN_LD = -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
ALL_CFLAGS = -std=c11 $(WARN) -ffunction-sections $(HARDEN) $(CFLAGS)
ALL_LDFLAGS = -Wl,--gc-sections -Wl,--as-needed $(HARDEN_LD) $(LDFLAGS)

PROGRAMS = relay-dial relay-handshake relay-decode relay-run relay-send relay-scope relay-idle relay-token \
           relay-inbox relay-queue relay-work relay-media relay-acp relay-control relay-stub
SCRIPTS = relay-adapter relay-say
TOOLS = $(PROGRAMS) $(SCRIPTS)
LIB_OBJECTS = $(patsubst %.c,$(B)/%.o,$(wildcard lib/*/*.c))
MANUALS = $(wildcard man/*)
BINARIES = $(TOOLS:%=$(B)/bin/%)

# What each program links besides libcommon: a filter needs neither libcurl nor OpenSSL.
# relay-run loads SQLite when it is given an inbox.
LIBS_relay-dial = -lcurl -lcrypto
LIBS_relay-handshake = -lcjson
LIBS_relay-send = -lunistring
LIBS_relay-media = -lcurl -lcrypto
LIBS_relay-token = -lcrypto
LIBS_relay-queue = -lnats
LIBS_relay-work = -lnats
LIBS_relay-stub = -lwebsockets -lcurl -lcjson -lcrypto

all: $(BINARIES) ## Build the tools into build/bin.

$(B)/bin/relay-%: $(B)/cmd/relay-%.o $(B)/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_relay-$*)

$(SCRIPTS:%=$(B)/bin/%): $(B)/bin/%: cmd/%.sh cmd/options.sh
	@mkdir -p $(@D)
	sed -e 's/@VERSION@/$(VERSION)/' -e '/^# @OPTIONS@/{' -e 'r cmd/options.sh' -e 'd' -e '}' $< >$@.tmp && chmod 755 $@.tmp && mv $@.tmp $@

$(B)/libcommon.a: $(LIB_OBJECTS)
	rm -f $@ && ar rcs $@ $^

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(LIB_OBJECTS:.o=.d) $(PROGRAMS:%=$(B)/cmd/%.d)

# C tests and helpers of the suite: one program per file, linked like a filter plus the libraries of the pure modules.
$(B)/tests/%: tests/%.c $(B)/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(B)/libcommon.a -lunistring -lcjson -lcurl -lcrypto -lnats

# Tools with points at which RELAY_CRASH_AT=NAME in the environment makes them die (lib/base/crash.h).
CRASH_TOOLS = relay-run relay-queue
CRASH_OBJECTS = $(patsubst %.c,$(B)/crash/%.o,lib/base/crash.c lib/inbox/crash.c $(wildcard lib/run/*.c lib/queue/*.c))
$(B)/crash/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -DRELAY_CRASH $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/crash/lib.a: $(CRASH_OBJECTS)
	rm -f $@ && ar rcs $@ $^

$(B)/crash/bin/relay-%: $(B)/cmd/relay-%.o $(B)/crash/lib.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_relay-$*)

-include $(CRASH_OBJECTS:.o=.d)

TEST_PROGRAMS = $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/*.c tests/lib/*.c)) \
                $(CRASH_TOOLS:%=$(B)/crash/bin/%)

test-programs: $(TEST_PROGRAMS)

deps: ## Install what the build and the tests need.
	@.ci/deps

demo: ## Show a real ring at work against relay-stub.
	@.ci/deps demo
	@$(MAKE) --no-print-directory -s -j2 all && tests/demo.sh $(B)

test: deps ## Run the tests (LONG=1: the long ones whole).
	@$(MAKE) --no-print-directory -s -j2 all $(TEST_PROGRAMS)
	tests/run $(B)

check: deps ## Build, lint, test.
	@$(MAKE) --no-print-directory all lint test

asan: deps ## Run the tests under ASan and UBSan.
	@$(MAKE) --no-print-directory -s -j2 B=build/asan HARDEN= HARDEN_LD= all test-programs \
	    CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer'
	tests/run build/asan $(filter-out tests/unsanitized.bats,$(wildcard tests/*.bats))

# Runs each fuzzer for FUZZ_SECONDS, starting from the vectors.
FUZZ_SECONDS ?= 30
FUZZERS = $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/*.c))
build/fuzz/%: tests/fuzz/%.c build/fuzz/libcommon.a
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -fsanitize=fuzzer -Wl,--gc-sections -Wl,--as-needed -o $@ $^ -lunistring -lcjson \
	    -lcurl -lcrypto -lnats

fuzz: deps ## Run each fuzzer for FUZZ_SECONDS (30).
	@$(MAKE) --no-print-directory -s -j2 B=build/fuzz HARDEN= HARDEN_LD= CC=clang $(FUZZERS) \
	    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined'
	mkdir -p build/fuzz/seeds && awk '{ f = "build/fuzz/seeds/" NR; print >f; close(f) }' tests/vectors/*.ndjson
	for f in $(FUZZERS); do mkdir -p $$f.corpus && $$f -max_total_time=$(FUZZ_SECONDS) -timeout=5 -verbosity=0 \
	    -artifact_prefix=$$f. $$f.corpus build/fuzz/seeds || exit; done

judge: all ## Judge how texts are split, by renderers of others (needs node and npm).
	cd tests/judge && { [ -d node_modules ] || npm install --no-audit --no-fund --silent; } && \
	    node judge.js $(CURDIR)/$(B)/bin/relay-send

# Prints ratios; never fails.
bench: deps ## Print speed as ratios to peers.
	@$(MAKE) --no-print-directory -s -j2 all $(B)/tests/bench/resident && /usr/bin/python3 tests/bench/bench.py $(B)
	/usr/bin/python3 tests/bench/scale.py $(B)

lint: $(B)/libcommon.a $(SCRIPTS:%=$(B)/bin/%) ## Check the rules of the house, scripts and manuals.
	.ci/layers
	.ci/circles $(B)
	.ci/calls
	.ci/sizes
	.ci/asserts.py
	cppcheck -q -j2 --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --library=.ci/cppcheck.cfg --suppress=missingIncludeSystem -Ilib cmd lib
	shellcheck $(SCRIPTS:%=$(B)/bin/%) $(wildcard tests/*.sh completions/generate) $(filter-out %.cfg %.py,$(wildcard .ci/*)) tests/run \
	    packaging/deb/build packaging/deb/try packaging/deb/try-bot
	mandoc -Tlint -W warning $(MANUALS)

torture: deps ## Run the torture scripts whole (an hour and more; SEED=N).
	@$(MAKE) --no-print-directory -s -j2 all $(B)/tests/make_inbox
	for t in alloc short limits damage inbox options calls connector gateway cuts scale links 'soak --seconds 3600'; do \
	    PATH=$(CURDIR)/$(B)/bin:$$PATH /usr/bin/python3 tests/torture/$${t%% *}.py --long $${t#"$${t%% *}"} || exit; done

# Line and branch coverage of lib/ and cmd/ by the whole suite, without the inside of uthash's macros and without the ends of a
# process that nothing but a broken machine brings about (die). gcovr is not among the dependencies.
# The files of the counts themselves run into the limits that one test sets: its failure does not stop this.
coverage: deps ## Print the coverage of the tests (needs gcovr).
	mkdir -p build/coverage && $(CC) -c -o build/coverage/dump.o tests/coverage/dump.c
	@$(MAKE) --no-print-directory -s -j2 B=build/coverage HARDEN= HARDEN_LD= all test-programs CFLAGS='-O0 -g --coverage' \
	    LDFLAGS='-Wl,--wrap=raise,--wrap=_exit $(CURDIR)/build/coverage/dump.o'
	-FILE_TIMEOUT=900 tests/run build/coverage $(filter-out tests/unsanitized.bats,$(wildcard tests/*.bats))
	gcovr -r . --object-directory build/coverage -f lib/ -f cmd/ -s --gcov-ignore-parse-errors \
	    --exclude-throw-branches --exclude-unreachable-branches --exclude-lines-by-pattern '.*\b(HASH_|DL_|die\().*'

# A tarball of what is committed, and the recipes that build it elsewhere, with its checksum. URL: where it will be.
DIST = relay-$(VERSION)
URL ?= file://$(CURDIR)/$(B)/$(DIST).tar.gz
dist: ## Make a tarball, a PKGBUILD and a Homebrew formula (URL=...).
	mkdir -p $(B)
	git archive --prefix=$(DIST)/ HEAD | gzip -9n >$(B)/$(DIST).tar.gz
	sum=$$(sha256sum <$(B)/$(DIST).tar.gz) && for f in PKGBUILD relay.rb; do \
	    sed -e 's|@VERSION@|$(VERSION)|' -e 's|@URL@|$(URL)|' -e "s|@SHA256@|$${sum%% *}|" packaging/$$f.in >$(B)/$$f || exit; \
	done

deb: all ## Build a Debian package for this release of Debian.
	packaging/deb/build $(B) $(VERSION)

# The programs that need nothing but libc, as single files that run on any Linux. The others need libraries; relay-inbox loads one.
STATIC = $(filter-out relay-inbox,$(foreach p,$(PROGRAMS),$(if $(LIBS_$p),,$p)))
static: ## Link the filters without libraries statically (needs musl-gcc).
	@$(MAKE) --no-print-directory -s -j2 B=build/static HARDEN=-fstack-protector-strong HARDEN_LD=-static WARN=-w \
	    CC='musl-gcc -idirafter /usr/include -idirafter /usr/include/$(shell $(CC) -print-multiarch)' \
	    $(STATIC:%=build/static/bin/%)
	strip $(STATIC:%=build/static/bin/%)

tags: ## Write tags and compile_commands.json for editors (needs ctags and bear).
	ctags -R cmd lib && bear -- $(MAKE) -B all

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14

format: ## Lay out the C files.
	clang-format -i $(wildcard cmd/*.c lib/*/*.[ch] tests/*.[ch] tests/lib/*.[ch] tests/bench/*.c tests/fuzz/*.c)

install: all ## Install into PREFIX (/usr/local), under DESTDIR.
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 \
	    $(DESTDIR)$(PREFIX)/share/man/man7 $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	    $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 $(BINARIES) $(DESTDIR)$(PREFIX)/bin
	install -d $(DESTDIR)$(PREFIX)/share/relay && install -m 644 tests/relay.bash $(DESTDIR)$(PREFIX)/share/relay
	for m in $(MANUALS); do install -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.} || exit; done
	for t in $(TOOLS); do \
	    install -m 644 completions/$$t.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$t && \
	    install -m 644 completions/_$$t $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$t && \
	    install -m 644 completions/$$t.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$t.fish || exit; \
	done

uninstall: ## Take the installed files away.
	for t in $(TOOLS); do rm -f $(DESTDIR)$(PREFIX)/bin/$$t \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$t \
	    $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$t \
	    $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$t.fish; done
	rm -f $(DESTDIR)$(PREFIX)/share/relay/relay.bash
	for m in $(MANUALS:man/%=%); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$$m; done

clean: ## Remove build/.
	rm -rf build

.PHONY: all deps demo test test-programs check asan fuzz bench judge lint torture coverage tags dist deb static help format install uninstall clean
.SECONDARY:
