#!/usr/bin/env python3
"""Enqueues by plain SQL: a job NAME for each ARG, all of them or none. Prints their ids.

  python3 enqueue.py /var/lib/workerd/queue.db resize a.png b.png

A job is one row. All rows of one transaction are there together; a transaction that also has to change a database of
your own cannot be had: SQLite commits two files in WAL mode one after the other, with ATTACH too, and a crash in
between leaves one done and the other not. Store your own row first, and have a job look for rows that lack theirs, as
the handler `invoices` does.
"""
import json
import pathlib
import sqlite3
import sys


def connect(queue):
    # mode=rw: where there is no queue, make none. isolation_level=None: BEGIN and COMMIT are ours.
    uri = pathlib.Path(queue).resolve().as_uri() + "?mode=rw"
    # Others write too: wait for them, up to 30 s.
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30)
    # Once COMMIT has returned, the jobs survive a power cut.
    db.execute("PRAGMA synchronous = FULL")
    # Copying the -wal into the database is the daemon's business: before 3.51.3 SQLite can damage a database when two
    # processes do so at once.
    db.execute("PRAGMA wal_autocheckpoint = 0")
    return db


def enqueue(db, jobs):
    """Their ids. Each job is a dict of columns: name, and what is wanted of args, payload, queue, priority, run_at
    (milliseconds since the epoch), key, max_attempts, timeout_ms."""
    # IMMEDIATE waits for its turn at once; a plain BEGIN may find itself too late at the first insert.
    db.execute("BEGIN IMMEDIATE")
    try:
        ids = [insert(db, job) for job in jobs]
        db.execute("COMMIT")
        return ids
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def insert(db, job):
    marks = ", ".join(f":{column}" for column in job)
    return db.execute(f"INSERT INTO jobs({', '.join(job)}) VALUES ({marks})", job).lastrowid


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("usage: enqueue.py QUEUE NAME ARG...")
    queue, name, *args = sys.argv[1:]
    for id in enqueue(connect(queue), [{"name": name, "args": json.dumps([arg])} for arg in args]):
        print(id)
