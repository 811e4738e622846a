package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.config.DaemonDirectory;
import org.workerd.unix.LockFile;
import org.workerd.worker.attempt.Ledger;

/** {@code doctor} finds what is broken, says how to mend it, and leaves everything as it was. */
final class DoctorTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
        cli.transaction(moves -> 0);
    }

    /** What it says besides "ok", and its exit status. */
    private Cli.Said doctor(String... options) {
        Cli.Said said =
                cli.run(Stream.concat(Stream.of("doctor"), Stream.of(options)).toArray(String[]::new));
        String found = said.out()
                .lines()
                .filter(line -> !line.startsWith("ok ") && !line.contains(" disk of the "))
                .map(line -> line.replaceAll(" {2,}", " "))
                .collect(Collectors.joining("\n"));
        return new Cli.Said(said.status(), found, said.err());
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + cli.queueFile());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private Map<Path, FileTime> files() throws IOException {
        Map<Path, FileTime> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.toList()) {
                files.put(file, Files.getLastModifiedTime(file));
            }
        }
        return files;
    }

    @Test
    void aSoundInstallationIsSoundAndStaysAsItWas() throws IOException {
        Map<Path, FileTime> before = files();
        assertThat(doctor()).extracting(Cli.Said::status, Cli.Said::out).containsExactly(0, "");
        assertThat(doctor("--full").status()).isZero();
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void whatIsInTheLogAloneIsSeenAndStaysThere() throws IOException, SQLException {
        try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + cli.queueFile());
                Statement statement = open.createStatement()) {
            statement.executeUpdate("insert into jobs(name) values ('lost')");
            Map<Path, FileTime> before = files();
            assertThat(doctor().out()).contains("jobs named lost wait");
            assertThat(files()).isEqualTo(before);
        }
    }

    @Test
    void aQueueThatIsNotThereIsNotMade() throws IOException {
        Files.delete(cli.queueFile());
        Map<Path, FileTime> before = files();
        assertThat(doctor())
                .extracting(Cli.Said::status, Cli.Said::out)
                .containsExactly(
                        0,
                        "warning queue there is no queue at " + cli.queueFile() + "\n -> create it with workerd start");
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void everyProblemOfTheConfigurationIsAFailureAndTheRestIsStillLookedAt() throws IOException {
        cli.settings("[jobs]\ntimeot = \"1h\"\nmax_attempts = \"many\"\n");
        Cli.Said said = cli.run("doctor");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.out())
                .contains("workerd.toml:10:1: jobs.timeot is not a setting", "workerd.toml:11:1", "ok       machine");
        assertThat(said.err()).isEqualTo("workerd: 2 failures, 0 warnings\n");
    }

    @Test
    void aTokenThatIsMissingOrOpenToOthersIsAFailure() throws IOException {
        Path token = directory.resolve("http.token");
        cli.settings("[http]\nlisten = \"127.0.0.1:8888\"\ntoken_file = \"" + token + "\"\n");
        assertThat(doctor().out()).contains("http.token_file: there is no " + token, "umask 077");
        Files.writeString(token, "0123456789abcdef\n");
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(doctor().out()).contains("others may read " + token, "chmod 600 " + token);
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
        assertThat(doctor().out()).isEmpty();
    }

    @Test
    void jobsThatNobodyCanRunAreAFailureWithTheReason() throws IOException {
        Files.writeString(directory.resolve("handlers/notes"), "");
        for (String name : new String[] {"mail", "lost", "notes"}) {
            cli.transaction(moves -> moves.enqueue(org.workerd.job.NewJob.of(name)));
        }
        assertThat(doctor().status()).isEqualTo(1);
        assertThat(doctor().out())
                .contains("warning handlers notes is refused: it is not executable: chmod +x " + directory)
                .contains("failure jobs jobs named lost wait: there is no handler of this name in " + directory)
                .contains("failure jobs jobs named notes wait: their handler is refused: it is not executable")
                .contains("warning jobs some jobs are ready, but no daemon serves this queue\n -> workerd start")
                .doesNotContain("named mail");
    }

    /** Whoever pastes one as root runs what is meant, whatever the file is named. */
    @Test
    void theCommandsThatItPrintsCanBePasted() throws IOException, InterruptedException {
        Path hostile = Files.createDirectory(directory.resolve("x'; touch ran; echo $(touch ran) '"));
        Cli other = new Cli(hostile);
        Path handler = other.handler("mail");
        Files.setPosixFilePermissions(handler, PosixFilePermissions.fromString("rw-rw-rw-"));
        other.handler("`touch ran`");
        String said = other.run("doctor").out();
        assertThat(said).contains("name is not a valid job name");
        Matcher command = Pattern.compile("chmod .*").matcher(said);
        assertThat(command.find()).isTrue();
        Process shell = new ProcessBuilder("bash", "-c", command.group())
                .directory(directory.toFile())
                .start();
        assertThat(shell.waitFor()).isZero();
        assertThat(directory.resolve("ran")).doesNotExist();
        assertThat(Files.getPosixFilePermissions(handler)).isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
    }

    @Test
    void jobsThatWaitForLongAreTold() throws SQLException {
        cli.insert("name", "'mail'");
        assertThat(doctor().out()).doesNotContain("the oldest");
        execute("insert into jobs(name, queue, created_at) values ('mail', 'slow', "
                + Cli.NOW.minus(Duration.ofHours(2)).toEpochMilli() + ")");
        assertThat(doctor().out())
                .contains("warning jobs the oldest ready job of the queue slow, job 2, has been waiting for 2h 0m:"
                        + " no daemon serves this queue\n -> workerd start");
        cli.run("pause", "slow");
        assertThat(doctor().out())
                .doesNotContain("the oldest")
                .contains(
                        "warning pauses the queue slow is paused since 2026-11-23T12:00:00Z\n -> workerd resume slow");
        assertThat(doctor().status()).isZero();
    }

    /** Beside a daemon of one slot that lives, for it holds the lock of its ledger, and runs a job of this name. */
    private void besideADaemonThatRuns(String name, Runnable look) throws IOException {
        cli.enqueue(name);
        long daemon = cli.transaction(moves -> {
            long id = moves.register(ProcessHandle.current().pid(), "here", 1, Cli.NOW);
            moves.claim(id, moves.lanesWithReady(), 1, Cli.NOW);
            return id;
        });
        Path ledgers =
                Files.createDirectories(DaemonDirectory.beside(cli.queueFile()).ledgers());
        try (Ledger held = Ledger.create(ledgers, daemon)) {
            look.run();
            assertThat(held).as("alive until here").isNotNull();
        }
    }

    @Test
    void theAdviceFitsWhatHoldsTheOldestJob() throws IOException {
        cli.settings("[queues.slow]\nconcurrency = 1\n");
        besideADaemonThatRuns("mail", () -> {
            insertOld("mail", "default");
            assertThat(doctor().out())
                    .contains("job 2, has been waiting for 2h 0m: the only slot is busy\n"
                            + " -> see which jobs run: workerd status; or raise workers.concurrency");
        });
    }

    @Test
    void moreSlotsAreNoAdviceWhereALimitHoldsTheOldestJob() throws IOException {
        cli.settings("[jobs.mail]\nconcurrency = 1\n");
        besideADaemonThatRuns("mail", () -> {
            insertOld("mail", "slow");
            insertOld("lost", "other");
            assertThat(doctor().out())
                    .contains(
                            "queue slow, job 2, has been waiting for 2h 0m: [jobs.mail] concurrency = 1, and job 1 runs\n"
                                    + " -> see which jobs run: workerd list --state running; or raise that limit")
                    .contains("jobs named lost wait")
                    .doesNotContain("queue other", "workers.concurrency");
        });
    }

    private void insertOld(String name, String queue) {
        try {
            execute("insert into jobs(name, queue, created_at) values ('" + name + "', '" + queue + "', "
                    + Cli.NOW.minus(Duration.ofHours(2)).toEpochMilli() + ")");
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void whatDiedInTheLastDayIsCountedWithItsMostFrequentError() throws SQLException {
        for (String error : List.of("exit code 1", "exit code 2", "exit code 2")) {
            cli.enqueue("mail");
            cli.finish(cli.claim(), Cli.dead("failed", 2, null, error));
        }
        assertThat(doctor().status()).isZero();
        assertThat(doctor().out())
                .contains("warning dead 3 died in the last day, 2 with: exit code 2\n"
                        + " -> workerd list --state dead --finished-since 1d");
        execute("update finished set finished_at = finished_at - 86400000 where error = 'exit code 2'");
        assertThat(doctor().out()).contains("1 died in the last day, all with: exit code 1");
        execute("update finished set finished_at = finished_at - 86400000");
        assertThat(doctor().out()).doesNotContain("died in the last day");
    }

    @Test
    void aClockThatWentBackAndTimesInTheWrongUnitAreTold() throws SQLException {
        execute("insert into jobs(name, created_at, run_at) values ('mail', "
                + Cli.NOW.plus(Duration.ofMinutes(90)).toEpochMilli() + ", 253402300799999)");
        assertThat(doctor().out())
                .contains("warning clock it was set back: the newest job was stored 1h 30m from now")
                .contains("warning clock 1 job is due more than a year from now");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update lanes set ready = 5; lanes whose counts are wrong (1)",
                "delete from ready; jobs in no state (1)",
                "insert into scheduled select 1, 0, 1, 0, 0, 0, 0; jobs in two states at once (1)",
                "insert into blocked (id, lane, open) values (77, 1, 1); states of jobs that do not exist (1)",
                "insert into keys values ('k', 99); keys held by jobs that have ended or do not exist (1)",
                "insert into running select 1, 1, 0, 1, 0, 9, 9, 9; running jobs of a daemon that was never registered (1)"
            })
    void tablesThatContradictEachOtherAreAFailure(String brokenAndFound) throws SQLException {
        cli.enqueue("mail");
        execute(brokenAndFound.split("; ")[0]);
        assertThat(doctor().status()).isEqualTo(1);
        assertThat(doctor().out())
                .contains("failure consistency")
                .contains(brokenAndFound.split("; ")[1]);
    }

    @Test
    void whatADeadDaemonLeftIsTold() throws SQLException {
        cli.insert("name", "'mail'");
        cli.claim();
        assertThat(doctor().out())
                .contains("warning daemons the daemon with pid 4711 died; jobs to be put back: 1"
                        + "\n -> workerd start");
    }

    @Test
    void aDamagedQueueIsAFailure() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(cli.queueFile().toFile(), "rw")) {
            file.seek(3 * 4096);
            file.write(new byte[5 * 4096]);
        }
        assertThat(doctor().status()).isEqualTo(1);
        assertThat(doctor().out())
                .contains("failure integrity the queue is damaged: ")
                .contains("restore a backup (workerd help backup)")
                .doesNotContain("failure jobs");
    }

    @Test
    void whatIsNoQueueIsAFailureAndLeftAsItWas() throws IOException, SQLException {
        Files.delete(cli.queueFile());
        execute("create table letters(text)");
        byte[] before = Files.readAllBytes(cli.queueFile());
        assertThat(doctor().status()).isEqualTo(1);
        assertThat(doctor().out())
                .contains("failure queue " + cli.queueFile() + " is a database, but not a queue of workerd");
        Files.writeString(cli.queueFile(), "Dear Ann");
        assertThat(doctor().out()).contains("is not a database; it was left as it was");
        assertThat(before).isNotEmpty();
        assertThat(cli.queueFile()).hasContent("Dear Ann");
    }

    @Test
    void aQueueOfANewerVersionIsAFailure() throws SQLException {
        execute("pragma user_version = 99");
        assertThat(doctor().out())
                .contains("failure queue the queue " + cli.queueFile() + " was made by a newer workerd");
    }

    @Test
    void aTriggerOfSomebodysOwnIsAFailureAndNothingThatItCouldHoldUpIsAsked() throws SQLException {
        execute("create trigger mine after insert on running begin select 1; end");
        execute("drop view job_status");
        execute(
                "create view job_status as with recursive c(n) as (select 1 union all select n + 1 from c) select n from c");
        assertThat(doctor().out())
                .contains("failure schema the trigger mine on running differs from workerd's schema\n -> sqlite3 "
                        + cli.queueFile() + " 'DROP TRIGGER mine'")
                .contains("failure schema the view job_status differs from workerd's schema\n -> sqlite3 "
                        + cli.queueFile() + " 'DROP VIEW job_status'");
    }

    @Test
    void whoMayWriteTooMuchAndWhoTooLittleIsTold() throws IOException {
        Files.setPosixFilePermissions(cli.queueFile(), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(doctor())
                .extracting(Cli.Said::status, Cli.Said::out)
                .containsExactly(
                        1,
                        "failure permissions " + cli.queueFile() + " is writable by everybody\n -> chmod o-w "
                                + cli.queueFile());
    }

    @Test
    void aLogThatHasGrownAndADraftThatWasLeftAreTold() throws IOException {
        Path draft = Files.writeString(directory.resolve("queue/queue.db.new-1234"), "");
        Files.setLastModifiedTime(draft, FileTime.from(Cli.NOW.minusSeconds(30)));
        assertThat(doctor().out()).isEmpty();
        Files.setLastModifiedTime(draft, FileTime.from(Cli.NOW.minusSeconds(90)));
        try (RandomAccessFile log = new RandomAccessFile(cli.queueFile() + "-wal", "rw")) {
            log.setLength(300L << 20);
        }
        assertThat(doctor().out())
                .contains("warning queue " + draft + " is a temporary file of a program that was killed")
                .contains(" -> rm " + draft)
                .contains("warning write-ahead log 300.0 MiB beside a queue of");
    }

    @Test
    void thePidfileIsComparedWithItsLock() throws IOException {
        Path pidfile = Files.writeString(directory.resolve("workerd.pid"), "4711\n");
        assertThat(doctor().out())
                .isEqualTo("warning daemon it died: no process holds the lock of its pidfile " + pidfile
                        + "\n -> workerd start (its jobs are put back; nothing is lost)");
        long own = ProcessHandle.current().pid();
        try (LockFile lock = LockFile.tryAcquire(pidfile, 0644).orElseThrow()) {
            assertThat(doctor())
                    .extracting(Cli.Said::status, Cli.Said::out)
                    .containsExactly(
                            1,
                            "failure daemon process " + own + " holds the lock of the pidfile " + pidfile
                                    + ", which names process 4711\n -> if it is not a workerd that is just starting,"
                                    + " see what it is: ps -fp " + own);
            lock.write(own + "\n");
            assertThat(doctor().out())
                    .startsWith("failure daemon process " + own + " holds the lock of the pidfile " + pidfile
                            + ", which names it, but it is not a workerd of the file's owner");
            Path name = Path.of("/proc/self/comm");
            String before = Files.readString(name);
            Files.writeString(name, "workerd");
            try {
                assertThat(cli.run("doctor").out()).contains("daemon             running, pid " + own);
            } finally {
                Files.writeString(name, before);
            }
        }
        Files.delete(pidfile);
        Files.createDirectory(pidfile);
        assertThat(doctor().status()).isEqualTo(1);
        assertThat(doctor().out()).contains("failure daemon the pidfile " + pidfile + " contains no pid");
    }
}
