#!/bin/sh
# What workerd reaches with PostgreSQL, beside what that server gives to whoever does no more than he must.
# usage: sh src/bench/postgres.sh [--quick]   after mvn package; three to five minutes
# Starts a server of its own from Debian's package (as root: as the user postgres), and removes all it made.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
workerd=${here%/src/bench}/target/workerd/bin/workerd
[ -x "$workerd" ] || { echo 'postgres.sh: no target/workerd: first mvn package -DskipTests' >&2; exit 1; }
# shellcheck source=src/bench/compare/server.sh
. "$here/compare/server.sh"

top=$(mktemp -d /var/tmp/workerd-postgres-XXXXXX)
chmod 755 "$top"
finish() {
    stop_server
    rm -rf -- "$top"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

start_server || { echo "postgres.sh: $why" >&2; exit 1; }
"$workerd" init "$top/w" 2>"$top/err" || { cat "$top/err" >&2; exit 1; }
mkdir "$top/w/conf.d"
printf '[queue]\nurl = "%s"\n\n[daemon]\ndir = "%s"\n' "$url" "$top/w/own" >"$top/w/conf.d/server.toml"
"$server/postgres" --version
echo "load when it began: $(cut -d ' ' -f 1-3 /proc/loadavg)"
"$top/w/workerd" bench "$@"
echo "load when it ended: $(cut -d ' ' -f 1-3 /proc/loadavg)"
