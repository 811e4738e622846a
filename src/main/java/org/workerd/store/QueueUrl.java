package org.workerd.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where a queue is kept, as {@code queue.url} says; each kind has its engine. Immutable; holds nothing that is secret. */
public sealed interface QueueUrl {
    /** As people may see it, and as it would be written in the configuration. */
    String text();

    /**
     * A file of this machine.
     *
     * @param file absolute
     */
    record Sqlite(Path file) implements QueueUrl {
        public static final String SCHEME = "sqlite:";

        @Override
        public String text() {
            return SCHEME + file;
        }
    }

    /**
     * A schema in a database of PostgreSQL.
     *
     * @param hosts one, or a primary and its standbys, of which the one that takes writes is used
     * @param options what else is told to the driver, {@code sslmode} say, without the schema
     * @param passwordFile holds the password on its first line; empty: it is in the environment or in ~/.pgpass, if needed
     */
    record Postgres(
            String user,
            List<Host> hosts,
            String database,
            String schema,
            Map<String, String> options,
            Optional<Path> passwordFile)
            implements QueueUrl {
        public static final String SCHEME = "postgresql:";
        public static final String DEFAULT_SCHEMA = "workerd";
        public static final int DEFAULT_PORT = 5432;

        public Postgres {
            hosts = List.copyOf(hosts);
            options = Map.copyOf(options);
        }

        /** A machine, by its name or address; an IPv6 address is in brackets. */
        public record Host(String name, int port) {
            @Override
            public String toString() {
                return port == DEFAULT_PORT ? name : name + ":" + port;
            }
        }

        /**
         * Reads {@code postgresql://USER@HOST[:PORT]/DATABASE[?sslmode=…&schema=workerd]}.
         *
         * @throws IllegalArgumentException with what is wrong, and nothing of a password
         */
        public static Postgres parse(String text) {
            return new PostgresUrlText(text).parse();
        }

        public Postgres withPasswordFile(Path file) {
            return new Postgres(user, hosts, database, schema, options, Optional.of(file));
        }

        public Postgres withSchema(String other) {
            return new Postgres(user, hosts, database, other, options, passwordFile);
        }

        @Override
        public String text() {
            String where = hosts.stream().map(Host::toString).collect(Collectors.joining(","));
            String more = options.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(option -> option.getKey() + "=" + PostgresUrlText.escaped(option.getValue()))
                    .collect(Collectors.joining("&"));
            String own = schema.equals(DEFAULT_SCHEMA) ? "" : "schema=" + schema;
            String query = own.isEmpty() || more.isEmpty() ? own + more : own + "&" + more;
            return SCHEME + "//" + PostgresUrlText.escaped(user) + "@" + where + "/" + PostgresUrlText.escaped(database)
                    + (query.isEmpty() ? "" : "?" + query);
        }
    }
}
