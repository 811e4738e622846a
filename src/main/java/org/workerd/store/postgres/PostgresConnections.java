package org.workerd.store.postgres;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.stream.Collectors;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.workerd.store.QueueUrl;

/** Connections to the server, with all that a session of ours relies on. Nothing in it is left to the server's settings. */
final class PostgresConnections {
    static final int SECONDS_TO_CONNECT = 10;
    /** Without an answer for so long a daemon takes its session for lost. */
    private static final int SESSION_SECONDS = 2;

    /** A statement that is prepared in one session is unknown in the next. */
    private static final int NEVER = 0;

    private static final int AT_ONCE = 1;
    /** As the driver has it. */
    private static final int AFTER_A_FEW = 5;

    private final QueueUrl.Postgres url;
    private final PostgresPassword password;
    private final Duration patience;

    /**
     * Nothing is opened yet.
     *
     * @param patience how long a statement waits for another transaction's lock
     */
    PostgresConnections(QueueUrl.Postgres url, PostgresPassword password, Duration patience) {
        this.url = url;
        this.password = password;
        this.patience = patience;
    }

    /** For one who asks only; {@link #begin} comes before the first question. */
    Connection openToRead() throws SQLException {
        return open(properties());
    }

    /** In its first transaction. */
    Connection openToWrite() throws SQLException {
        Connection connection = open(properties());
        try (Statement statement = connection.createStatement()) {
            if (!isPooled(connection)) {
                connection.unwrap(PGConnection.class).setPrepareThreshold(AT_ONCE);
                statement.execute(PIN_PLANS);
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
            connection.setAutoCommit(false);
            begin(connection);
            return connection;
        } catch (SQLException failure) {
            connection.close();
            throw failure;
        }
    }

    /** For the session that shows that a daemon lives. */
    Connection openForSession() throws SQLException {
        Properties properties = properties();
        PGProperty.CONNECT_TIMEOUT.set(properties, SESSION_SECONDS);
        PGProperty.SOCKET_TIMEOUT.set(properties, SESSION_SECONDS);
        PGProperty.SOCKET_FACTORY.set(properties, SessionSockets.class.getName());
        Connection connection = open(properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute(NOTICE_LOSS);
            return connection;
        } catch (SQLException failure) {
            connection.close();
            throw failure;
        }
    }

    /** Also while one of its questions is being answered. */
    private static final String NOTICE_LOSS = "set client_connection_check_interval = 1000";

    private Properties properties() {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, url.user());
        password.find().ifPresent(secret -> PGProperty.PASSWORD.set(properties, secret));
        PGProperty.APPLICATION_NAME.set(properties, "workerd");
        PGProperty.CONNECT_TIMEOUT.set(properties, SECONDS_TO_CONNECT);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.PREPARE_THRESHOLD.set(properties, NEVER);
        properties.putAll(url.options());
        if (url.hosts().size() > 1) {
            PGProperty.TARGET_SERVER_TYPE.set(properties, "primary");
        }
        return properties;
    }

    private Connection open(Properties properties) throws SQLException {
        Connection connection = new Driver().connect(urlForDriver(), properties);
        if (connection == null) {
            throw new SQLException("the driver does not know this URL");
        }
        try {
            configure(connection);
            return connection;
        } catch (SQLException failure) {
            connection.close();
            throw failure;
        }
    }

    private String urlForDriver() {
        String hosts = url.hosts().stream()
                .map(host -> host.name() + ":" + host.port())
                .collect(Collectors.joining(","));
        String database =
                URLEncoder.encode(url.database(), StandardCharsets.UTF_8).replace("+", "%20");
        return "jdbc:postgresql://" + hosts + "/" + database;
    }

    /**
     * Where the session is not ours alone, for this transaction only: the next one there is somebody else's.
     * Objects of others' temporary schemas come last: they would be found before ours. The server notices within 11
     * seconds that our machine is gone, and within 15 that nothing arrives there, and lets go of what a session holds.
     */
    private static final String CONFIGURE =
            """
            select own, set_config('search_path', ? || ', pg_temp', not own),
              set_config('lock_timeout', ?, not own),
              set_config('statement_timeout', '0', not own),
              set_config('idle_in_transaction_session_timeout', '0', not own),
              set_config('idle_session_timeout', '0', not own),
              set_config('default_transaction_read_only', 'off', not own),
              set_config('client_min_messages', 'warning', not own),
              set_config('jit', 'off', not own),
              set_config('tcp_keepalives_idle', '5', not own),
              set_config('tcp_keepalives_interval', '2', not own),
              set_config('tcp_keepalives_count', '3', not own),
              set_config('tcp_user_timeout', '15000', not own),
              set_config('synchronous_commit', case
                when current_setting('synchronous_commit') in ('off', 'local', 'remote_write') then 'on'
                else current_setting('synchronous_commit') end, not own)
            from (select pg_backend_pid() = ?) as session (own)
            """;

    /** A pooler makes up the number by which a client may cancel a query, for one server session is many clients'. */
    private void configure(Connection connection) throws SQLException {
        PGConnection ours = connection.unwrap(PGConnection.class);
        try (PreparedStatement statement = connection.prepareStatement(CONFIGURE)) {
            statement.setString(1, url.schema());
            statement.setString(2, Long.toString(patience.toMillis()));
            statement.setInt(3, ours.getBackendPID());
            try (ResultSet answer = statement.executeQuery()) {
                if (answer.next() && answer.getBoolean("own")) {
                    ours.setPrepareThreshold(AFTER_A_FEW);
                }
            }
        }
    }

    /** Whether others use the same session of the server, between our transactions. */
    static boolean isPooled(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getPrepareThreshold() == NEVER;
    }

    /** Before the first statement of each transaction, which may be in another session than the last one. */
    void begin(Connection connection) throws SQLException {
        if (isPooled(connection)) {
            connection.setAutoCommit(false);
            configure(connection);
        }
    }

    /**
     * Our tables are empty one moment and full the next, and statistics are of some moment: the planner, free, made the
     * same statements three times as slow in some stretches (60 us a job instead of 20). All of them go by indexes.
     */
    private static final String PIN_PLANS =
            """
            set enable_seqscan = off;
            set enable_hashjoin = off;
            set enable_mergejoin = off;
            set enable_bitmapscan = off;
            set plan_cache_mode = force_generic_plan;
            """;
}
