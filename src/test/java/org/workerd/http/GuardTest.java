package org.workerd.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.config.HttpSettings;
import org.workerd.config.Listen;

/** Who gets in: host, authorization, method and origin, one against the other. */
class GuardTest {
    private static final String TOKEN = "0123456789abcdef-all";
    private static final String READ = "0123456789abcdef-read";

    @TempDir
    private Path directory;

    @BeforeEach
    void writeTokens() throws IOException {
        write("token", TOKEN, "rw-------");
        write("read", READ, "rw-------");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            # proxy | host               | authorization | method | origin                  | fetch site  | answer
            no      | 127.0.0.1:8888     | bearer        | GET    |                         |             | 200
            no      | [::1]:8888         | bearer        | HEAD   |                         |             | 200
            no      | localhost          | bearer        | GET    |                         |             | 200
            no      | jobs.example.org   | bearer        | GET    |                         |             | 200
            no      | JOBS.example.org:1 | bearer        | GET    |                         |             | 200
            no      | evil.test          | bearer        | GET    |                         |             | 421
            no      | localhost.evil     | bearer        | GET    |                         |             | 421
            no      | 127.0.0.1.evil     | bearer        | GET    |                         |             | 421
            no      |                    | bearer        | GET    |                         |             | 421
            no      | evil.test          |               | GET    |                         |             | 421
            yes     | jobs.example.org   | bearer        | GET    |                         |             | 200
            yes     | 127.0.0.1:8888     | bearer        | GET    |                         |             | 421
            yes     | localhost          | socket        | GET    |                         |             | 200
            no      | localhost          |               | GET    |                         |             | 401
            no      | localhost          | wrong         | GET    |                         |             | 401
            no      | localhost          | empty         | GET    |                         |             | 401
            no      | localhost          | digest        | GET    |                         |             | 401
            no      | localhost          | basic         | GET    |                         |             | 200
            no      | localhost          | read          | GET    |                         |             | 200
            no      | localhost          | read          | POST   |                         |             | 403
            no      | localhost          | bearer        | POST   |                         |             | 200
            no      | localhost          | bearer        | DELETE |                         |             | 200
            no      | localhost          | basic         | POST   |                         |             | 403
            no      | localhost          | socket        | POST   |                         |             | 200
            no      | localhost:8888     | basic         | POST   | http://localhost:8888   |             | 200
            no      | localhost:8888     | basic         | POST   | http://localhost:9999   |             | 403
            no      | localhost:8888     | basic         | POST   | http://evil.test        |             | 403
            no      | localhost:8888     | basic         | POST   | null                    |             | 403
            no      | localhost:8888     | bearer        | POST   | http://evil.test        |             | 403
            no      | localhost:8888     | socket        | POST   | http://evil.test        |             | 403
            no      | localhost:8888     | basic         | POST   | http://evil.test        | same-origin | 200
            no      | localhost:8888     | basic         | POST   | http://localhost:8888   | cross-site  | 403
            no      | localhost:8888     | basic         | POST   |                         | same-site   | 403
            no      | localhost:8888     | basic         | POST   |                         | none        | 403
            no      | localhost:8888     | basic         | POST   |                         | same-origin | 200
            no      | localhost:8888     | bearer        | POST   |                         | cross-site  | 403
            yes     | jobs.example.org   | basic         | POST   | https://jobs.example.org |            | 200
            yes     | jobs.example.org   | basic         | POST   | https://evil.test       |             | 403
            yes     | jobs.example.org   | basic         | POST   | https://jobs.example.org:8443 |       | 200
            yes     | jobs.example.org   | basic         | POST   |                         | cross-site  | 403
            yes     | jobs.example.org   | bearer        | DELETE |                         |             | 200
            yes     | jobs.example.org   | read          | GET    |                         |             | 200
            yes     | jobs.example.org   | read          | POST   |                         |             | 403
            yes     | jobs.example.org   |               | GET    |                         |             | 401
            yes     | jobs.example.org   | wrong         | POST   |                         |             | 401
            yes     | localhost          | socket        | POST   |                         | cross-site  | 403
            yes     | evil.test          | socket        | GET    |                         |             | 421
            no      | evil.test          | socket        | POST   |                         |             | 421
            no      | evil.test          | basic         | POST   | http://evil.test        | same-origin | 421
            no      | localhost          |               | HEAD   |                         |             | 401
            no      | localhost          | wrong         | HEAD   |                         |             | 401
            no      | localhost          | read          | HEAD   |                         |             | 200
            no      | localhost          | basic         | GET    | http://evil.test        | cross-site  | 200
            no      | localhost          | basic         | HEAD   | http://evil.test        | cross-site  | 200
            no      | localhost          | socket        | GET    |                         | cross-site  | 200
            no      | localhost          |               | POST   |                         |             | 401
            no      | localhost          | wrong         | DELETE |                         | same-origin | 401
            no      | localhost          | read          | DELETE |                         | same-origin | 403
            no      | localhost:8888     | readbasic     | GET    |                         |             | 200
            no      | localhost:8888     | readbasic     | POST   | http://localhost:8888   | same-origin | 403
            no      | localhost          | basic         | DELETE |                         |             | 403
            no      | localhost          | basic         | PUT    |                         |             | 403
            no      | localhost          | bearer        | PATCH  |                         | cross-site  | 403
            no      | localhost          | bearer        | OPTIONS | http://evil.test       |             | 403
            no      | localhost          | socket        | DELETE |                         | same-site   | 403
            no      | [::1]:8888         | basic         | POST   | http://[::1]:8888       |             | 200
            no      | [::1]:8888         | basic         | POST   | http://[::1]:8889       |             | 403
            no      | localhost:8888     | basic         | POST   | localhost:8888          |             | 403
            no      | localhost          | member        | POST   |                         |             | 200
            no      | localhost          | stranger      | GET    |                         |             | 403
            no      | localhost          | stranger      | POST   |                         | same-origin | 403
            no      | evil.test          | stranger      | GET    |                         |             | 421
            """)
    void lastColumnIsTheAnswer(
            String proxy, String host, String authorization, String method, String origin, String site, int answer)
            throws IOException {
        Guard guard = guard(settings(false, proxy.equals("yes"), directory.resolve("token")));

        assertThat(status(guard, asked(host, authorization, method, origin, site)))
                .isEqualTo(answer);
    }

    /** What needs no token needs the right Host all the same, wherever it is asked. */
    @ParameterizedTest
    @CsvSource({
        "no, localhost, , 200",
        "no, evil.test, , 421",
        "no, localhost, wrong, 200",
        "no, localhost, stranger, 200",
        "no, evil.test, socket, 421",
        "yes, jobs.example.org, , 200",
        "yes, 127.0.0.1, , 421",
        "yes, localhost, socket, 200"
    })
    void anOpenRouteLooksAtTheHostAlone(String proxy, String host, String authorization, int answer)
            throws IOException {
        Guard guard = guard(settings(true, proxy.equals("yes"), directory.resolve("token")));

        assertThat(status(guard, asked(host, authorization, "GET", null, null), true))
                .isEqualTo(answer);
    }

    @Test
    void readOnlyKeepsEverybodyFromChanging() throws IOException {
        Guard guard = guard(settings(true, false, directory.resolve("token")));

        assertThat(status(guard, asked("localhost", "bearer", "GET", null, null)))
                .isEqualTo(200);
        assertThat(status(guard, asked("localhost", "bearer", "POST", null, null)))
                .isEqualTo(403);
        assertThat(status(guard, asked("localhost", "socket", "POST", null, null)))
                .isEqualTo(403);
    }

    @Test
    void aRefusalNamesTheSettingOrTheCheck() throws IOException {
        Guard guard = guard(settings(false, false, directory.resolve("token")));

        assertThatThrownBy(() -> guard.admit(asked("evil.test", "bearer", "GET", null, null), false))
                .hasMessageContaining("http.hosts");
        assertThatThrownBy(() -> guard.admit(asked("localhost", "bearer", "POST", null, "cross-site"), false))
                .hasMessageContaining("Sec-Fetch-Site");
        assertThatThrownBy(() -> guard.admit(asked("localhost", "bearer", "POST", "http://a.test", null), false))
                .hasMessageContaining("Origin");
    }

    @Test
    void manyWrongTokensAreToldToWaitAndTheRightOneStillGetsIn() throws IOException {
        Guard guard = guard(settings(false, false, directory.resolve("token")));
        for (int wrong = 0; wrong < 10; wrong++) {
            assertThat(status(guard, asked("localhost", "wrong", "GET", null, null)))
                    .isEqualTo(401);
        }

        assertThat(status(guard, asked("localhost", "wrong", "GET", null, null)))
                .isEqualTo(429);
        assertThat(status(guard, asked("localhost", "bearer", "GET", null, null)))
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw-rw----"})
    void aTokenThatOthersMayReadIsRefused(String permissions) throws IOException {
        write("token", TOKEN, permissions);

        assertThatThrownBy(() -> guard(settings(false, false, directory.resolve("token"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("others may read");
    }

    @Test
    void whatIsNoTokenIsRefusedInWords() throws IOException {
        write("token", "short", "rw-------");
        assertThatThrownBy(() -> guard(settings(false, false, directory.resolve("token"))))
                .hasMessageContaining("is no token")
                .hasMessageNotContaining("short");
        assertThatThrownBy(() -> guard(settings(false, false, directory.resolve("none"))))
                .hasMessageContaining("there is no " + directory.resolve("none"));
        assertThatThrownBy(() -> guard(settings(false, false, directory))).hasMessageContaining("is no file of");
    }

    private static int status(Guard guard, Asked asked) {
        return status(guard, asked, false);
    }

    private static int status(Guard guard, Asked asked, boolean isOpen) {
        try {
            guard.admit(asked, isOpen);
            return 200;
        } catch (Problem problem) {
            assertThat(problem.getMessage()).doesNotContain(TOKEN, READ);
            return problem.status();
        }
    }

    private static Guard guard(HttpSettings settings) throws IOException {
        return new Guard(settings, Tokens.read(settings), new Failures());
    }

    private HttpSettings settings(boolean readOnly, boolean proxy, Path token) {
        return new HttpSettings(
                List.of(new Listen.Tcp("127.0.0.1", 8888)),
                Optional.of(token),
                Optional.of(directory.resolve("read")),
                List.of("jobs.example.org"),
                "",
                readOnly,
                proxy,
                false);
    }

    private static Asked asked(String host, String authorization, String method, String origin, String site) {
        boolean socket = List.of("socket", "member", "stranger").contains(String.valueOf(authorization));
        return new Asked(
                method,
                !socket ? "127.0.0.1" : authorization.equals("socket") ? System.getProperty("user.name") : "ann-b-c",
                !socket ? null : authorization.equals("member") ? ownGroup() : "strangers-of-ours",
                host == null ? "" : host,
                socket ? null : header(authorization),
                origin,
                site);
    }

    private static String ownGroup() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "posix:group").toString();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static String header(String authorization) {
        if (authorization == null) {
            return null;
        }
        return switch (authorization) {
            case "bearer" -> "Bearer " + TOKEN;
            case "read" -> "bearer " + READ;
            case "basic" -> "Basic " + base64("ann:" + TOKEN);
            case "readbasic" -> "Basic " + base64("ann:" + READ);
            case "digest" -> "Digest username=ann";
            case "empty" -> "Bearer ";
            default -> "Bearer " + TOKEN + "x";
        };
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(String name, String text, String permissions) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
