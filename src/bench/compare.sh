#!/bin/sh
# The same work by workerd, task-spooler, nq and JobRunr on SQLite, and by workerd, graphile-worker, pg-boss, JobRunr,
# db-scheduler and a bare loop on one server of PostgreSQL, one after the other, on this machine.
# usage: sh src/bench/compare.sh [PROGRAMS [JAVA_JOBS]]   after mvn package; installs what is missing when root
# A time begins with the first enqueue and ends with the last job, our two JVM starts in it. What cannot be had is left out, with the reason.
# shellcheck disable=SC2317 # the functions are called through try
set -u

jobrunr=org.jobrunr:jobrunr:8.7.0
graphile='graphile-worker@0.16.6'
pgboss='pg-boss@10.1.6'
dbscheduler=com.github.kagkarlsson:db-scheduler:16.12.0
gson=com.google.code.gson:gson:2.13.1
programs=${1:-2000}
noops=${2:-5000}
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/src/bench}
home=$root/target/workerd
workerd=$home/bin/workerd
slots=$(nproc)
[ -x "$workerd" ] || { echo 'compare.sh: no target/workerd: first mvn package -DskipTests' >&2; exit 1; }

# shellcheck source=src/bench/compare/server.sh
. "$here/compare/server.sh"

top=$(mktemp -d /var/tmp/workerd-compare-XXXXXX) || exit 1
chmod 755 "$top"
finish() {
    [ ! -e "$top/w/workerd" ] || "$top/w/workerd" stop --now >"$top/stop" 2>&1 || cat "$top/stop" >&2
    [ ! -e "$top/p/workerd" ] || "$top/p/workerd" stop --now >"$top/stop" 2>&1 || cat "$top/stop" >&2
    stop_server
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

# $1 jobs of name $2 through the installation $3, whose queue is kept as $4 says.
run_workerd() {
    awk -v n="$1" -v name="$2" 'BEGIN { while (n-- > 0) print "{\"name\":\"" name "\"}" }' >"$top/batch"
    begun=$(millis)
    "$top/$3/workerd" enqueue -q --batch "$top/batch" >"$top/ids" || return 1
    last=$(tail -n 1 "$top/ids")
    # shellcheck disable=SC2046 # ids
    "$top/$3/workerd" wait $(tail -n "$slots" "$top/ids") 2>/dev/null || return 1
    took=$(($(millis) - begun))
    once "$top/$3/workerd" enqueue "$2" || return 1
    [ -n "$last" ] && row "workerd$5" "$2" "$1" "$(rate "$1" "$took")" "$one" "all: $4"
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

# Prepares a program in Java that uses the library $1, and what else it takes from $home/lib, for run_java.
java_program() {
    mkdir -p "$top/jars" "$top/classes"
    { fetch "$1" && fetch "$gson"; } || { why='Maven cannot fetch it'; return 2; }
    cp "$home"/lib/sqlite-jdbc-*.jar "$home"/lib/slf4j-api-*.jar "$home"/lib/asm-*.jar "$home"/lib/HikariCP-*.jar \
        "$home"/lib/postgresql-*.jar "$top/jars" && javac -cp "$top/jars/*" -d "$top/classes" "$here/compare/$2.java"
}

# The tool $1, whose library is $2, with the program $3; $4 is what a power cut leaves, the others are its arguments.
run_java() {
    name=$1 program=$3 leaves=$4
    java_program "$2" "$3" || { [ $? -eq 2 ] && skip "$name" noop "$why"; return; }
    shift 4
    took=$(timeout 300 java -cp "$top/classes:$top/jars/*" "$program" "$@" 2>"$top/err") \
        || { tail -n 3 "$top/err" >&2; return 1; }
    row "$name" noop "$noops" "$(rate "$noops" "$took")" - "$leaves"
}

# One job a transaction, without anything around it.
run_bare() {
    bare="$server/psql -X -q -v ON_ERROR_STOP=1 -d $url"
    $bare -c 'create table bare (id bigint generated always as identity primary key, payload text)' \
        -c "insert into bare (payload) select 'x' from generate_series(1, $noops)" || return 1
    cat >"$top/bare.sql" <<'SQL'
delete from bare where id = (select id from bare order by id limit 1 for update skip locked) returning payload;
SQL
    begun=$(millis)
    "$server/pgbench" -n -M prepared -c "$slots" -t $((noops / slots)) -f "$top/bare.sql" "$url" >"$top/err" 2>&1 \
        || { cat "$top/err" >&2; return 1; }
    row 'bare SKIP LOCKED loop' noop "$noops" "$(rate "$noops" $(($(millis) - begun)))" - "$postgres"
}

on_server() {
    "$workerd" init "$top/p" 2>/dev/null && cp "$top/w/plugins/noop.jar" "$top/p/plugins/" && mkdir "$top/p/conf.d" \
        && printf '[queue]\nurl = "%s"\n\n[daemon]\ndir = "%s"\n' "$url" "$top/p/own" >"$top/p/conf.d/server.toml" \
        && "$top/p/workerd" start 2>/dev/null && run_workerd "$noops" noop p "${postgres#all: }" ' on PostgreSQL'
}

# $1 is the package and its version, $2 what runs the jobs with it.
run_node() {
    if ! have node nodejs || ! have npm npm; then skip "$1" noop "$why" && return; fi
    mkdir -p "$top/node" && cp "$here/compare/$2" "$top/node/" || return 1
    (cd "$top/node" && npm install --no-audit --no-fund --silent "$1") >"$top/npm" 2>&1 \
        || { skip "$1" noop 'npm cannot fetch it'; return; }
    took=$(cd "$top/node" && timeout 300 node "$2" "$url" "$noops" "$slots" 2>"$top/err") \
        || { tail -n 3 "$top/err" >&2; return 1; }
    row "$1" noop "$noops" "$(rate "$noops" "$took")" - "$postgres"
}

sqlite='SQLite, synchronous=FULL'
postgres='all: PostgreSQL, synchronous_commit=on'
failed=0
try() { "$@" || { echo "compare.sh: $1 failed" >&2; failed=1; }; }

echo "$slots × $(sed -n '/^model name/{s/^[^:]*: //p;q}' /proc/cpuinfo), Linux $(uname -r), $slots jobs at once"
echo
row TOOL WORK JOBS RATE 'ONE ENQUEUE' 'A POWER CUT LEAVES'
set_up_workerd || { echo 'compare.sh: cannot set workerd up' >&2; exit 1; }
try run_workerd "$programs" true w "$sqlite" ''
try run_spooler
try run_nq
try run_workerd "$noops" noop w "$sqlite" ''
try run_java "JobRunr ${jobrunr##*:} on SQLite" "$jobrunr" JobRunrNoop "all: $sqlite" "$top/jobrunr.db" "$noops"
if start_server; then
    try run_bare
    try on_server
    try run_node "$graphile" graphile.mjs
    try run_node "$pgboss" pgboss.mjs
    jdbc="jdbc:postgresql://127.0.0.1:$port/postgres?user=jobs"
    try run_java "JobRunr ${jobrunr##*:} on PostgreSQL" "$jobrunr" JobRunrNoop "$postgres" "$jdbc" "$noops"
    try run_java "db-scheduler ${dbscheduler##*:}" "$dbscheduler" DbSchedulerNoop "$postgres" "$jdbc" "$noops" "$slots"
else
    skip 'all on PostgreSQL' noop "$why"
fi
exit "$failed"
