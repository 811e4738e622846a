#!/bin/sh
# workerd: finds a JVM and runs the program in it. Answers status, stop, reload and restart
# itself, and start when there is nothing to do: a JVM costs more than the answer.
# The flock on the pidfile is the truth, what stands in it is a label (see look).
set -u

# awk, for one, fails where nobody listens to what it has to say.
if [ -e /proc/self/fd ]; then
    [ -e /proc/self/fd/0 ] || exec </dev/null
    [ -e /proc/self/fd/2 ] || exec 2>/dev/null
fi
# The tools that are needed here are found whatever the caller's PATH is.
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

nl='
'
cache=/var/cache/workerd # of the installed tree; root's, for what is in it is run
command='' config='' http='' timeout='' limit='' json='' quiet='' now='' kill='' drain='' in_place='' print_pidfile=''
used='' strange='' extra='' wanted='' given=''

say() { printf 'workerd: %s\n' "$*" >&2 || :; }
hint() { printf '%s\n' "$*" >&2 || :; }

# Prints data: one line. The shell's own complaint would name a line of this script. That nobody reads
# any more, as with "| head", changes nothing.
put() {
    printf '%s\n' "$1" 2>/dev/null && return
    if [ -p /proc/self/fd/1 ] || [ -S /proc/self/fd/1 ]; then return 0; fi
    say 'cannot write the output: the disk is full, or stdout is closed'
    hint 'Make room, or send stdout elsewhere.'
    exit 74
}

usage() { say "$1"; hint "Try: workerd $command --help"; exit 2; }

# Ends the command with code $1 before the daemon was found; to status that is "unknown".
give_up() {
    [ "$command" = status ] || exit "$1"
    [ -z "$json" ] || print_json false
    exit 4
}
