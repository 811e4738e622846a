package org.workerd.store.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.workerd.store.QueueUrl;
import org.workerd.store.StoreException;

/**
 * Where the password is: a file that the configuration names, else PGPASSWORD, else the file that PGPASSFILE names, else
 * ~/.pgpass, in this order as psql has it. Read anew for each connection, for somebody may change it; shown by nothing.
 */
final class PostgresPassword {
    /** As in psql: nobody but the owner may do anything with a file of passwords. */
    private static final Set<PosixFilePermission> OF_OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private final QueueUrl.Postgres url;
    private final Map<String, String> environment;

    /** Nothing is read yet. */
    PostgresPassword(QueueUrl.Postgres url, Map<String, String> environment) {
        this.url = url;
        this.environment = environment;
    }

    /**
     * Empty: the server may let us in without one.
     *
     * @throws StoreException NOT_PERMITTED, when a file that is named cannot be used
     */
    Optional<String> find() {
        if (url.passwordFile().isPresent()) {
            Path file = url.passwordFile().get();
            List<String> lines = lines(file, "the file of the password");
            if (lines.isEmpty() || lines.get(0).isEmpty()) {
                throw unusable("the file of the password " + file + " is empty");
            }
            return Optional.of(lines.get(0));
        }
        String given = environment.get("PGPASSWORD");
        return given != null && !given.isEmpty() ? Optional.of(given) : inList();
    }

    private Optional<String> inList() {
        String named = environment.get("PGPASSFILE");
        String home = environment.get("HOME");
        if (named == null && home == null) {
            return Optional.empty();
        }
        Path list = named != null ? Path.of(named) : Path.of(String.valueOf(home), ".pgpass");
        if (named == null && !Files.exists(list)) {
            return Optional.empty();
        }
        return lines(list, "the list of passwords").stream()
                .map(PostgresPassword::fields)
                .filter(this::matches)
                .map(fields -> fields.get(4))
                .findFirst();
    }

    private List<String> lines(Path file, String what) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.stream().anyMatch(OF_OTHERS::contains)) {
                throw unusable(what + " " + file + " may be read or changed by others: chmod 0600 " + file);
            }
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (java.nio.file.NoSuchFileException missing) {
            throw unusable(what + " " + file + " does not exist", missing);
        } catch (IOException failure) {
            throw unusable("cannot read " + what + " " + file, failure);
        }
    }

    private StoreException unusable(String why, IOException cause) {
        return new StoreException(StoreException.Kind.NOT_PERMITTED, told(why), cause);
    }

    private StoreException unusable(String why) {
        return new StoreException(StoreException.Kind.NOT_PERMITTED, told(why));
    }

    private String told(String why) {
        return "cannot open the queue " + url.text() + ": " + why;
    }

    /** host:port:database:user:password, where a backslash takes the meaning from a colon or a backslash. */
    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        for (int i = 0; i < line.length() && !line.startsWith("#"); i++) {
            char character = line.charAt(i);
            if (character == '\\' && i + 1 < line.length()) {
                i++;
                field.append(line.charAt(i));
            } else if (character == ':' && fields.size() < 4) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(character);
            }
        }
        fields.add(field.toString());
        return fields;
    }

    private boolean matches(List<String> fields) {
        return fields.size() == 5
                && url.hosts().stream()
                        .anyMatch(host -> matches(fields.get(0), host.name())
                                && matches(fields.get(1), Integer.toString(host.port())))
                && matches(fields.get(2), url.database())
                && matches(fields.get(3), url.user());
    }

    private static boolean matches(String field, String value) {
        return field.equals("*") || field.equals(value);
    }
}
