package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.Claim;
import org.workerd.job.JobState;

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
            return moves.linkCron(
                    id, moves.enqueue(org.workerd.job.NewJob.of("mail")).id(), slot());
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
                        ID       SCHEDULE      TIMEZONE       JOB     LAST RUN  NEXT RUN
                        nightly  30 2 * * *    Europe/Berlin  mail    -         2026-11-24T02:30:00+01:00
                        often    */30 * * * *  UTC            resize  -         2026-11-23T12:30:00+00:00
                        """,
                        ""));
        assertThat(cli.queueFile()).doesNotExist();
    }

    @Test
    void theLastRunIsShownAndHowItEndedWhenThatWasNotWell() {
        ran("nightly", "30 2 * * * Europe/Berlin");
        String line = "nightly  30 2 * * *    Europe/Berlin  mail    2026-11-23T02:30:00+01:00";
        assertThat(cli.run("cron").out().lines()).contains(line + "  2026-11-24T02:30:00+01:00");
        Claim claim = cli.claim();
        cli.finish(claim, Cli.dead("failed", 3, null, "exit code 3"));
        assertThat(cli.run("cron").out().lines()).contains(line + " (dead)  2026-11-24T02:30:00+01:00");
        cli.transaction(moves -> moves.delete(claim.jobId()));
        assertThat(cli.run("cron").out().lines()).contains(line + "  2026-11-24T02:30:00+01:00");
    }

    @Test
    void asJsonEverythingIsThere() {
        assertThat(cli.run("cron", "--json"))
                .isEqualTo(said(
                        0,
                        "{\"cron\":[{\"id\":\"nightly\",\"schedule\":\"30 2 * * *\","
                                + "\"timezone\":\"Europe/Berlin\",\"name\":\"mail\",\"queue\":\"default\","
                                + "\"args\":[\"-v\"],\"payload\":{\"to\":\"ann\"},\"missed\":\"once\","
                                + "\"overlap\":\"skip\",\"last_run\":null,\"last_job\":null,\"last_state\":null,"
                                + "\"next_run\":\"2026-11-24T01:30:00.000Z\"},{\"id\":\"often\","
                                + "\"schedule\":\"*/30 * * * *\",\"timezone\":\"UTC\",\"name\":\"resize\","
                                + "\"queue\":\"bulk\",\"args\":[],\"payload\":null,\"missed\":\"all\","
                                + "\"overlap\":\"queue\",\"last_run\":null,\"last_job\":null,"
                                + "\"last_state\":null,\"next_run\":\"2026-11-23T12:30:00.000Z\"}]}\n",
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
                .isEqualTo(said(1, "", "workerd: no jobs match that can be deleted\n  All there are: workerd list\n"));
    }

    @Test
    void ofAScheduleThatNobodyKnowsNothingIsFoundAndThatIsSaid() {
        ran("nightly", "30 2 * * * Europe/Berlin");
        ran("removed", "30 2 * * * Europe/Berlin");
        String hint = "The configuration has no schedule nigthly. Did you mean nightly? workerd cron lists them.\n";
        assertThat(cli.run("list", "--cron", "nigthly", "-q")).isEqualTo(said(0, "", hint));
        assertThat(cli.run("cancel", "--cron", "nigthly", "--yes"))
                .isEqualTo(said(1, "", "workerd: no jobs match that can be cancelled\n  " + hint));
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
                .isEqualTo(said(0, "", "There are no schedules: a table [cron.ID] in the configuration makes one.\n"));
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
    void nextOfAnUnknownScheduleMatchesNothing() {
        assertThat(cli.run("cron", "next", "nigthly"))
                .isEqualTo(said(
                        1,
                        "",
                        "workerd: there is no schedule nigthly\n"
                                + "  Did you mean nightly? workerd cron lists them.\n"));
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
