# SPDX-License-Identifier: MIT
# fish completion for relay-inbox, made from its --help=all by completions/generate.
complete -c relay-inbox -n 'not __fish_seen_subcommand_from list show retry drop prune stats' -a 'list show retry drop prune stats'
complete -c relay-inbox -s f -l format -x -a 'json text' -d 'JSON, the default, or lines for people'
complete -c relay-inbox -l session -x -d 'only messages of this session'
complete -c relay-inbox -l state -x -a 'waiting running retrying answered done dead ambiguous interrupted' -d 'in this state (repeatable)'
complete -c relay-inbox -l older -x -d 'only those whose state has not changed for that time'
complete -c relay-inbox -s h -l help -d 'print the usual options and exit (=all: every one)'
complete -c relay-inbox -s V -l version -d 'print the version and exit'
complete -c relay-inbox -s q -l quiet -d 'print errors and losses only'
complete -c relay-inbox -s v -l verbose -d 'say more (repeatable)'
