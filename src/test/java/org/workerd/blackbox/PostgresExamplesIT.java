package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.workerd.PostgresCluster;
import org.workerd.Tool;
import org.workerd.engine.Engines;
import org.workerd.store.QueueUrl;

/** The examples that store a row of their own and its job in one transaction on PostgreSQL, as a user who may only enqueue. */
class PostgresExamplesIT {
    private static final String DATABASE = "shop";
    private static final Path EXAMPLES = Installation.TREE.resolve("deploy/examples/enqueue");

    private static PostgresCluster cluster;

    @TempDir
    private Path directory;

    private Shell shell;

    /** A language, and what runs its example for a customer. */
    enum Language {
        PSQL {
            @Override
            List<String> command(int customer) {
                return List.of(
                        Tool.needed("psql").toString(),
                        "-X",
                        "-q",
                        "-A",
                        "-t",
                        "-v",
                        "customer=" + customer,
                        "-f",
                        EXAMPLES.resolve("postgres.sql").toString(),
                        "host=127.0.0.1 port=" + cluster.port() + " dbname=" + DATABASE + " user=shop");
            }
        },
        PYTHON {
            @Override
            List<String> command(int customer) {
                // Debian's own, which knows Debian's psycopg.
                return List.of(
                        Tool.needed("python3").toString(),
                        EXAMPLES.resolve("postgres.py").toString(),
                        "host=127.0.0.1 port=" + cluster.port() + " dbname=" + DATABASE + " user=shop",
                        Integer.toString(customer));
            }

            @Override
            List<String> check() {
                return List.of(Tool.needed("python3").toString(), "-c", "import psycopg");
            }
        },
        PHP {
            @Override
            List<String> command(int customer) {
                return List.of(
                        Tool.needed("php").toString(),
                        EXAMPLES.resolve("postgres.php").toString(),
                        "pgsql:host=127.0.0.1;port=" + cluster.port() + ";dbname=" + DATABASE + ";user=shop",
                        Integer.toString(customer));
            }

            @Override
            List<String> check() {
                return List.of(Tool.needed("php").toString(), "-r", "exit(extension_loaded('pdo_pgsql') ? 0 : 1);");
            }
        },
        JAVA {
            @Override
            List<String> command(int customer) {
                return List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        driver().toString(),
                        EXAMPLES.resolve("Postgres.java").toString(),
                        "jdbc:postgresql://127.0.0.1:" + cluster.port() + "/" + DATABASE + "?user=shop",
                        Integer.toString(customer));
            }
        };

        abstract List<String> command(int customer);

        /** Succeeds where the language has what the example needs. */
        List<String> check() {
            return List.of(Tool.needed("true").toString());
        }

        private static Path driver() {
            try (Stream<Path> jars = Files.list(Installation.TREE.resolve("lib"))) {
                return jars.filter(jar -> jar.getFileName().toString().matches("postgresql-.*\\.jar"))
                        .findFirst()
                        .orElseThrow();
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        }
    }

    @BeforeAll
    static void makeTheShop() throws SQLException {
        cluster = PostgresCluster.shared();
        cluster.run("create database " + DATABASE);
        QueueUrl.Postgres url =
                QueueUrl.Postgres.parse(cluster.url(PostgresCluster.USER, DATABASE, QueueUrl.Postgres.DEFAULT_SCHEMA));
        var engine = Engines.of(url, java.time.Duration.ofSeconds(10));
        try (Connection connection = cluster.connect(DATABASE);
                Statement statement = connection.createStatement()) {
            statement.execute(engine.script(false).orElseThrow());
            statement.execute("create role shop login in role workerd_enqueue;"
                    + " create table orders (id integer generated always as identity primary key, customer integer);"
                    + " grant insert, select on orders to shop");
        }
    }

    @BeforeEach
    void setUp() {
        shell = new Shell(directory);
    }

    private static List<String> rows(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + cluster.port() + "/" + DATABASE, "shop", "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> found = new java.util.ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void theOrderAndItsJobAreStoredTogetherOrNotAtAll(Language language) throws SQLException {
        boolean able = shell.run(language.check()).code() == 0;
        assertThat(able || !Tool.isCi()).as("CI has what the example needs").isTrue();
        assumeTrue(able, "the driver of PostgreSQL for " + language + " is not installed here");

        Shell.Done stored = shell.run(language.command(7));
        assertThat(stored.code()).as(stored.toString()).isZero();
        String id = stored.out().strip();
        List<String> orders = rows("select id from orders order by id");
        assertThat(rows(
                        "select name || ' ' || args || ' ' || (payload::json ->> 'customer') || ' ' || key || ' ' || state"
                                + " from workerd.own_jobs where id = " + id))
                .containsExactly("invoice [\"" + orders.get(orders.size() - 1) + "\"] 7 invoice-"
                        + orders.get(orders.size() - 1) + " ready");

        long jobs = rows("select id from workerd.own_jobs").size();
        Shell.Done refused = shell.run(language.command(-1));
        assertThat(refused.code()).as(refused.toString()).isNotZero();
        assertThat(refused.err() + refused.out()).contains("no such customer");
        assertThat(rows("select id from orders order by id")).isEqualTo(orders);
        assertThat(rows("select id from workerd.own_jobs")).hasSize((int) jobs);
    }
}
