package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.store.JobView;

/** {@code cron} and {@code cron next}. */
final class CronTest {
    private static final String SCHEDULES =
            """
            [cron.nightly]
            schedule = "30 2 * * *"
            timezone = "Europe/Berlin"
            name = "mail"
            args = ["-v"]
            payload = '{"to":"ann"}'
            [cron.often]
            schedule = "*/30 * * * *"
            timezone = "UTC"
            name = "resize"
            queue = "bulk"
            missed = "all"
            overlap = "queue"
            """;

    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
        cli.settings(SCHEDULES);
    }

    private static Cli.Said said(int status, String out, String err) {
        return new Cli.Said(status, out, err);
    }

    /** As a daemon would, but for the time. */
    private void ran(String id, String timing) {
        cli.transaction(moves -> {
            moves.beginCron(id, timing, Cli.NOW);
            moves.linkCron(id, moves.enqueue(org.workerd.job.NewJob.of("mail")).id(), slot());
            return null;
        });
    }

    private static Instant slot() {
        return Instant.parse("2026-11-23T01:30:00Z");
    }

    @Test
    void withoutAQueueTheNextTimesAreKnown() {
        assertThat(cli.run("cron"))
                .isEqualTo(said(
                        0,
                        """
                        ID       SCHEDULE      TIMEZONE       HANDLER  LAST RUN  LAST JOB  OUTCOME  NEXT RUN                   NOTE
                        nightly  30 2 * * *    Europe/Berlin  mail     -         -         -        2026-11-24T02:30:00+01:00
                        often    */30 * * * *  UTC            resize   -         -         -        2026-11-23T12:30:00+00:00
                        """,
                        ""));
        assertThat(cli.queueFile()).doesNotExist();
    }

    @Test
    void theLastJobIsShownAndWhatBecameOfIt() {
        ran("nightly", "30 2 * * * Europe/Berlin");
        assertThat(line("nightly"))
                .isEqualTo("nightly 30 2 * * * Europe/Berlin mail 2026-11-23T02:30:00+01:00 1 ready"
                        + " 2026-11-24T02:30:00+01:00");
        Claim claim = cli.claim();
        cli.finish(claim, Cli.dead("failed", 3, null, "exit code 3"));
        assertThat(line("nightly")).contains(" 1 dead ");
        assertThat(cli.run("cron", "--json").out())
                .contains("\"last_job\":1,\"last_state\":\"dead\",\"last_outcome\":\"dead\",");
        cli.transaction(moves -> moves.delete(claim.jobId()));
        assertThat(line("nightly")).contains(" 1 - ");
    }

    /** With one space between its cells. */
    private String line(String id) {
        return cli.run("cron")
                .out()
                .lines()
                .filter(line -> line.startsWith(id + " "))
                .findFirst()
                .orElseThrow()
                .replaceAll(" +", " ");
    }

    @Test
    void aScheduleWhoseHandlerIsMissingOrRefusedIsTold() throws IOException {
        Files.delete(cli.directory().resolve("handlers/mail"));
        Files.setPosixFilePermissions(
                cli.directory().resolve("handlers/resize"), PosixFilePermissions.fromString("rw-r--r--"));
        String missing =
                "there is no handler of this name in " + cli.directory().resolve("handlers");
        Cli.Said said = cli.run("cron");
        assertThat(said.status()).isZero();
        assertThat(line("nightly")).endsWith(missing);
        assertThat(said.err().lines().toList())
                .satisfiesExactly(
                        nightly -> assertThat(nightly)
                                .isEqualTo("workerd: jobs of the schedule nightly, named mail, will wait: " + missing),
                        often -> assertThat(often)
                                .startsWith("workerd: jobs of the schedule often, named resize, will wait:"
                                        + " their handler is refused: it is not executable"));
        assertThat(cli.run("config", "--check")).isEqualTo(said(0, "", said.err()));
        assertThat(cli.run("cron", "--json").out()).contains("\"handler_objection\":\"" + missing + "\"");
        Cli.Said doctor = cli.run("doctor");
        assertThat(doctor.status()).isEqualTo(1);
        assertThat(doctor.out())
                .contains("jobs of nightly, named mail, will wait: " + missing)
                .contains("remove [cron.nightly] from the configuration");
    }

    @Test
    void aConfigurationThatCanBeTakenIsCheckedInSilence() throws IOException {
        assertThat(cli.run("config", "--check")).isEqualTo(said(0, "", ""));
        cli.settings("[cron.nightly]\nschedule = \"30 2\"\n");
        assertThat(cli.run("config", "--check").status()).isEqualTo(6);
    }

    @Test
    void onATerminalItFits() {
        ran("nightly", "30 2 * * * Europe/Berlin");
        assertThat(cli.onTerminal(80).run("cron").out().lines())
                .allMatch(line -> line.length() <= 80, "fits")
                .anyMatch(line -> line.contains(" 10h ago ") && line.contains(" in 13h"));
    }

    @Test
    void runEnqueuesItsJobNowWithoutATimeToRun() {
        assertThat(cli.run("cron", "run", "nightly")).isEqualTo(said(0, "1\n", ""));
        JobView job = cli.job(1);
        assertThat(job.name()).isEqualTo("mail");
        assertThat(job.args()).containsExactly("-v");
        assertThat(job.cron()).isEqualTo("nightly");
        assertThat(job.state()).isEqualTo(JobState.READY);
        assertThat(job.runAt()).isNull();
        assertThat(line("nightly"))
                .isEqualTo("nightly 30 2 * * * Europe/Berlin mail 2026-11-23T13:00:00+01:00 1 ready"
                        + " 2026-11-24T02:30:00+01:00");
        assertThat(cli.run("cron", "run", "nightly", "--json"))
                .isEqualTo(said(
                        0,
                        "{\"id\":2}\n",
                        "workerd: job 1 of the schedule nightly has not ended; both may run at once\n"));
    }

    @Test
    void runOfAScheduleWithoutAHandlerStoresItAndSaysSo() throws IOException {
        Files.delete(cli.directory().resolve("handlers/mail"));
        Cli.Said said = cli.run("cron", "run", "nightly");
        assertThat(said.out()).isEqualTo("1\n");
        assertThat(said.err()).startsWith("workerd: jobs of the schedule nightly, named mail, will wait: there is no");
    }

    @Test
    void aDisabledScheduleIsShownAsSuch() {
        assertThat(cli.run("cron", "disable", "nightly")).isEqualTo(said(0, "", "The schedule nightly is disabled.\n"));
        assertThat(cli.run("cron", "disable", "nightly"))
                .isEqualTo(said(0, "", "The schedule nightly is already disabled.\n"));
        assertThat(line("nightly")).isEqualTo("nightly 30 2 * * * Europe/Berlin mail - - - - disabled");
        assertThat(cli.run("cron", "--json").out())
                .contains("\"enabled\":false,")
                .contains("\"next_run\":null}");
        assertThat(cli.run("doctor").out().replaceAll(" +", " "))
                .contains("warning schedules nightly is disabled\n -> workerd cron enable nightly\n");
        assertThat(cli.run("cron", "run", "nightly").out()).isEqualTo("1\n");
        assertThat(cli.run("cron", "enable", "nightly"))
                .isEqualTo(said(0, "", "The schedule nightly is enabled, next at 2026-11-24T02:30:00+01:00.\n"));
        assertThat(cli.run("cron", "enable", "nightly"))
                .isEqualTo(said(0, "", "The schedule nightly is not disabled.\n"));
        assertThat(line("nightly")).endsWith("2026-11-24T02:30:00+01:00");
    }

    @Test
    void asJsonEverythingIsThere() {
        assertThat(cli.run("cron", "--json"))
                .isEqualTo(said(
                        0,
                        "{\"cron\":[{\"id\":\"nightly\",\"schedule\":\"30 2 * * *\","
                                + "\"timezone\":\"Europe/Berlin\",\"handler\":\"mail\",\"handler_objection\":null,"
                                + "\"enabled\":true,\"name\":\"mail\",\"queue\":\"default\","
                                + "\"args\":[\"-v\"],\"payload\":{\"to\":\"ann\"},"
                                + "\"max_attempts\":null,\"timeout_ms\":null,\"tags\":[],\"missed\":\"once\","
                                + "\"overlap\":\"skip\",\"last_run\":null,\"last_job\":null,\"last_state\":null,"
                                + "\"last_outcome\":null,\"next_run\":\"2026-11-24T01:30:00.000Z\"},{\"id\":\"often\","
                                + "\"schedule\":\"*/30 * * * *\",\"timezone\":\"UTC\",\"handler\":\"resize\",\"handler_objection\":null,"
                                + "\"enabled\":true,\"name\":\"resize\","
                                + "\"queue\":\"bulk\",\"args\":[],\"payload\":null,"
                                + "\"max_attempts\":null,\"timeout_ms\":null,\"tags\":[],\"missed\":\"all\","
                                + "\"overlap\":\"queue\",\"last_run\":null,\"last_job\":null,"
                                + "\"last_state\":null,\"last_outcome\":null,\"next_run\":\"2026-11-23T12:30:00.000Z\"}]}\n",
                        ""));
        ran("nightly", "30 2 * * * Europe/Berlin");
        assertThat(cli.run("cron", "--json").out())
                .contains("\"last_run\":\"2026-11-23T01:30:00.000Z\",\"last_job\":1,\"last_state\":\"ready\",");
    }

    @Test
    void theJobsOfAScheduleAreFoundByIt() {
        ran("nightly", "30 2 * * * Europe/Berlin");
        cli.enqueue("mail");
        assertThat(cli.run("list", "--cron", "nightly", "-q")).isEqualTo(said(0, "1\n", ""));
        assertThat(cli.run("show", "1").out().lines()).contains("schedule     nightly");
        assertThat(cli.run("show", "2").out()).doesNotContain("schedule");
        assertThat(cli.run("show", "1", "--json").out()).contains("\"cron\":\"nightly\"");
        assertThat(cli.run("show", "2", "--json").out()).contains("\"cron\":null");
        assertThat(cli.run("cancel", "--cron", "nightly", "--yes").err()).isEqualTo("1 job cancelled.\n");
        assertThat(cli.job(2).state()).isEqualTo(JobState.READY);
        assertThat(cli.run("retry", "--cron", "nightly", "--yes", "-q").out()).isEqualTo("1\n");
        assertThat(cli.run("delete", "--cron", "often", "--yes"))
                .isEqualTo(said(1, "", "workerd: no matching job can be deleted\n  To see all jobs: workerd list\n"));
    }

    @Test
    void ofAScheduleThatNobodyKnowsNothingIsFoundAndThatIsSaid() {
        ran("nightly", "30 2 * * * Europe/Berlin");
        ran("removed", "30 2 * * * Europe/Berlin");
        String hint = "The configuration has no schedule nigthly. Did you mean nightly? workerd cron lists them.\n";
        assertThat(cli.run("list", "--cron", "nigthly", "-q")).isEqualTo(said(0, "", hint));
        assertThat(cli.run("cancel", "--cron", "nigthly", "--yes"))
                .isEqualTo(said(1, "", "workerd: no matching job can be cancelled\n  " + hint));
        assertThat(cli.run("list", "--cron", "often", "-q")).isEqualTo(said(0, "", ""));
        assertThat(cli.run("list", "--cron", "removed", "-q")).isEqualTo(said(0, "2\n", ""));
    }

    @Test
    void quietItPrintsTheIds() {
        assertThat(cli.run("cron", "-q")).isEqualTo(said(0, "nightly\noften\n", ""));
    }

    @Test
    void withoutSchedulesItSaysHowToMakeOne() throws IOException {
        cli.settings("");
        assertThat(cli.run("cron"))
                .isEqualTo(said(0, "", "There are no schedules. Add one to the configuration: a table [cron.ID]\n"));
        assertThat(cli.run("cron", "--json")).isEqualTo(said(0, "{\"cron\":[]}\n", ""));
    }

    @Test
    void nextShowsLocalTimesAndUtc() {
        assertThat(cli.run("cron", "next", "nightly"))
                .isEqualTo(said(
                        0,
                        """
                        LOCAL                      UTC                   CLOCK
                        2026-11-24T02:30:00+01:00  2026-11-24T01:30:00Z
                        2026-11-25T02:30:00+01:00  2026-11-25T01:30:00Z
                        2026-11-26T02:30:00+01:00  2026-11-26T01:30:00Z
                        2026-11-27T02:30:00+01:00  2026-11-27T01:30:00Z
                        2026-11-28T02:30:00+01:00  2026-11-28T01:30:00Z
                        """,
                        ""));
    }

    @Test
    void nextMarksTheDaysOnWhichTheClocksAreSet() {
        assertThat(cli.run("cron", "next", "nightly", "-n", "350").out().lines().filter(line -> line.contains("set")))
                .containsExactly(
                        "2027-03-28T03:00:00+02:00  2027-03-28T01:00:00Z  set forward by 1h, from 02:00 to 03:00",
                        "2027-10-31T02:30:00+02:00  2027-10-31T00:30:00Z  set back by 1h, from 03:00 to 02:00");
        assertThat(cli.run("cron", "next", "nightly", "-n", "125", "--json").out())
                .startsWith("{\"id\":\"nightly\",\"schedule\":\"30 2 * * *\",\"timezone\":\"Europe/Berlin\",\"next\":["
                        + "{\"local\":\"2026-11-24T02:30:00+01:00\",\"utc\":\"2026-11-24T01:30:00.000Z\","
                        + "\"clock\":null},")
                .endsWith("{\"local\":\"2027-03-28T03:00:00+02:00\",\"utc\":\"2027-03-28T01:00:00.000Z\","
                        + "\"clock\":\"forward\"}]}\n");
    }

    @Test
    void anUnknownScheduleMatchesNothing() {
        for (String command : List.of("next", "run", "disable", "enable")) {
            assertThat(cli.run("cron", command, "nigthly"))
                    .as(command)
                    .isEqualTo(said(
                            1,
                            "",
                            "workerd: there is no schedule nigthly\n"
                                    + "  Did you mean nightly? workerd cron lists them.\n"));
        }
        assertThat(cli.queueFile()).doesNotExist();
    }

    @Test
    void wrongUsageIsTold() {
        assertThat(cli.run("cron", "nxt"))
                .isEqualTo(said(2, "", "workerd: unexpected argument: nxt\n  Try: workerd cron --help\n"));
        assertThat(cli.run("cron", "next"))
                .isEqualTo(said(2, "", "workerd: missing required parameter: 'ID'\n  Try: workerd cron next --help\n"));
        assertThat(cli.run("cron", "next", "often", "-n", "0"))
                .isEqualTo(said(
                        2,
                        "",
                        "workerd: -n: expected a whole number 1 to 10000, found 0\n"
                                + "  Try: workerd cron next --help\n"));
        assertThat(cli.run("cron", "next", "often", "-n", "x").status()).isEqualTo(2);
    }

    @Test
    void nextHasHelpWithExamples() {
        Cli.Said help = cli.run("cron", "next", "--help");
        assertThat(help.status()).isZero();
        assertThat(help.out()).startsWith("Usage: workerd cron next").contains("\nExamples:\n");
    }
}
