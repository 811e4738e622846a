#!/bin/sh
# From a clone to jobs running, in one command, without root: builds workerd, sets up a private installation, starts the
# daemon, runs real jobs on real input, stops it and cleans up.
#
#   sh deploy/quickstart.sh          in a directory of its own, removed at the end
#   sh deploy/quickstart.sh DIR      in DIR, which stays
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-}

step() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
if [ ! -t 1 ] || [ -n "${NO_COLOR:-}" ]; then step() { printf '\n== %s\n' "$*"; }; fi
show() { printf '$ %s\n' "$*"; "$@"; }

step "Build it"
if [ -f "$here/pom.xml" ]; then
    (cd "$here" && show mvn -q -B -DskipTests package)
    workerd=$here/target/workerd/bin/workerd
else
    workerd=$here/bin/workerd # the tree that was built before, copied somewhere
fi

keep=$dir
[ -n "$dir" ] || dir=$(mktemp -d)/jobs
finish() {
    [ ! -x "$dir/workerd" ] || "$dir/workerd" stop --now || true
    [ -n "$keep" ] || rm -rf "${dir%/jobs}"
}
trap finish EXIT
trap 'exit 130' INT TERM

step "A private installation: configuration, handlers, queue, log and pidfile below one directory"
show "$workerd" init "$dir"
cd "$dir"

step "Start the daemon: it is in the background when this returns"
show ./workerd start
show ./workerd status

step "A first job"
show ./workerd enqueue hello world --wait
show ./workerd logs 1

step "A handler is any program: this one counts the words of a file and leaves the count as the job's result"
cat > handlers/words <<'HANDLER'
#!/bin/sh
echo "counting the words of $1 in attempt $WORKERD_ATTEMPT of job $WORKERD_JOB_ID"
wc -w < "$1" > "$WORKERD_RESULT"
HANDLER
chmod 755 handlers/words
cat handlers/words

step "Enqueue a job for each file of the tree that was just built, all in one transaction"
find "$(dirname "$(dirname "$workerd")")" -type f -name '*.toml' -o -type f -name workerd -o -type f -name '*.sh' |
    sed 's/.*/{"name":"words","args":["&"]}/' > files.jsonl
cat files.jsonl
ids=$(./workerd enqueue --batch files.jsonl)
# shellcheck disable=SC2086 # one word an id
show ./workerd wait $ids
show ./workerd list --name words

step "A job that fails is tried again by itself; this one succeeds the second time"
cat > handlers/flaky <<'HANDLER'
#!/bin/sh
[ "$WORKERD_ATTEMPT" -ge 2 ] || { echo "no luck this time" >&2; exit 1; }
echo "it worked, and the payload was: $(cat)"
HANDLER
chmod 755 handlers/flaky
id=$(./workerd enqueue flaky --payload '{"try": "again"}')
show ./workerd wait "$id" --timeout 1m
show ./workerd logs "$id"
show ./workerd show "$id"

step "Pull the plug in the middle of a job: kill -9, then start again"
printf '#!/bin/sh\nsleep 2\n' > handlers/nap
chmod 755 handlers/nap
id=$(./workerd enqueue nap)
tries=0
until ./workerd status | grep -q ' nap '; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { echo "the job does not start" >&2; exit 1; }
    sleep 0.05
done
show kill -9 "$(./workerd status -q)"
show ./workerd start
show ./workerd wait "$id"
show ./workerd show "$id"

step "The log: each change of a job's state is a line"
show tail -n 12 log/workerd.log

step "Stop: what runs may end"
show ./workerd stop

step "That was it. Next: README.md"
