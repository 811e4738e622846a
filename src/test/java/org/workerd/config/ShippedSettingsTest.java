package org.workerd.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.workerd.job.Alarms;
import org.workerd.job.Backoff;
import org.workerd.job.CronEntry;
import org.workerd.job.JobPolicy;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Rate;
import org.workerd.job.Schedule;

/** The file that is installed says what the table of settings says. */
class ShippedSettingsTest extends SettingsFixture {
    private static final Path SHIPPED = Path.of("config/workerd.toml");
    private static final Pattern KEY = Pattern.compile("(?m)^#(?=[a-z_]+ = )");
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^#  (?=\\S)");

    @Test
    void asShippedItChangesNothing() throws IOException {
        Path file = write("workerd.toml", Files.readString(SHIPPED));

        assertThat(SettingsFile.load(file, root()).settings())
                .isEqualTo(SettingsFile.load(null, root()).settings());
    }

    @Test
    void everyDefaultInItIsTheDefault() throws IOException {
        Path file = write("workerd.toml", KEY.matcher(Files.readString(SHIPPED)).replaceAll(""));

        SettingsFile.Loaded shipped = SettingsFile.load(file, root());

        assertThat(shipped.settings()).isEqualTo(SettingsFile.load(null, root()).settings());
        assertThat(shipped.values()).isEqualTo(SettingsFile.load(null, root()).values());
        assertThat(shipped.origins().values()).noneMatch("default"::equals);
    }

    @Test
    void itHasEverySettingWithItsLineOfWhyInTheOrderOfTheTable() throws IOException {
        List<String> expected = SettingTable.rows().stream()
                .filter(row -> !isOfOneName(row))
                .map(row -> row.name().replace(".VARIABLE", "") + ": " + row.doc())
                .toList();

        assertThat(documented(Files.readAllLines(SHIPPED))).isEqualTo(expected);
    }

    @Test
    void itsExamplesSetAllThatOneJobOneQueueAndOneScheduleCanHave() throws IOException {
        Path file =
                write("workerd.toml", EXAMPLE.matcher(Files.readString(SHIPPED)).replaceAll(""));

        SettingsFile.Loaded loaded = SettingsFile.load(file, root());

        assertThat(loaded.settings().policies().byName())
                .isEqualTo(Map.of(
                        "resize",
                        new JobPolicy(
                                Duration.ofMinutes(5),
                                3,
                                new Backoff.Fixed(Duration.ofSeconds(30)),
                                Duration.ofSeconds(2),
                                64 << 10,
                                new Alarms("alarm-mail", null))));
        assertThat(loaded.settings().limits())
                .isEqualTo(new Limits(
                        new Limits.Bounds(Map.of("bulk", 2), Map.of("bulk", Rate.parse("100/1m"))),
                        new Limits.Bounds(Map.of("resize", 1), Map.of("resize", Rate.parse("10/1s"))),
                        Map.of("bulk", -10)));
        assertThat(loaded.settings().cron())
                .containsExactly(new CronEntry(
                        "nightly",
                        Schedule.parse("30 2 * * *"),
                        ZoneId.of("Europe/Berlin"),
                        NewJob.named("report")
                                .payload("")
                                .maxAttempts(10)
                                .timeout(Duration.ofHours(1))
                                .build(),
                        CronEntry.Missed.ONCE,
                        CronEntry.Overlap.SKIP));
        assertThat(loaded.origins())
                .containsKeys(SettingTable.rows().stream()
                        .filter(ShippedSettingsTest::isOfOneName)
                        .map(row -> row.name()
                                .replace("jobs.NAME", "jobs.resize")
                                .replace("queues.NAME", "queues.bulk")
                                .replace("cron.ID", "cron.nightly"))
                        .toArray(String[]::new));
    }

    @Test
    void theExampleInTheManualIsAConfiguration() throws IOException {
        String page = Files.readString(Path.of("src/main/man/workerd.toml.5"));
        String example = page.split("\n\\.EX\n", 2)[1].split("\n\\.EE\n", 2)[0].replace("\\-", "-");

        assertThat(load(example).settings().cron()).hasSize(1);
    }

    @Test
    void theManualTellsOfEveryRow() {
        assertThat(SettingDoc.all())
                .extracting(SettingDoc::name)
                .isEqualTo(SettingTable.rows().stream().map(SettingKey::name).toList());
    }

    private static boolean isOfOneName(SettingKey<?> row) {
        return row.name().contains(".NAME.") || row.name().contains(".ID.");
    }

    /** {@code key: the comment line above it}. */
    private static List<String> documented(List<String> lines) {
        List<String> found = new ArrayList<>();
        String table = "";
        for (int i = 1; i < lines.size(); i++) {
            Matcher key = Pattern.compile("#([a-z_]+) = .*").matcher(lines.get(i));
            if (lines.get(i).startsWith("[")) {
                table = lines.get(i).replaceAll("[\\[\\]]", "");
            } else if (key.matches()) {
                found.add(table + "." + key.group(1) + ": " + lines.get(i - 1).replaceFirst("^# ", ""));
            }
        }
        return found;
    }
}
