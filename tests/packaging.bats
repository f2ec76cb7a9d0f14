# SPDX-License-Identifier: MIT
# packaging/: the Debian package, the recipes for other systems, the static filters.
load helper

in_source() {
    (cd "$RELAY_SOURCE" && "$@")
}

variable() { # NAME : a variable of the Makefile
    make -s -C "$RELAY_SOURCE" B="$RELAY_BUILD" --eval "show:; @echo \$($1)" show
}

@test "make deb: every tool stripped, every manual compressed, what it depends on, the units, the same each time" {
    local t
    mkdir b
    cp -r "$RELAY_BUILD/bin" b
    # The package of these programs: nothing is built again.
    in_source make -s B="$PWD/b" -o all deb >out
    local deb version
    version=$(variable VERSION)
    deb=$(echo b/relay_"${version}"_*.deb)
    [ -s "$deb" ]
    [[ $(cat out) == *"relay_${version}_"* ]]
    dpkg-deb -c "$deb" >files
    for t in $(variable TOOLS); do
        grep -q "^-rwxr-xr-x root/root .* ./usr/bin/$t\$" files
        grep -q "^-rw-r--r-- root/root .* ./usr/share/man/man1/$t.1.gz\$" files
        grep -q " ./usr/share/bash-completion/completions/$t\$" files
    done
    for t in usr/lib/systemd/system/relay@.service usr/lib/systemd/system/relay-work@.service usr/share/doc/relay/copyright usr/share/doc/relay/changelog.gz usr/share/man/man7/relay.7.gz; do
        grep -q " ./$t\$" files || { echo "no $t"; return 1; }
    done
    run ! grep -v ' root/root ' files
    dpkg-deb -f "$deb" Depends >depends
    grep -qE 'libcurl4(t64)? \(>= 8\.14\.1~\)' depends
    for t in libc6 libcjson1 libunistring libwebsockets libsqlite3-0 libnats; do grep -q "$t" depends; done
    [ "$(dpkg-deb -f "$deb" Version)" = "$version" ]
    dpkg-deb -x "$deb" x
    (cd x && dpkg-deb -e "../$deb" ../control && md5sum --quiet -c ../control/md5sums)
    [ "$(find x -type f | wc -l)" -eq "$(wc -l <control/md5sums)" ]
    for t in $(variable PROGRAMS); do
        run ! bash -c 'nm "$1" 2>/dev/null | grep -q .' - "x/usr/bin/$t"
        "x/usr/bin/$t" --version >/dev/null
    done
    [ "${LONG-}" ] || return 0
    cp "$deb" first
    (umask 077 && in_source make -s B="$PWD/b" -o all deb >/dev/null)
    cmp first "$deb"
}

@test "the recipes are whole: what they name is there" {
    local f
    for f in PKGBUILD relay.rb; do
        sed -e 's|@VERSION@|1.2.3|; s|@URL@|https://h/relay-1.2.3.tar.gz|; s|@SHA256@|0123|' "$RELAY_SOURCE/packaging/$f.in" >$f
        run ! grep '@' <(grep -v openssl@ $f)
    done
    # shellcheck disable=SC2154 # set by the file
    bash -euc '. ./PKGBUILD; [ "$pkgver ${source[0]} ${sha256sums[0]}" = "1.2.3 https://h/relay-1.2.3.tar.gz 0123" ]; declare -F build check package >/dev/null'
    # Files of the source that are named in the recipes, and the targets and variables of make.
    grep -ohE '(packaging|tests)/[a-z@/*._-]+' PKGBUILD "$RELAY_SOURCE/packaging/Dockerfile" "$RELAY_SOURCE/packaging/deb/build" |
        sort -u | while read -r f; do
        in_source sh -c "ls $f" >/dev/null || { echo "no $f"; exit 1; }
    done
    for f in all deb dist static install clean test-programs; do
        grep -q "^$f:" "$RELAY_SOURCE/Makefile"
    done
    # The packages that a build needs are those of `make deps`.
    for f in libcurl4-openssl-dev libcjson-dev libssl-dev libunistring-dev uthash-dev libwebsockets-dev libnats-dev; do
        grep -q "$f" "$RELAY_SOURCE/packaging/Dockerfile"
        grep -q "$f" "$RELAY_SOURCE/.ci/deps"
    done
    # The options of the entry point exist.
    sed -n 's/^ENTRYPOINT //p' "$RELAY_SOURCE/packaging/Dockerfile" | jq -r '.[] | select(startswith("--") and . != "--")' |
        while read -r f; do relay-adapter --help=all | grep -q -- "$f " || { echo "no $f"; exit 1; }; done
    sh -n "$RELAY_SOURCE/packaging/deb/try"
    sh -n "$RELAY_SOURCE/packaging/deb/try-bot"
}

@test "the changelog of the package, the sources and NEWS name the same version" {
    local version
    version=$(variable VERSION)
    [ "$(dpkg-parsechangelog -l "$RELAY_SOURCE/packaging/deb/changelog" -S Version)" = "$version" ]
    grep -q "^## ${version//./\\.}" "$RELAY_SOURCE/NEWS.md"
    [ "$(relay-dial --version)" = "relay-dial $version" ]
}

@test "the programs that make static links need nothing but libc" {
    local t n=0
    for t in $(variable STATIC); do
        [ -z "$(objdump -p "$RELAY_BUILD/bin/$t" | sed -n 's/^ *NEEDED *//p' | grep -v '^libc\.\|^lib[a-z]*san\.\|^libm\.')" ] || { echo "$t needs more"; return 1; }
        n=$((n + 1))
    done
    [ "$n" -ge 4 ]
}
