#!/bin/sh
# The same work by workerd, task-spooler, nq and JobRunr on SQLite, one after the other, on this machine.
# usage: sh src/bench/compare.sh [PROGRAMS [JAVA_JOBS]]   after mvn package; installs what is missing when root
# A time begins with the first enqueue and ends with the last job, our two JVM starts in it. What cannot be had is left out, with the reason.
# shellcheck disable=SC2317 # the functions are called through try
set -u

jobrunr=org.jobrunr:jobrunr:8.7.0
gson=com.google.code.gson:gson:2.13.1
programs=${1:-2000}
noops=${2:-5000}
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/src/bench}
home=$root/target/workerd
workerd=$home/bin/workerd
slots=$(nproc)
[ -x "$workerd" ] || { echo 'compare.sh: no target/workerd: first mvn package -DskipTests' >&2; exit 1; }

top=$(mktemp -d /var/tmp/workerd-compare-XXXXXX) || exit 1
finish() {
    [ ! -e "$top/w/workerd" ] || "$top/w/workerd" stop --now >"$top/stop" 2>&1 || cat "$top/stop" >&2
    [ ! -e "$top/ts.sock" ] || TS_SOCKET=$top/ts.sock tsp -K
    rm -rf -- "$top"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

millis() { echo $(($(date +%s%N) / 1000000)); }
rate() { awk -v n="$1" -v ms="$2" 'BEGIN { printf "%.0f/s", n * 1000 / (ms > 0 ? ms : 1) }'; }
row() { printf '%-28s %-14s %7s %10s %14s  %s\n' "$@"; }
skip() { row "$1" "$2" - - - "left out: $3"; }

# Milliseconds of one command, the mean of five.
once() {
    begun=$(millis)
    for _ in 1 2 3 4 5; do "$@" >/dev/null 2>"$top/err" || { cat "$top/err" >&2; return 1; }; done
    one="$((($(millis) - begun) / 5)) ms"
}

# Whether command $1 is there, by Debian's package $2 if need be; else why says what is wrong.
have() {
    command -v "$1" >/dev/null && return
    why="no $2 here, and not root to install it"
    [ "$(id -u)" -eq 0 ] || return 1
    why="apt-get cannot install $2"
    { apt-get install -y -q --no-install-recommends "$2" || { apt-get update -q && apt-get install -y -q "$2"; }; } \
        >"$top/apt" 2>&1 && command -v "$1" >/dev/null
}

set_up_workerd() {
    "$workerd" init "$top/w" 2>/dev/null && cp /bin/true "$top/w/handlers/true" || return 1
    mkdir -p "$top/noop/META-INF/services"
    echo org.workerd.probe.NoopHandler >"$top/noop/META-INF/services/org.workerd.api.JobHandler"
    javac -cp "$home/lib/*" -d "$top/noop" "$here/../main/java/org/workerd/probe/NoopHandler.java" \
        && jar --create --file "$top/w/plugins/noop.jar" -C "$top/noop" . || return 1
    "$top/w/workerd" start 2>/dev/null
}

# $1 jobs of name $2 through workerd.
run_workerd() {
    awk -v n="$1" -v name="$2" 'BEGIN { while (n-- > 0) print "{\"name\":\"" name "\"}" }' >"$top/batch"
    begun=$(millis)
    "$top/w/workerd" enqueue -q --batch "$top/batch" >"$top/ids" || return 1
    last=$(tail -n 1 "$top/ids")
    # shellcheck disable=SC2046 # ids
    "$top/w/workerd" wait $(tail -n "$slots" "$top/ids") 2>/dev/null || return 1
    took=$(($(millis) - begun))
    once "$top/w/workerd" enqueue "$2" || return 1
    [ -n "$last" ] && row workerd "$2" "$1" "$(rate "$1" "$took")" "$one" 'all: SQLite, synchronous=FULL'
}

run_spooler() {
    have tsp task-spooler || { skip task-spooler true "$why"; return; }
    export TS_SOCKET="$top/ts.sock" TS_MAXFINISHED=10
    tsp -S "$slots" || return 1
    i=0
    begun=$(millis)
    while [ $((i += 1)) -le "$programs" ]; do tsp -n /bin/true >/dev/null || return 1; done
    tsp -w
    took=$(($(millis) - begun))
    once tsp -n /bin/true || return 1
    row "task-spooler $(tsp -V | sed -n 's/.*[ v]\([0-9.]*\) .*/\1/p;q')" true "$programs" \
        "$(rate "$programs" "$took")" "$one" 'nothing: in memory'
}

run_nq() {
    have nq nq || { skip nq true "$why"; return; }
    mkdir "$top/nq" && export NQDIR="$top/nq"
    i=0
    begun=$(millis)
    while [ $((i += 1)) -le "$programs" ]; do nq -q /bin/true || return 1; done
    nq -w
    took=$(($(millis) - begun))
    once nq -q /bin/true || return 1
    nq -w
    row 'nq (one at a time)' true "$programs" "$(rate "$programs" "$took")" "$one" 'the output: files, not synced'
}

fetch() {
    mvn -B -q -f "$root/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy \
        "-Dartifact=$1" "-DoutputDirectory=$top/jars" >"$top/mvn" 2>&1
}

run_jobrunr() {
    mkdir -p "$top/jars" "$top/classes"
    { fetch "$jobrunr" && fetch "$gson"; } || { skip "${jobrunr#*:}" noop 'Maven cannot fetch it'; return; }
    cp "$home"/lib/sqlite-jdbc-*.jar "$home"/lib/slf4j-api-*.jar "$home"/lib/asm-*.jar "$top/jars" || return 1
    javac -cp "$top/jars/*" -d "$top/classes" "$here/compare/JobRunrNoop.java" || return 1
    took=$(timeout 300 java -cp "$top/classes:$top/jars/*" JobRunrNoop "$top/jobrunr.db" "$noops" 2>"$top/err") \
        || { tail -n 3 "$top/err" >&2; return 1; }
    row "JobRunr ${jobrunr##*:} on SQLite" noop "$noops" "$(rate "$noops" "$took")" - 'all: SQLite, synchronous=FULL'
}

failed=0
try() { "$@" || { echo "compare.sh: $1 failed" >&2; failed=1; }; }

echo "$slots × $(sed -n '/^model name/{s/^[^:]*: //p;q}' /proc/cpuinfo), Linux $(uname -r), $slots jobs at once"
echo
row TOOL WORK JOBS RATE 'ONE ENQUEUE' 'A POWER CUT LEAVES'
set_up_workerd || { echo 'compare.sh: cannot set workerd up' >&2; exit 1; }
try run_workerd "$programs" true
try run_spooler
try run_nq
try run_workerd "$noops" noop
try run_jobrunr
exit "$failed"
