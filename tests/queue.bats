# SPDX-License-Identifier: MIT
# What the tools of a pool have in common, driven by tests/queue_probe.c against a real server.

load helper
load nats

# probe [OPTIONS…] : the lines of stdin, each a request, against the test's server; a line for each answer.
probe() {
    timeout 60 "$RELAY_BUILD/tests/queue_probe" -q "$@" "$NATS"
}

@test "a message is stored once under its id, found in order, and deleted once" {
    nats_up
    probe >out 2>err <<'EOF' || { cat err nats.log; false; }
put relay.in.g.s id1 one
put relay.in.g.s id1 one
put relay.in.g.s id2 two
put relay.in.g.t - three
first in relay.in.g.s 1
first in relay.in.g.s 2
first in relay.in.*.t 0
first in relay.in.g.s 3
last in relay.in.g.s
get in 2
delete in 1
delete in 1
delete in 99
get in 1
purge in relay.in.g.s
purge in relay.in.g.s
last in relay.in.g.s
EOF
    # The two texts for what is gone differ from server to server.
    sed -i 's/^none: .*/none/' out
    diff out - <<'EOF'
stored 1
duplicate 1
stored 2
stored 3
found 1 relay.in.g.s id1 one
found 2 relay.in.g.s id2 two
found 3 relay.in.g.t - three
none
found 2 relay.in.g.s id2 two
found 2 relay.in.g.s id2 two
done
none
none
none
done
done
none
EOF
}
