package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.PostgresCluster;

/** A queue behind a password, moved there and back: what is said of it, and what never is. */
class PostgresSecretIT {
    private static final String SECRET = "correct-horse-battery";

    @TempDir
    private Path temporary;

    private PostgresCluster cluster;
    private Installation at;
    private Path password;

    @BeforeEach
    void startTheServer() throws Exception {
        cluster = PostgresCluster.start(
                List.of(),
                data -> Files.writeString(
                        data.resolve("pg_hba.conf"),
                        """
                        host all ann all scram-sha-256
                        host all all all trust
                        """));
        cluster.run("create role ann login password '" + SECRET + "'");
        cluster.run("grant create on database postgres to ann");
        at = new Installation(Files.createDirectory(temporary.resolve("one")));
        at.handler("note", "echo \"$1\"");
        password = Files.createFile(
                temporary.resolve("password"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, SECRET + "\n");
    }

    @AfterEach
    void stopAll() throws IOException {
        if (Files.exists(at.pidfile)) {
            at.workerd("stop", "--now", "--timeout", "20s");
        }
        cluster.close();
    }

    private Shell.Done done(String... words) {
        Shell.Done done = at.workerd(words);
        assertThat(done.code()).as(done.toString()).isZero();
        assertThat(done.out() + done.err()).doesNotContain(SECRET);
        return done;
    }

    @Test
    void aQueueMovesToAServerAndBackAndThePasswordIsShownByNothing() throws IOException {
        String url = cluster.url("ann", PostgresCluster.USER, "workerd");
        at.start();
        done("enqueue", "note", "first", "--wait", "--wait-timeout", "30s");
        Shell.Done served = at.workerd("copy", "--to", url, "--to-password-file", password.toString());
        assertThat(served.code()).isEqualTo(1);
        assertThat(served.err()).contains("a daemon serves the queue", "Stop every daemon of the queue first");
        at.stop();

        Shell.Done refused = at.workerd("copy", "--to", url);
        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.err()).contains("the server wants a password, and none was found");
        done("copy", "--to", url, "--to-password-file", password.toString());

        at.set("queue.url", Installation.text(url))
                .set("queue.password_file", Installation.text(password.toString()))
                .set("daemon.dir", Installation.text("own"))
                .configure();
        at.start();
        assertThat(done("enqueue", "note", "second", "--wait", "--wait-timeout", "30s")
                        .out())
                .startsWith("2");
        assertThat(done("list").out()).contains("first", "second");
        Path file = temporary.resolve("backup.db");
        done("backup", file.toString());

        Path batch = Files.writeString(
                temporary.resolve("batch"), "{\"name\":\"note\"}\n{\"name\":\"note\",\"payload\":\"\\u0000\"}\n");
        Shell.Done nul = at.workerd("enqueue", "--batch", batch.toString());
        assertThat(nul.code()).isEqualTo(2);
        assertThat(nul.err()).contains(batch + ":2: the payload holds the character NUL", "Nothing was stored");

        String doctor = at.workerd("doctor").out();
        assertThat(doctor).contains("PostgreSQL 1").doesNotContain(SECRET);
        done("config");
        done("config", "--json");
        done("stats", "--json");
        done("status");
        long pid = at.pid();
        for (String file1 : List.of("cmdline", "environ")) {
            assertThat(Files.readString(Path.of("/proc/" + pid + "/" + file1), StandardCharsets.ISO_8859_1))
                    .doesNotContain(SECRET);
        }
        at.stop();
        assertThat(at.logText()).doesNotContain(SECRET);
        Path away = Files.move(password, temporary.resolve("away"));
        Shell.Done without = at.workerd("list");
        assertThat(without.code()).isEqualTo(4);
        assertThat(without.err())
                .contains("the file of the password " + password + " does not exist", "man workerd-postgres");
        Files.move(away, password);

        Installation restored = new Installation(Files.createDirectory(temporary.resolve("restored")));
        restored.set("queue.url", Installation.text("sqlite:" + file)).configure();
        assertThat(restored.workerd("list", "-q").out().lines()).contains("1", "2");
    }
}
