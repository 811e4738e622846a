package org.workerd.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workerd.store.QueueUrl;
import org.workerd.store.QueueUrl.Postgres.Host;

class QueueUrlSettingsTest extends SettingsFixture {
    private static final String URL =
            "postgresql://j%40b@[::1]:5433,standby.example/queue%2F1?schema=jobs&sslmode=verify-full";

    @Test
    void aUrlOfPostgresqlIsTakenApartAndPutTogetherAgain() {
        QueueUrl.Postgres url = (QueueUrl.Postgres) load("queue.url = '" + URL + "'\nqueue.password_file = 'word'")
                .settings()
                .queue();

        assertThat(url.user()).isEqualTo("j@b");
        assertThat(url.hosts()).isEqualTo(List.of(new Host("[::1]", 5433), new Host("standby.example", 5432)));
        assertThat(url.database()).isEqualTo("queue/1");
        assertThat(url.schema()).isEqualTo("jobs");
        assertThat(url.options()).isEqualTo(Map.of("sslmode", "verify-full"));
        assertThat(url.passwordFile()).contains(dir.resolve("word"));
        assertThat(url.text()).isEqualTo(URL);
    }

    @Test
    void withPostgresqlTheDaemonsDirectoryIsTheMachinesUnlessSaid() {
        String url = "queue.url = 'postgresql://jobs@db/jobs'";

        assertThat(load(url).settings().directory().path()).isEqualTo(Path.of("/home/ann/.local/state/workerd"));
        assertThat(load(url + "\ndaemon.dir = 'own'").settings().directory().path())
                .isEqualTo(dir.resolve("own"));
    }

    @Test
    void whatNoServerTakesIsAProblemOfTheConfigurationAndTheOnlyOne() {
        for (String options : List.of("sslmode=bogus", "schema=pg_catalog", "schema=a&schema=b", "password=p")) {
            assertThatThrownBy(() ->
                            load("queue.url = 'postgresql://jobs@db/jobs?" + options + "'\ndaemon.dir = '/elsewhere'"))
                    .as(options)
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining("workerd.toml:1:13  queue.url: ")
                    .hasMessageNotContaining("daemon.dir");
        }
    }

    /** A daemon that looked for the others' locks elsewhere would take them for dead. */
    @Test
    void withAFileItCannotBeAnotherThanTheFiles() {
        assertThatThrownBy(() -> load("queue.url = 'sqlite:/q/q.db'\ndaemon.dir = '/elsewhere'"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("workerd.toml:2:1  daemon.dir is the queue's directory, /q, with SQLite");
    }
}
