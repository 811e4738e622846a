import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Stores an order and a job for it in one transaction on PostgreSQL: both or neither. Prints the job's id.
 *
 * <p>java -cp postgresql.jar Postgres.java "jdbc:postgresql://db.example/shop?user=shop" 7
 *
 * <p>The queue's tables are in the schema workerd of the same database; the user needs the role workerd_enqueue (workerd
 * schema). The library workerd-client does the same with JobQueue.enqueue(connection, job).
 */
class Postgres {
    public static void main(String[] arguments) throws SQLException {
        if (arguments.length != 2) {
            System.err.println("usage: Postgres.java URL CUSTOMER");
            System.exit(2);
        }
        try (Connection connection = DriverManager.getConnection(arguments[0])) {
            System.out.println(order(connection, Integer.parseInt(arguments[1])));
        }
    }

    /** The id of the job. It exists with the commit, which also wakes a daemon; after a rollback it never did. */
    static long order(Connection connection, int customer) throws SQLException {
        connection.setAutoCommit(false);
        try {
            long order = insert(connection, "insert into orders (customer) values (?) returning id", customer);
            long job = insert(
                    connection,
                    "insert into workerd.jobs (name, args, payload, key) values (?, ?, ?, ?) returning id",
                    "invoice",
                    "[\"" + order + "\"]",
                    "{\"order\": " + order + ", \"customer\": " + customer + "}",
                    // A second job for the same order is refused (SQLSTATE 23505) while this one has not ended.
                    "invoice-" + order);
            if (customer < 0) {
                throw new IllegalArgumentException("no such customer: neither the order nor the job is stored");
            }
            connection.commit();
            return job;
        } finally {
            // After a commit there is nothing left to take back.
            connection.rollback();
        }
    }

    private static long insert(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
