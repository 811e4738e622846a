#!/usr/bin/env python3
"""Stores an order and a job for it in one transaction on PostgreSQL: both or neither. Prints the job's id.

  python3 postgres.py "host=db.example dbname=shop user=shop" 7

Debian: apt-get install python3-psycopg. The queue's tables are in the schema workerd of the same database; the user
needs the role workerd_enqueue (workerd schema).
"""
import json
import sys

import psycopg


def order(connection, customer):
    """The id of the job. It exists with the commit, which also wakes a daemon; after a rollback it never did."""
    with connection.transaction():
        row = connection.execute("INSERT INTO orders(customer) VALUES (%s) RETURNING id", [customer]).fetchone()
        job = connection.execute(
            "INSERT INTO workerd.jobs(name, args, payload, key) VALUES (%s, %s, %s, %s) RETURNING id",
            [
                "invoice",
                json.dumps([str(row[0])]),
                json.dumps({"order": row[0], "customer": customer}),
                # A second job for the same order is refused (unique violation) while this one has not ended.
                f"invoice-{row[0]}",
            ],
        ).fetchone()
        if customer < 0:
            raise ValueError("no such customer: neither the order nor the job is stored")
        return job[0]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: postgres.py CONNECTION CUSTOMER")
    # autocommit: transactions are only those that are written here.
    with psycopg.connect(sys.argv[1], autocommit=True) as connection:
        print(order(connection, int(sys.argv[2])))
