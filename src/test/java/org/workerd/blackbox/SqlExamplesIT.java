package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples that enqueue by plain SQL. */
class SqlExamplesIT extends DaemonTest {
    private List<String> program(String language) {
        String program =
                switch (language) {
                    case "sh" -> {
                        needs("sqlite3");
                        yield "sh";
                    }
                    case "py" -> {
                        needs("python3");
                        yield "python3";
                    }
                    default -> {
                        ExamplesIT.needsPhp(at.shell);
                        yield "php";
                    }
                };
        return List.of(
                program,
                ExamplesIT.EXAMPLES.resolve("enqueue/enqueue." + language).toString());
    }

    private Shell.Done enqueue(String language, Path queue, String... arguments) {
        List<String> line = new ArrayList<>(program(language));
        line.add(queue.toString());
        line.addAll(List.of(arguments));
        return at.shell.run(line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "py", "php"})
    void severalJobsAreStoredInOneTransactionAndRun(String language) {
        at.handler("note", "printf '%s\\n' \"$1\" >>'" + diary() + "'");
        at.set("workers.concurrency", "1").configure();
        at.start();
        Shell.Done done = enqueue(language, at.queue, "note", "it's", "\"two\" words; --", ".quit", "größer");
        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.out()).isEqualTo("1\n2\n3\n4\n");
        jobs().awaitState(4, "done");
        assertThat(diaryLines()).containsExactly("it's", "\"two\" words; --", ".quit", "größer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "py", "php"})
    void allAreStoredOrNone(String language) {
        jobs().execute("create trigger no_third before insert on jobs when new.args like '%third%'"
                + " begin select raise(abort, 'not the third'); end");
        Shell.Done done = enqueue(language, at.queue, "note", "first", "second", "third");
        assertThat(done.code()).isNotZero();
        assertThat(done.err()).contains("not the third");
        assertThat(jobs().count("jobs")).isZero();
        assertThat(enqueue(language, at.queue, "note", "fourth").out().strip()).matches("[0-9]+");
        assertThat(jobs().count("jobs")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "py", "php"})
    void noQueueIsMadeWhereThereIsNone(String language) {
        Path nowhere = at.top.resolve("no queue.db");
        assertThat(enqueue(language, nowhere, "note", "x").code()).isNotZero();
        assertThat(nowhere).doesNotExist();
    }

    /** The -wal keeps growing, far beyond where SQLite would copy it into the database by itself. */
    @ParameterizedTest
    @ValueSource(strings = {"sh", "py", "php"})
    void copyingTheWalIsLeftToTheDaemon(String language) throws IOException {
        jobs().execute("pragma wal_checkpoint(truncate)");
        long before = Files.size(at.queue);
        String[] arguments = new String[13];
        Arrays.fill(arguments, "x".repeat(100_000));
        arguments[0] = "note";
        for (int i = 0; i < 4; i++) {
            assertThat(enqueue(language, at.queue, arguments).code()).isZero();
        }
        assertThat(Files.size(at.queue.resolveSibling("queue.db-wal"))).isGreaterThan(4_800_000);
        assertThat(Files.size(at.queue)).isEqualTo(before);
    }
}
