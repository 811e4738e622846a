package org.workerd.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSettingsTest extends SettingsFixture {
    private static final String TOKEN = "token_file = '/t'\n";

    @Test
    void unlessItListensItIsOff() {
        assertThat(load("[http]\nopen_metrics = true").settings().http()).isEmpty();
        assertThat(load("[http]\nlisten = 'none'").settings().http()).isEmpty();
        assertThat(load("[http]\nlisten = []").settings().http()).isEmpty();
    }

    @Test
    void everySettingArrivesAtItsPlace() {
        assertThat(
                        load("""
                        [http]
                        listen = ["127.0.0.1:8888", "[::1]:80", "unix:run/http.sock", "0.0.0.0:1"]
                        token_file = "token"
                        read_token_file = "/r"
                        hosts = ["jobs.example.org", "x:8443"]
                        base_path = "/jobs/"
                        read_only = true
                        behind_proxy = true
                        open_metrics = true
                        """)
                                .settings()
                                .http())
                .contains(new HttpSettings(
                        List.of(
                                new Listen.Tcp("127.0.0.1", 8888),
                                new Listen.Tcp("::1", 80),
                                new Listen.Unix(dir.resolve("run/http.sock")),
                                new Listen.Tcp("0.0.0.0", 1)),
                        Optional.of(dir.resolve("token")),
                        Optional.of(Path.of("/r")),
                        List.of("jobs.example.org", "x:8443"),
                        "/jobs",
                        true,
                        true,
                        true));
    }

    @Test
    void theEnvironmentSetsItToo() {
        variables.put("WORKERD_HTTP__LISTEN", "[\"[::1]:80\", \"unix:/x\"]");
        variables.put("WORKERD_HTTP__READ_ONLY", "true");

        HttpSettings http = load("[http]\n" + TOKEN).settings().http().orElseThrow();

        assertThat(http.listen()).containsExactly(new Listen.Tcp("::1", 80), new Listen.Unix(Path.of("/x")));
        assertThat(http.readOnly()).isTrue();
    }

    @Test
    void whatIsShownIsReadAsTheSame() {
        for (String listen : List.of("none", "[::1]:80", "[\"localhost:1\", \"unix:/a\"]")) {
            assertThat(HttpTypes.LISTEN.show(HttpTypes.LISTEN.read(listen, null)))
                    .isEqualTo(listen);
        }
    }

    @Test
    void aSocketNeedsNoToken() {
        variables.put("WORKERD_HTTP__TOKEN_FILE", "none");

        assertThat(load("http.listen = 'unix:s'").settings().http()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8888",
                ":8888",
                "example.org:80",
                "127.0.0.1",
                "127.0.0.1:0",
                "127.0.0.1:65536",
                "127.0.0.256:1",
                "1.2.3:1",
                "unix:",
                "http://127.0.0.1:1",
                "0x7f.1:1"
            })
    void whatIsNoAddressIsRefused(String listen) {
        assertThatThrownBy(() -> load("[http]\n" + TOKEN + "listen = '" + listen + "'"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("workerd.toml:3:10  http.listen: expected a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            listen = "0.0.0.0:80"                     | 2:10  http.listen: 0.0.0.0:80 is not a loopback address
            listen = ["unix:/x", "192.0.2.1:80"]      | 2:10  http.listen: 192.0.2.1:80 is not a loopback address
            listen = "[fe80::1]:80"                   | 2:10  http.listen: [fe80::1]:80 is not a loopback address
            behind_proxy = true                       | 2:16  http.behind_proxy: set the host names
            behind_proxy = "yes"                      | 2:16  http.behind_proxy: expected true or false, found "yes"
            read_only = 1                             | 2:13  http.read_only: expected true or false, found 1
            base_path = "jobs"                        | 2:13  http.base_path: expected a path like
            base_path = "/a/../b"                     | 2:13  http.base_path: expected a path like
            hosts = ["a b"]                           | 2:9  http.hosts: expected a name like
            listen = ["unix:/x", "unix:/x"]           | 2:10  http.listen: the same address is there twice
            listn = "unix:/x"                         | 2:1  http.listn is not a setting. Did you mean http.listen?
            """)
    void whatCannotBeIsAnErrorAtItsPlace(String line, String problem) {
        assertThatThrownBy(() -> load("[http]\n" + line + "\n" + TOKEN))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("workerd.toml:" + problem);
    }

    @Test
    void overTcpThereMustBeAToken() {
        assertThatThrownBy(() -> load("[http]\nlisten = '127.0.0.1:1'\ntoken_file = 'none'"))
                .hasMessageContaining("workerd.toml:2:10  http.listen: over TCP nobody gets in without a token");
    }
}
