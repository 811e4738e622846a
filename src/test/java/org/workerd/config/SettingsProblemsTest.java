package org.workerd.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsProblemsTest extends SettingsFixture {
    @Test
    void allProblemsOfAllFilesAndTheEnvironmentComeAtOnce() {
        write("conf.d/10-log.toml", "[log]\nlevel = 'loud'\n");
        write("conf.d/20-broken.toml", "[daemon]\npidfile = \n");
        variables.putAll(Map.of("WORKERD_LOG__LEVLE", "info", "WORKERD_LOG__FILE", "here.log"));

        assertThat(
                        complaint(
                                """
                        [workers]
                        concurrency   = "four"
                        concurency = 4

                        [worker]
                        x = 1
                        [jobs.resize]
                        timeout = 30
                        timout = "30s"
                        """))
                .isEqualTo(
                        """
                        9 problems in the configuration
                          workerd.toml:2:17  workers.concurrency: expected a whole number 1 to 1024, found "four"
                          workerd.toml:3:1  workers.concurency is not a setting. Did you mean workers.concurrency?
                          workerd.toml:5:1  [worker] is not a table of settings. Did you mean [workers]?
                          workerd.toml:8:11  jobs.resize.timeout: expected a duration 1ms to 36525d, found 30
                          workerd.toml:9:1  jobs.resize.timout is not a setting. Did you mean jobs.resize.timeout?
                          conf.d/10-log.toml:2:9  log.level: expected error, warn, info or debug, found "loud"
                          conf.d/20-broken.toml:2:11  Unexpected end of line, expected a value
                          WORKERD_LOG__FILE  log.file: must be absolute, was "here.log"
                          WORKERD_LOG__LEVLE  is not a setting. Did you mean WORKERD_LOG__LEVEL?""");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            workers.concurrency = "4"            | 1:23 workers.concurrency: expected a whole number 1 to 1024, found "4"
            workers.concurrency = 4.0            | 1:23 workers.concurrency: expected a whole number 1 to 1024, found 4.0
            workers.concurrency = -1             | 1:23 workers.concurrency: expected a whole number 1 to 1024, found -1
            workers.concurrency = 0              | 1:23 workers.concurrency: expected a whole number 1 to 1024, found 0
            workers.concurrency = 1025           | 1:23 workers.concurrency: expected a whole number 1 to 1024, found 1025
            workers.concurrency = 4294967297     | 1:23 workers.concurrency: expected a whole number 1 to 1024, found 4294967297
            workers.concurrency = true           | 1:23 workers.concurrency: expected a whole number 1 to 1024, found true
            workers.concurrency = [4]            | 1:23 workers.concurrency: expected a whole number 1 to 1024, found an array
            workers.concurrency.x = 1            | 1:1 workers.concurrency: expected a whole number 1 to 1024, found a table
            workers = 4                          | 1:11 workers: expected a table, found 4
            [[workers]]                          | 1:1 workers: expected a table, found an array
            workers.poll_interval = "99ms"       | 1:25 workers.poll_interval: expected a duration 100ms to 1h, found 99ms
            workers.poll_interval = "61m"        | 1:25 workers.poll_interval: expected a duration 100ms to 1h, found 61m
            workers.poll_interval = "soon"       | 1:25 workers.poll_interval: expected a duration like 500ms, 30s, 10m, 2h, 7d or 1h30m, found "soon"
            daemon.drain_timeout = "never"       | 1:24 daemon.drain_timeout: expected a duration like 500ms, 30s, 10m, 2h, 7d or 1h30m, or "unset", found "never"
            daemon.pidfile = ""                  | 1:18 daemon.pidfile: expected a path, written out, found ""
            daemon.pidfile = "~/pid"             | 1:18 daemon.pidfile: expected a path, written out, found "~/pid"
            daemon.pidfile = "a\\u0000b"         | 1:18 daemon.pidfile: expected a path, found "a?b"
            daemon.pidfile = 1                   | 1:18 daemon.pidfile: expected a path, found 1
            queue.url = "postgresql://me:secret@db/q" | 1:13 queue.url: a password in the URL could be seen by other users: put it into a file and set queue.password_file to it, or put it into ~/.pgpass
            queue.url = "postgresql://me@db/q?password=x" | 1:13 queue.url: a password in the URL could be seen by other users: put it into a file and set queue.password_file to it, or put it into ~/.pgpass
            queue.url = "postgresql://db/q"      | 1:13 queue.url: expected postgresql://USER@HOST[:PORT]/DATABASE[?sslmode=...&schema=workerd]
            queue.url = "postgresql://me@db:0/q" | 1:13 queue.url: expected a port from 1 to 65535, found "0"
            queue.url = "postgresql://me@db/q?a=b" | 1:13 queue.url: has no option a; there are schema, connectTimeout, sslcert, sslkey, sslmode, sslrootcert
            queue.url = "postgresql://me@db/q?schema=A-b" | 1:13 queue.url: expected a schema of small letters, digits and _, not beginning with a digit, found "A-b"
            queue.fence = "1s"                   | 1:15 queue.fence: expected a duration 2s to 10m, found 1s
            queue.on_loss = "wait"               | 1:17 queue.on_loss: expected freeze or end, found "wait"
            queue.url = "/var/lib/queue.db"      | 1:13 queue.url: expected sqlite:PATH or postgresql://USER@HOST/DATABASE, found "/var/lib/queue.db"
            queue.url = "sqlite:"                | 1:13 queue.url: expected sqlite:PATH and a path after it, found "sqlite:"
            queue.url = "sqlite::memory:"        | 1:13 queue.url: expected sqlite:PATH, a plain file and no options, found "sqlite::memory:"
            queue.url = "sqlite:/q?mode=ro"      | 1:13 queue.url: expected sqlite:PATH, a plain file and no options, found "sqlite:/q?mode=ro"
            handlers.env = "A=1"                 | 1:16 handlers.env: expected a table, found "A=1"
            handlers.env.A = 1                   | 1:18 handlers.env.A: expected text in quotes, found 1
            handlers.env.A = "\\u0000"           | 1:18 handlers.env.A: expected text without NUL, found "?"
            handlers.env."A B" = "1"             | 1:1 handlers.env."A B": a variable must be of A-Z a-z 0-9 _ and not begin with a digit
            handlers.env.1A = "1"                | 1:1 handlers.env.1A: a variable must be of A-Z a-z 0-9 _ and not begin with a digit
            handlers.env.WORKERD_X = "1"         | 1:1 handlers.env.WORKERD_X: variables that begin with WORKERD_ are set by workerd itself
            log.level = "INFO"                   | 1:13 log.level: expected error, warn, info or debug, found "INFO"
            log.format = "xml"                   | 1:14 log.format: expected text or json, found "xml"
            log.format = 2026-01-01              | 1:14 log.format: expected text or json, found 2026-01-01
            jobs.timeout = "0s"                  | 1:16 jobs.timeout: expected a duration 1ms to 36525d, found 0s
            jobs.max_attempts = 1001             | 1:21 jobs.max_attempts: expected a whole number 1 to 1000, found 1001
            jobs.backoff = "linear"              | 1:16 jobs.backoff: expected "exponential" or a duration like 500ms, 30s, 10m, 2h, 7d or 1h30m, found "linear"
            jobs.kill_grace = "-1s"              | 1:19 jobs.kill_grace: expected a duration like 500ms, 30s, 10m, 2h, 7d or 1h30m, found "-1s"
            jobs.output_limit = 1023             | 1:21 jobs.output_limit: expected a size 1KiB to 1GiB, found 1023
            jobs.output_limit = "2GiB"           | 1:21 jobs.output_limit: expected a size 1KiB to 1GiB, found 2GiB
            jobs.output_limit = "1MB"            | 1:21 jobs.output_limit: expected a size like 64KiB or 1MiB, found "1MB"
            jobs."re size".timeout = "1h"        | 1:1 jobs."re size": a job name must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit, was "re size"
            jobs.a.b.timeout = "1h"              | 1:1 jobs.a.b is not a setting. A name with a dot is quoted: [jobs."a.b"]
            jobs.on_dead = "../mail"             | 1:16 jobs.on_dead: a handler's name must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit, was "../mail"
            jobs.resize.on_failure = 1           | 1:26 jobs.resize.on_failure: expected a handler's name, or "", found 1
            jobs.timout = "1h"                   | 1:1 jobs.timout is not a setting. Did you mean jobs.timeout?
            jobs.resize.rate = "1/s"             | 1:20 jobs.resize.rate: expected a rate like 100/1m: 1 to 10000 starts in 1s to 30d, found "1/s"
            jobs.resize.rate = 100               | 1:20 jobs.resize.rate: expected a rate like 100/1m: 1 to 10000 starts in 1s to 30d, found 100
            queues.bulk.priority = 101           | 1:24 queues.bulk.priority: expected a whole number -100 to 100, found 101
            jobs.resize.priority = 1             | 1:1 jobs.resize.priority is not a setting.
            concurrency = 4                      | 1:1 concurrency is not a setting. Did you mean workers.concurrency?
            log.concurrency = 4                  | 1:1 log.concurrency is not a setting. Did you mean workers.concurrency?
            "" = 4                               | 1:1 "" is not a setting.
            xyzzy.a = 4                          | 1:1 [xyzzy] is not a table of settings.
            log.level = warn                     | 1:13 Unexpected 'w', expected a value
            """)
    void aProblemSaysWhereAndWhatWasExpected(String toml, String said) {
        String expected = said.replaceFirst(" ", "  ");
        assertThat(complaint(toml)).isEqualTo("1 problem in the configuration\n  workerd.toml:" + expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            WORKERS__CONCURRENCY | four  | workers.concurrency: expected a whole number 1 to 1024, found "four"
            WORKERS__CONCURRENCY | ` 4`  | workers.concurrency: expected a whole number 1 to 1024, found " 4"
            LOG__LEVEL           | ``    | log.level: expected error, warn, info or debug, found ""
            QUEUE__URL           | sqlite:q.db | queue.url: must be absolute, was "q.db"
            JOBS__TIMOUT         | 1h    | is not a setting. Did you mean WORKERD_JOBS__TIMEOUT?
            JOBS__RESIZE__TIMOUT | 1h    | is not a setting. Did you mean WORKERD_JOBS__RESIZE__TIMEOUT?
            JOBS__-X__TIMEOUT    | 1h    | jobs.-x.timeout: a job name must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit, was "-x"
            log__level           | info  | is not a setting. Did you mean WORKERD_LOG__LEVEL?
            WORKER__CONCURRENCY  | 4     | is not a setting. Did you mean WORKERD_WORKERS__CONCURRENCY?
            HANDLERS__ENV__WORKERD_X | 1 | handlers.env.WORKERD_X: variables that begin with WORKERD_ are set by workerd itself
            HANDLERS__ENV        | {}    | is not a setting. Did you mean WORKERD_HANDLERS__ENV__VARIABLE?
            __                   | x     | is not a setting.
            """)
    void aVariableSaysWhatIsWrongWithIt(String variable, String value, String said) {
        variables.put("WORKERD_" + variable, value);

        assertThat(complaint("")).isEqualTo("1 problem in the configuration\n  WORKERD_" + variable + "  " + said);
    }

    @Test
    void aValueThatALaterFileReplacesIsCheckedToo() {
        write("conf.d/1.toml", "log.level = 'info'");

        assertThat(complaint("log.level = 'loud'")).startsWith("1 problem in the configuration\n  workerd.toml:1:13  ");
    }

    @Test
    void keysBehindABrokenHeaderAreNotTakenForThoseOfAnotherTable() {
        assertThat(
                        complaint(
                                """
                        [workers]
                        concurrency = 0
                        [log
                        level = "info"
                        [daemon
                        """))
                .isEqualTo(
                        """
                        3 problems in the configuration
                          workerd.toml:2:15  workers.concurrency: expected a whole number 1 to 1024, found 0
                          workerd.toml:3:5  Unexpected end of line, expected ]
                          workerd.toml:5:8  Unexpected end of line, expected ]""");
    }

    @Test
    void aTableThatIsThereTwiceIsToldWithBothPlaces() {
        assertThat(complaint("[log]\nlevel = 'info'\n[log]\nformat = 'text'\n"))
                .isEqualTo("1 problem in the configuration\n"
                        + "  workerd.toml:3:1  log previously defined at line 1, column 1");
    }

    @Test
    void controlCharactersOfAFileDoNotReachTheTerminal() {
        assertThat(complaint("log.level = \"\\u001b[2J\"").codePoints()).noneMatch(c -> c < ' ' && c != '\n');
    }
}
