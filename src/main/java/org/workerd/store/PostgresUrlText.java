package org.workerd.store;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.workerd.store.QueueUrl.Postgres;
import org.workerd.store.QueueUrl.Postgres.Host;

/** The text of a URL of PostgreSQL, taken apart. For one text, once. */
final class PostgresUrlText {
    private static final String FORM = "postgresql://USER@HOST[:PORT]/DATABASE[?sslmode=...&schema=workerd]";
    private static final String PASSWORD =
            "a password in the URL could be seen by other users: put it into a file and set"
                    + " queue.password_file to it, or put it into ~/.pgpass";

    private static final List<String> SSL_MODES =
            List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
    /** What a user may tell the driver; all else is ours to set. */
    private static final Set<String> OPTIONS = Set.of("sslmode", "sslrootcert", "sslcert", "sslkey", "connectTimeout");

    private final String text;

    PostgresUrlText(String text) {
        this.text = text;
    }

    Postgres parse() {
        String prefix = Postgres.SCHEME + "//";
        if (!text.startsWith(prefix)) {
            throw wrong();
        }
        String rest = text.substring(prefix.length());
        int query = rest.indexOf('?');
        String path = query < 0 ? rest : rest.substring(0, query);
        Map<String, String> options = query < 0 ? new TreeMap<>() : options(rest.substring(query + 1));
        int at = path.lastIndexOf('@');
        int slash = path.indexOf('/', at + 1);
        if (at >= 0 && path.substring(0, at).indexOf(':') >= 0) {
            throw new IllegalArgumentException(PASSWORD);
        }
        if (at <= 0 || slash < 0 || slash == path.length() - 1 || path.indexOf('/', slash + 1) >= 0) {
            throw wrong();
        }
        String schema = options.getOrDefault("schema", Postgres.DEFAULT_SCHEMA);
        options.remove("schema");
        return new Postgres(
                unescaped(path.substring(0, at)),
                hosts(path.substring(at + 1, slash)),
                unescaped(path.substring(slash + 1)),
                checkedSchema(schema),
                options,
                Optional.empty());
    }

    private List<Host> hosts(String list) {
        List<Host> hosts = new ArrayList<>();
        for (String one : list.split(",", -1)) {
            int colon = one.endsWith("]") ? -1 : one.lastIndexOf(':');
            String name = colon < 0 ? one : one.substring(0, colon);
            if (!name.matches("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]")) {
                throw wrong();
            }
            hosts.add(new Host(name, colon < 0 ? Postgres.DEFAULT_PORT : port(one.substring(colon + 1))));
        }
        return hosts;
    }

    private static int port(String digits) {
        int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("expected a port from 1 to 65535, found \"" + digits + "\"");
        }
        return port;
    }

    private Map<String, String> options(String query) {
        Map<String, String> options = new TreeMap<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            if (key.toLowerCase(Locale.ROOT).contains("password")) {
                throw new IllegalArgumentException(PASSWORD);
            }
            if (equals < 0 || !(key.equals("schema") || OPTIONS.contains(key))) {
                throw new IllegalArgumentException(
                        "has no option " + (key.isEmpty() ? "without a name" : key) + "; there are schema, "
                                + String.join(", ", OPTIONS.stream().sorted().toList()));
            }
            String value = unescaped(pair.substring(equals + 1));
            if (key.equals("sslmode") && !SSL_MODES.contains(value)) {
                throw new IllegalArgumentException(
                        "expected one of " + String.join(", ", SSL_MODES) + " as sslmode, found \"" + value + "\"");
            }
            if (options.putIfAbsent(key, value) != null) {
                throw new IllegalArgumentException("has the option " + key + " twice");
            }
        }
        return options;
    }

    /** It stands in statements, where only a plain name needs no quotes. */
    private static String checkedSchema(String schema) {
        if (!schema.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException(
                    "expected a schema of small letters, digits and _, not beginning with a digit, found \"" + schema
                            + "\"");
        }
        if (schema.startsWith("pg_") || schema.equals("information_schema")) {
            throw new IllegalArgumentException(
                    "expected a schema for workerd alone, found " + schema + ", which is PostgreSQL's own");
        }
        return schema;
    }

    private String unescaped(String part) {
        try {
            // A plus stays one: that rule is one of forms.
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException odd) {
            throw wrong();
        }
    }

    static String escaped(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Nothing of the text itself, which may hold a password. */
    private static IllegalArgumentException wrong() {
        return new IllegalArgumentException("expected " + FORM);
    }
}
