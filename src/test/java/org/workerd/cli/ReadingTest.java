package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.workerd.cli.text.Times;
import org.workerd.job.Claim;
import org.workerd.job.Progress;
import org.workerd.job.Verdict;

/** What {@code list} and {@code show} print, to the letter. */
final class ReadingTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
    }

    private void fill() throws SQLException {
        cli.insert("name, payload, args", "'resize', '{\"w\": 1.50}', '[\"a b\",\"it''s\"]'");
        cli.finish(cli.claim(), Cli.done());
        cli.insert("name, max_attempts", "'mail', 3");
        cli.finish(
                cli.claim(),
                new Verdict.Retry(
                        new Verdict.AttemptRow("failed", 7, null, "exit code 7"),
                        Instant.parse("2026-11-23T12:05:00Z")));
        cli.insert("name, queue, priority, key", "'mail', 'bulk', -5, 'k'");
        cli.insert("name, \"after\", timeout_ms", "'mail', '[3]', 90000");
    }

    @Test
    void listPrintsATableWithTimesForPrograms() throws SQLException {
        fill();
        assertThat(cli.run("list"))
                .isEqualTo(new Cli.Said(
                        0,
                        """
                        ID  NAME    ARGS             QUEUE    STATE     ATTEMPT  TOOK  ENDED/DUE                 NOTE
                        4   mail    -                default  blocked   0/10     -     -                         job 3 is ready
                        3   mail    -                bulk     ready     0/10     -     -                         no daemon serves this queue
                        2   mail    -                default  retrying  1/3      -     2026-11-23T12:05:00.000Z  exit code 7
                        1   resize  'a b' 'it'\\''s'  default  done      1/10     2.0s  2026-11-23T11:59:02.250Z
                        """,
                        ""));
    }

    @Test
    void listPrintsATableWithAgesForPeopleAsWideAsTheirTerminal() throws SQLException {
        fill();
        assertThat(cli.onTerminal(70).run("list", "--limit", "3"))
                .isEqualTo(new Cli.Said(
                        0,
                        """
                        ID NAME ARGS QUEUE   STATE    ATTEMPT TOOK ENDED/DUE NOTE
                        4  mail -    default blocked  0/10    -    -         job 3 is ready
                        3  mail -    bulk    ready    0/10    -    -         no daemon serves…
                        2  mail -    default retrying 1/3     -    in 4m     exit code 7
                        """,
                        "Only the newest 3 are shown. For more: --limit K\n"));
        List<String> narrow = cli.onTerminal(60).run("list").out().lines().toList();
        assertThat(narrow).allMatch(line -> line.length() <= 60).anyMatch(line -> line.endsWith("…"));
        assertThat(narrow.get(0).split(" +"))
                .containsExactly("ID", "NAME", "ARGS", "QUEUE", "STATE", "ATTEMPT", "TOOK", "ENDED/DUE", "NOTE");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --state ready,blocked       | 4 3
                    --state done --name resize  | 1
                    --queue bulk                | 3
                    --key k                     | 3
                    --error code                | 2
                    --since 10m                 | 4 3 2 1
                    --limit 2                   | 4 3
                    """)
    void filtersNarrowAList(String filter, String ids) throws SQLException {
        fill();
        String[] arguments = ("list -q " + filter).split(" +");
        assertThat(cli.run(arguments).out()).isEqualTo(ids.replace(' ', '\n') + "\n");
    }

    @Test
    void anEmptyListSaysSoAndIsNoFailure() {
        cli.transaction(moves -> 0);
        assertThat(cli.run("list"))
                .isEqualTo(new Cli.Said(0, "", "There are no jobs. Store one: workerd enqueue NAME\n"));
        assertThat(cli.run("list", "--since", "1m").err()).isEqualTo("No jobs match. To see all jobs: workerd list\n");
        assertThat(cli.run("list", "--json")).isEqualTo(new Cli.Said(0, "{\"jobs\":[]}\n", ""));
        assertThat(cli.run("list", "-q")).isEqualTo(new Cli.Said(0, "", ""));
    }

    @Test
    void aMissingQueueIsSaid() {
        assertThat(cli.run("list"))
                .isEqualTo(new Cli.Said(
                        1,
                        "",
                        "workerd: there is no queue at " + cli.queueFile()
                                + "\n  Create it with: workerd start, or workerd enqueue NAME\n"));
    }

    @Test
    void aWrongFilterIsAUsageError() {
        assertThat(cli.run("list", "--state", "deed").err())
                .startsWith("workerd: no job has the state \"deed\"\n  Did you mean dead?");
        assertThat(cli.run("list", "--limit", "0").status()).isEqualTo(2);
        assertThat(cli.run("list", "--since", "now").status()).isEqualTo(2);
        assertThat(cli.run("list", "dead").err()).startsWith("workerd: unexpected argument: dead\n");
    }

    @Test
    void showPrintsABlockAndTheAttempts() throws SQLException {
        fill();
        assertThat(cli.run("show", "1"))
                .isEqualTo(new Cli.Said(
                        0,
                        """
                        id           1
                        name         resize
                        queue        default
                        state        done
                        priority     0
                        args         'a b' 'it'\\''s'
                        payload      {"w": 1.50}
                        attempt      1 of 10
                        timeout      1h
                        created      2026-11-23T11:57:00.250Z
                        started      2026-11-23T11:59:00.250Z
                        finished     2026-11-23T11:59:02.250Z
                        exit code    0

                        ATTEMPT  STARTED                   TOOK  OUTCOME  EXIT  SIGNAL  DAEMON  ERROR
                        1        2026-11-23T11:59:00.250Z  2.0s  done     0     -       4711
                        """,
                        ""));
        assertThat(cli.onTerminal(80).run("show", "4").out())
                .contains("after        3\ntimeout      90s\n")
                .contains("created      " + Times.local(Cli.NOW.minusSeconds(180)) + " (3m ago)\n");
    }

    @Test
    void atATerminalAListThatWasCutTellsWhatRunsAndIsDeadAmongTheRest() {
        cli.enqueue("mail");
        cli.finish(cli.claim(), Cli.dead("failed", 7, null, "exit code 7"));
        cli.enqueue("mail");
        cli.claim();
        cli.enqueue("mail");
        cli.enqueue("mail");
        assertThat(cli.run("list", "--limit", "2").err())
                .isEqualTo("Only the newest 2 are shown. For more: --limit K\n");
        cli.onTerminal(80);
        assertThat(cli.run("list", "--limit", "2").err())
                .isEqualTo("Only the newest 2 are shown. For more: --limit K\n"
                        + "Not shown: 1 running, 1 dead. Try: workerd list --state running,dead\n");
        assertThat(cli.run("list", "--limit", "3").err()).endsWith("1 dead. Try: workerd list --state dead\n");
        assertThat(cli.run("list", "--limit", "4").err()).isEmpty();
        assertThat(cli.run("list", "--limit", "2", "--name", "mail").err()).doesNotContain("Not shown");
    }

    @Test
    void progressIsShownWhileAJobRunsAndKeptInJson() {
        cli.enqueue("mail");
        Claim claim = cli.claim();
        cli.transaction(moves -> moves.progress(claim, new Progress(90, "nearly there")));
        assertThat(cli.run("show", "1").out()).contains("progress     90% nearly there\n");
        cli.finish(claim, Cli.done());
        assertThat(cli.run("show", "1").out()).doesNotContain("90%");
        assertThat(cli.run("show", "1", "--json").out())
                .contains("\"progress\":{\"percent\":90,\"message\":\"nearly there\"}");
    }

    @Test
    void jsonHasEveryKeyAndNullForWhatIsAbsent() throws SQLException {
        fill();
        assertThat(cli.run("show", "1", "--json").out())
                .isEqualTo(
                        "{\"id\":1,\"name\":\"resize\",\"queue\":\"default\",\"state\":\"done\",\"priority\":0,\"args\":[\"a"
                                + " b\",\"it's\"],\"payload\":{\"w\": 1.50},\"run_at\":null,\"attempt\":1,"
                                + "\"max_attempts\":10,\"last_attempt\":10,\"key\":null,\"after\":[],\"timeout_ms\":3600000,"
                                + "\"created_at\":\"2026-11-23T11:57:00.250Z\",\"started_at\":\"2026-11-23T11:59:00.250Z\","
                                + "\"finished_at\":\"2026-11-23T11:59:02.250Z\",\"exit_code\":0,\"signal\":null,"
                                + "\"error\":null,\"result\":null,\"progress\":null,\"tags\":[],\"cron\":null,\"waits_for\":null,\"attempts\":[{\"number\":1,"
                                + "\"started_at\":\"2026-11-23T11:59:00.250Z\",\"finished_at\":\"2026-11-23T11:59:02.250Z\",\"outcome\":\"done\",\"exit_code\":0,\"signal\":null,\"error\":null,\"daemon_pid\":4711,\"host\":null}]}\n");
        assertThat(cli.run("list", "--json", "--state", "ready,retrying,blocked")
                        .out())
                .startsWith("{\"jobs\":[{\"id\":4,")
                .contains("\"after\":[3],\"timeout_ms\":90000,")
                .contains("\"queue\":\"bulk\",\"state\":\"ready\",\"priority\":-5,")
                .contains("\"key\":\"k\"")
                .contains("\"run_at\":\"2026-11-23T12:05:00.000Z\",\"attempt\":1,\"max_attempts\":3,")
                .contains("\"outcome\":\"failed\",\"exit_code\":7,\"signal\":null,\"error\":\"exit code 7\"");
    }

    @Test
    void theConfigurationsPolicyFillsInWhatTheJobLeavesOpen() throws SQLException, IOException {
        cli.settings("[jobs.mail]\ntimeout = \"5m\"\nmax_attempts = 4\n");
        cli.insert("name", "'mail'");
        assertThat(cli.run("show", "1", "--json").out())
                .contains("\"max_attempts\":4,")
                .contains("\"timeout_ms\":300000,");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"a":[1,2.50]}  | {"a":[1,2.50]}
                    [ ]             | [ ]
                    1e400           | 1e400
                    -0              | -0
                    true            | true
                    null            | null
                    "text"          | "text"
                    text            | "text"
                    1 2             | "1 2"
                    {"a":1          | "{\\"a\\":1"
                    {'a':1}         | "{'a':1}"
                    01              | "01"
                    1x              | "1x"
                    NaN             | "NaN"
                    []]             | "[]]"
                    ``              | ""
                    """)
    void aPayloadThatIsJsonIsShownAsItIsAndElseAsAString(String payload, String shown) throws SQLException {
        cli.insert("name, payload", "'mail', '" + payload.replace("'", "''") + "'");
        assertThat(cli.run("show", "1", "--json").out()).contains("\"payload\":" + shown + ",\"run_at\"");
    }

    @Test
    void hostileTextCannotTouchTheTerminal() throws SQLException {
        cli.insert(
                "name, payload, args",
                "'mail', 'a' || char(27) || '[2J' || char(10) || char(155), '[\"\\u001b]0;x\"]'");
        cli.finish(cli.claim(), Cli.dead("failed", 1, null, "line\nfeed \u001b[31m \u202e"));
        String all = cli.run("list").out() + cli.run("show", "1").out();
        assertThat(all.replace("\n", "").chars()).noneMatch(c -> Character.isISOControl(c) || c == 0x202e);
        assertThat(cli.run("list").out().lines()).hasSize(2);
    }

    @Test
    void anIdThatIsNoneOrUnknownIsToldApart() throws SQLException {
        fill();
        for (String command : List.of("show", "logs", "wait")) {
            assertThat(cli.run(command, "99"))
                    .isEqualTo(new Cli.Said(1, "", "workerd: there is no job 99\n  Try: workerd list\n"));
            for (String wrong : List.of("0", "x", "-1", "1.5", "99999999999999999999")) {
                assertThat(cli.run(command, wrong).status()).as(wrong).isEqualTo(2);
            }
            assertThat(cli.run(command).status()).isEqualTo(2);
        }
    }

    /** Most programs refuse to read a whole document for such a value. */
    @Test
    void whatIsNestedTooDeeplyIsShownAsAString() throws java.sql.SQLException {
        cli.insert("name, payload", "'mail', '" + "[".repeat(500) + "]".repeat(500) + "'");
        cli.insert("name, payload", "'mail', '" + "[".repeat(2000) + "]".repeat(2000) + "'");
        long last = cli.jobs().get(0).id();
        assertThat(cli.run("show", Long.toString(last - 1), "--json").out()).contains("\"payload\":[[[");
        assertThat(cli.run("show", Long.toString(last), "--json").out()).contains("\"payload\":\"[[[");
    }
}
