package org.workerd.store.postgres;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
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

    /** For one who asks only. */
    Connection openToRead() throws SQLException {
        return open(false);
    }

    Connection openToWrite() throws SQLException {
        Connection connection = open(true);
        try (Statement statement = connection.createStatement()) {
            statement.execute(PIN_PLANS);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException failure) {
            connection.close();
            throw failure;
        }
    }

    /**
     * For the session that shows that a daemon lives. The server notices within 11 seconds that its machine is gone, and
     * within 15 that nothing arrives there.
     */
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

    private static final String NOTICE_LOSS =
            """
            set tcp_keepalives_idle = 5;
            set tcp_keepalives_interval = 2;
            set tcp_keepalives_count = 3;
            set tcp_user_timeout = 15000;
            set client_connection_check_interval = 1000;
            """;

    private Connection open(boolean preparesAtOnce) throws SQLException {
        Properties properties = properties();
        if (preparesAtOnce) {
            PGProperty.PREPARE_THRESHOLD.set(properties, 1);
        }
        return open(properties);
    }

    private Properties properties() {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, url.user());
        password.find().ifPresent(secret -> PGProperty.PASSWORD.set(properties, secret));
        PGProperty.APPLICATION_NAME.set(properties, "workerd");
        PGProperty.CONNECT_TIMEOUT.set(properties, SECONDS_TO_CONNECT);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
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

    /** Objects of others' temporary schemas come last: they would be found before ours. */
    private static final String CONFIGURE =
            """
            select set_config('search_path', ? || ', pg_temp', false),
              set_config('lock_timeout', ?, false),
              set_config('statement_timeout', '0', false),
              set_config('idle_in_transaction_session_timeout', '0', false),
              set_config('idle_session_timeout', '0', false),
              set_config('default_transaction_read_only', 'off', false),
              set_config('client_min_messages', 'warning', false),
              set_config('jit', 'off', false),
              set_config('synchronous_commit', case
                when current_setting('synchronous_commit') in ('off', 'local', 'remote_write') then 'on'
                else current_setting('synchronous_commit') end, false)
            """;

    /** A pooler makes up the number by which a client may cancel a query, for one server session is many clients'. */
    static boolean isPooled(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                java.sql.ResultSet answer = statement.executeQuery("select pg_backend_pid()")) {
            answer.next();
            return answer.getInt(1) != connection.unwrap(PGConnection.class).getBackendPID();
        }
    }

    private void configure(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CONFIGURE)) {
            statement.setString(1, url.schema());
            statement.setString(2, Long.toString(patience.toMillis()));
            statement.execute();
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
