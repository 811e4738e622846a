package org.workerd.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.workerd.job.CronEntry;
import org.workerd.job.CronEntry.Missed;
import org.workerd.job.CronEntry.Overlap;
import org.workerd.job.NewJob;
import org.workerd.job.Schedule;

class CronSettingsTest extends SettingsFixture {
    @Test
    void everySettingArrivesAtItsPlaceInTheOrderOfTheIds() {
        assertThat(
                        load("""
                        [cron.nightly]
                        schedule = " 30  2 * * * "
                        timezone = "Europe/Berlin"
                        name = "report"
                        args = [
                          "-v",
                          'say "hi" \\ é', # with a comment
                        ]
                        payload = '{"a": 1}'
                        queue = "slow"
                        missed = "all"
                        overlap = "queue"
                        max_attempts = 2
                        timeout = "90s"
                        tags = ["daily", "größe"]
                        [cron."a.b"]
                        schedule = "@daily"
                        timezone = "UTC"
                        name = "tidy"
                        """)
                                .settings()
                                .cron())
                .containsExactly(
                        new CronEntry(
                                "a.b",
                                Schedule.parse("@daily"),
                                ZoneId.of("UTC"),
                                NewJob.of("tidy"),
                                Missed.ONCE,
                                Overlap.SKIP),
                        new CronEntry(
                                "nightly",
                                Schedule.parse("30 2 * * *"),
                                ZoneId.of("Europe/Berlin"),
                                NewJob.named("report")
                                        .args(List.of("-v", "say \"hi\" \\ é"))
                                        .payload("{\"a\": 1}")
                                        .queue("slow")
                                        .maxAttempts(2)
                                        .timeout(java.time.Duration.ofSeconds(90))
                                        .tags(List.of("daily", "größe"))
                                        .build(),
                                Missed.ALL,
                                Overlap.QUEUE));
    }

    @Test
    void withoutAZoneTheSystemsHolds() {
        assertThat(load("[cron.a]\nschedule = '@daily'\nname = 'a'").settings().cron())
                .extracting(CronEntry::zone)
                .containsExactly(ZoneId.systemDefault());
    }

    @Test
    void theParametersOfOneIdMayStandInSeveralFilesAndInTheEnvironment() {
        write("conf.d/1.toml", "[cron.a]\nname = 'a'\nargs = ['x']");
        variables.put("WORKERD_CRON__A__ARGS", "[\"y\", \"z\"]");
        SettingsFile.Loaded loaded = load("[cron.a]\nschedule = '@daily'");

        assertThat(loaded.settings().cron().get(0).job()).isEqualTo(NewJob.of("a", "y", "z"));
        assertThat(loaded.values()).containsEntry("cron.a.args", "[\"y\", \"z\"]");
        assertThat(loaded.origins()).containsEntry("cron.a.name", "conf.d/1.toml:2:1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            schedule = "61 * * * *"       | 4:12 cron.a.schedule: the minute must be 0 to 59, found "61"
            schedule = 5                  | 4:12 cron.a.schedule: expected a schedule like "30 2 * * *", found 5
            timezone = "Europe/Berln"     | 4:12 cron.a.timezone: expected a time zone like Europe/Berlin or UTC, found "Europe/Berln". Did you mean Europe/Berlin?
            timezone = "new york"         | 4:12 cron.a.timezone: expected a time zone like Europe/Berlin or UTC, found "new york". Did you mean America/New_York?
            timezone = "EST"              | 4:12 cron.a.timezone: expected a time zone like Europe/Berlin or UTC, found "EST", which several zones are called. Did you mean America/New_York?
            timezone = "xyzzy"            | 4:12 cron.a.timezone: expected a time zone like Europe/Berlin or UTC, found "xyzzy"
            name = "a b"                  | 4:8 cron.a.name: a job name must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit, was "a b"
            queue = ""                    | 4:9 cron.a.queue: a queue name must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit, was ""
            args = "x"                    | 4:8 cron.a.args: expected an array of texts in quotes, like ["-v", "all"], found "x"
            args = ["x", 1]               | 4:8 cron.a.args: expected an array of texts in quotes, like ["-v", "all"], found 1 in it
            args = [["x"]]                | 4:8 cron.a.args: expected an array of texts in quotes, like ["-v", "all"], found [x] in it
            args = ["\\u0000"]            | 4:8 cron.a.args: an argument must not contain a NUL character
            payload = { a = 1 }           | 4:11 cron.a.payload: expected text in quotes, found a table
            missed = "never"              | 4:10 cron.a.missed: expected once, skip or all, found "never"
            overlap = "all"               | 4:11 cron.a.overlap: expected skip or queue, found "all"
            max_attempts = 0              | 4:16 cron.a.max_attempts: expected a whole number 1 to 1000, found 0
            timeout = "0s"                | 4:11 cron.a.timeout: expected a duration 1ms to 36525d, found 0s
            tags = ["a", ""]              | 4:8 cron.a.tags: a tag must be 1 to 128 bytes
            scedule = "@daily"            | 4:1 cron.a.scedule is not a setting. Did you mean cron.a.schedule?
            [cron.b.c]                    | 4:1 cron.b.c is not a setting. A name with a dot is quoted: [cron."b.c"]
            [cron."a b"]                  | 4:1 cron."a b": a cron ID must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit, was "a b"
            """)
    void aProblemSaysWhereAndWhatWasExpected(String line, String said) {
        String key = line.replaceFirst(" =.*", "");
        String rest = "schedule = '@daily'\nname = 'a'\n"
                .replaceFirst("(?m)^" + java.util.regex.Pattern.quote(key) + " =.*", "#");

        assertThat(complaint("[cron.a]\n" + rest + line))
                .isEqualTo("1 problem in the configuration\n  workerd.toml:" + said.replaceFirst(" ", "  "));
    }

    @Test
    void whatIsMissingIsToldAtTheTableThatLacksIt() {
        write("conf.d/1.toml", "cron.c.schedule = '@daily'");
        variables.put("WORKERD_CRON__D__NAME", "d");

        assertThat(complaint("[cron.b]\n\n[cron.a]\nname = 'a'\nschedule = '* * *'\n"))
                .isEqualTo(
                        """
                        5 problems in the configuration
                          workerd.toml:5:12  cron.a.schedule: expected five fields (minute, hour, day of the month, month, day of the week) or a word like @daily, found "* * *"
                          workerd.toml:1:1  cron.b.schedule is missing: expected a schedule like "30 2 * * *"
                          workerd.toml:1:1  cron.b.name is missing: expected a job name
                          conf.d/1.toml:1:1  cron.c.name is missing: expected a job name
                          WORKERD_CRON__D__NAME  cron.d.schedule is missing: expected a schedule like "30 2 * * *\"""");
    }
}
