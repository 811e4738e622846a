<?php
// Stores an order and a job for it in one transaction on PostgreSQL: both or neither. Prints the job's id.
//
//   php postgres.php "pgsql:host=db.example;dbname=shop;user=shop" 7
//
// Debian: apt-get install php-pgsql. The queue's tables are in the schema workerd of the same database; the user needs
// the role workerd_enqueue (workerd schema).

declare(strict_types=1);

/** The id of the job. It exists with the commit, which also wakes a daemon; after a rollback it never did. */
function order(PDO $db, int $customer): int
{
    $db->beginTransaction();
    try {
        $order = $db->prepare('INSERT INTO orders(customer) VALUES (?) RETURNING id');
        $order->execute([$customer]);
        $id = (int) $order->fetchColumn();
        $job = $db->prepare('INSERT INTO workerd.jobs(name, args, payload, key) VALUES (?, ?, ?, ?) RETURNING id');
        $job->execute([
            'invoice',
            json_encode([(string) $id], JSON_THROW_ON_ERROR),
            json_encode(['order' => $id, 'customer' => $customer], JSON_THROW_ON_ERROR),
            // A second job for the same order is refused (SQLSTATE 23505) while this one has not ended.
            "invoice-$id",
        ]);
        $number = (int) $job->fetchColumn();
        if ($customer < 0) {
            throw new InvalidArgumentException('no such customer: neither the order nor the job is stored');
        }
        $db->commit();
        return $number;
    } catch (Throwable $failure) {
        $db->rollBack();
        throw $failure;
    }
}

if ($argc !== 3) {
    fwrite(STDERR, "usage: postgres.php DSN CUSTOMER\n");
    exit(2);
}
$db = new PDO($argv[1], options: [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
echo order($db, (int) $argv[2]), "\n";
