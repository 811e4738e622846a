#!/bin/sh
# Many machines on one queue, in one command: builds workerd, starts a PostgreSQL of its own from Debian's package (apt-get
# install postgresql), two daemons as if on two machines, real jobs; kills one daemon and shows that the other takes over;
# stops everything and cleans up. Needs no root; as root, the server runs as the user postgres.
#
#   sh deploy/quickstart-postgres.sh
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)

step() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
if [ ! -t 1 ] || [ -n "${NO_COLOR:-}" ]; then step() { printf '\n== %s\n' "$*"; }; fi
show() { printf '$ %s\n' "$*"; "$@"; }

server=$(find /usr/lib/postgresql/*/bin -maxdepth 0 2>/dev/null | sort -V | tail -n 1)
[ -x "$server/initdb" ] || { echo "PostgreSQL is not here: apt-get install postgresql" >&2; exit 1; }

step "Build it"
if [ -f "$here/pom.xml" ]; then
    [ -n "${WORKERD_IS_BUILT:-}" ] || (cd "$here" && show mvn -q -B -DskipTests package)
    workerd=$here/target/workerd/bin/workerd
else
    workerd=$here/bin/workerd # the tree that was built before, copied somewhere
fi

dir=$(mktemp -d)
chmod 755 "$dir"
mkdir "$dir/server"
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root.
    postgres() {
        program=$1
        shift
        setpriv --reuid=postgres --regid=postgres --clear-groups "$server/$program" "$@"
    }
    chown postgres "$dir/server"
else
    postgres() {
        program=$1
        shift
        "$server/$program" "$@"
    }
fi

finish() {
    for machine in one two; do
        [ ! -x "$dir/$machine/workerd" ] || "$dir/$machine/workerd" stop --now || true
    done
    postgres pg_ctl -D "$dir/server/data" -m immediate -s stop || true
    rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM

step "A server of PostgreSQL, in $dir/server and on a port that is free"
cd "$dir"
(cd "$dir/server" && postgres initdb -D "$dir/server/data" -U jobs --auth=trust --encoding=UTF8 --locale=C >"$dir/initdb.log")
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
postgres pg_ctl -D "$dir/server/data" -l "$dir/server/log" -w -s \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir/server" start
url="postgresql://jobs@127.0.0.1:$port/postgres"
echo "$url"

step "Two private installations, as if on two machines, with the same queue"
cat > word <<'HANDLER'
#!/bin/sh
echo "attempt $WORKERD_ATTEMPT of job $WORKERD_JOB_ID counts the words of $1"
wc -w < "$1" > "$WORKERD_RESULT"
HANDLER
cat > await <<'HANDLER'
#!/bin/sh
echo "process $$ waits for the file $1"
until [ -e "$1" ]; do sleep 0.1; done
HANDLER
for machine in one two; do
    "$workerd" init "$dir/$machine" >"$dir/init.log"
    mkdir "$dir/$machine/conf.d"
    printf '[queue]\nurl = "%s"\n\n[daemon]\ndir = "%s"\n' "$url" "$dir/$machine/own" >"$dir/$machine/conf.d/many.toml"
    install -m 755 word await "$dir/$machine/handlers/"
done
show one/workerd config --get queue.url
show one/workerd start
show two/workerd start
show one/workerd stats

step "Jobs: they run on both"
find "$here" -name '*.md' -o -name '*.sh' -o -name '*.toml' | head -n 40 | sed 's/.*/{"name":"word","args":["&"]}/' >jobs.jsonl
ids=$(one/workerd enqueue --batch jobs.jsonl)
# shellcheck disable=SC2086 # one word an id
one/workerd wait $ids
show two/workerd stats

step "An application's own transaction: the job is there with the commit, and runs at once"
show psql -X -q -h 127.0.0.1 -p "$port" -U jobs -d postgres \
    -c "begin; create table orders (customer text); insert into orders values ('ann');
        insert into workerd.jobs (name, args) values ('word', '[\"$dir/word\"]'); commit"
sleep 1
show two/workerd list --limit 1

step "Kill the daemon that runs a job: the other one takes over"
running() { # by the daemon of this machine
    tries=0
    until "$1/workerd" status | grep -q ' await '; do
        tries=$((tries + 1))
        [ "$tries" -lt 400 ] || { echo "the job does not start on machine $1" >&2; exit 1; }
        sleep 0.05
    done
    show "$1/workerd" status
}
show two/workerd stop
id=$(one/workerd enqueue await "$dir/go")
running one
show two/workerd start
show kill -9 "$(one/workerd status -q)"
running two
touch "$dir/go"
show two/workerd wait "$id"
show two/workerd show "$id"

step "Check everything"
show two/workerd doctor || true

step "That was it. Next: man workerd-postgres"
