#!/bin/sh
# Enqueues by plain SQL in the sqlite3 shell: a job NAME for each ARG, all of them or none. Prints their ids.
#
#   sh enqueue.sh /var/lib/workerd/queue.db resize a.png b.png
set -eu

[ $# -ge 3 ] || { echo "usage: enqueue.sh QUEUE NAME ARG..." >&2; exit 2; }
queue=$1 name=$2
shift 2
# The shell would make a new database.
[ -f "$queue" ] || { echo "enqueue.sh: there is no queue $queue" >&2; exit 1; }

quoted() { printf %s "$1" | sed "s/'/''/g"; }

{
    # An error ends the shell, and the transaction with it. Others may write: wait for them, up to 30 s.
    echo '.bail on'
    echo '.timeout 30000'
    # Once COMMIT has returned, the jobs survive a power cut.
    echo 'PRAGMA synchronous = FULL;'
    # Copying the -wal into the database is the daemon's business: before 3.51.3 SQLite can damage a database when two
    # processes do so at once. The new value is printed.
    echo '.output /dev/null'
    echo 'PRAGMA wal_autocheckpoint = 0;'
    echo '.output stdout'
    # IMMEDIATE waits for its turn at once; a plain BEGIN may find itself too late at the first insert.
    echo 'BEGIN IMMEDIATE;'
    for arg; do
        echo "INSERT INTO jobs(name, args) VALUES ('$(quoted "$name")', json_array('$(quoted "$arg")')) RETURNING id;"
    done
    echo 'COMMIT;'
} | sqlite3 -batch "$queue"
