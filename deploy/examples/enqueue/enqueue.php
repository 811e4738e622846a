<?php
// Enqueues by plain SQL: a job NAME for each ARG, all of them or none. Prints their ids.
//
//   php enqueue.php /var/lib/workerd/queue.db resize a.png b.png
//
// A job is one row. All rows of one transaction are there together; a transaction that also has to change a database of
// your own cannot be had: SQLite commits two files in WAL mode one after the other, with ATTACH too, and a crash in
// between leaves one done and the other not. Store your own row first, and have a job look for rows that lack theirs,
// as the handler `invoices` does.

declare(strict_types=1);

function connect(string $queue): SQLite3
{
    // Where there is no queue, make none.
    $db = new SQLite3($queue, SQLITE3_OPEN_READWRITE);
    $db->enableExceptions(true);
    // Others write too: wait for them, up to 30 s.
    $db->busyTimeout(30_000);
    // Once COMMIT has returned, the jobs survive a power cut.
    $db->exec('PRAGMA synchronous = FULL');
    // Copying the -wal into the database is the daemon's business: before 3.51.3 SQLite can damage a database when two
    // processes do so at once.
    $db->exec('PRAGMA wal_autocheckpoint = 0');
    return $db;
}

/** The ids of the jobs, one for each list of arguments. */
function enqueue(SQLite3 $db, string $name, array $lists): array
{
    // IMMEDIATE waits for its turn at once; a plain BEGIN may find itself too late at the first insert.
    $db->exec('BEGIN IMMEDIATE');
    try {
        $insert = $db->prepare('INSERT INTO jobs(name, args) VALUES (:name, :args)');
        $ids = [];
        foreach ($lists as $args) {
            $insert->bindValue(':name', $name);
            $insert->bindValue(':args', json_encode($args, JSON_THROW_ON_ERROR));
            $insert->execute();
            // Not RETURNING: PHP runs a statement once more when the first of its rows is fetched.
            $ids[] = $db->lastInsertRowID();
        }
        $db->exec('COMMIT');
        return $ids;
    } catch (Throwable $failure) {
        try {
            $db->exec('ROLLBACK');
        } catch (Throwable) {
            // On a full disk SQLite has done so itself.
        }
        throw $failure;
    }
}

if ($argc < 4) {
    fwrite(STDERR, "usage: enqueue.php QUEUE NAME ARG...\n");
    exit(2);
}
[, $queue, $name] = $argv;
foreach (enqueue(connect($queue), $name, array_map(fn ($arg) => [$arg], array_slice($argv, 3))) as $id) {
    echo "$id\n";
}
