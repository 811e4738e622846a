package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a handler gets: its arguments, its input, a clean place and a clean environment, and nothing else. */
class HandlerIT extends DaemonTest {
    @Test
    void itsEnvironmentIsExactlyTheContracts() {
        at.set("handlers.env", "{ COLOUR = \"dark red\" }").configure();
        at.shell.environment.put("SECRET", "hunter2");
        at.handler("env", "env >\"$WORKERD_RESULT\"");
        at.start();
        long id = jobs().insert("name", "env", "queue", "mail", "max_attempts", 3);
        jobs().awaitState(id, "done");
        List<String> variables = jobs().column(id, "result").lines().sorted().toList();
        assertThat(variables.stream().map(variable -> variable.replaceAll("=.*", "")))
                .filteredOn(name -> !name.matches("PWD|OLDPWD|SHLVL|_"))
                .containsExactly(
                        "COLOUR",
                        "HOME",
                        "LANG",
                        "PATH",
                        "TMPDIR",
                        "USER",
                        "WORKERD_ATTEMPT",
                        "WORKERD_JOB_ID",
                        "WORKERD_JOB_NAME",
                        "WORKERD_MAX_ATTEMPTS",
                        "WORKERD_PROGRESS",
                        "WORKERD_QUEUE",
                        "WORKERD_RESULT",
                        "WORKERD_RETRY",
                        "WORKERD_TOKEN");
        assertThat(variables)
                .contains(
                        "COLOUR=dark red",
                        "WORKERD_ATTEMPT=1",
                        "WORKERD_JOB_ID=" + id,
                        "WORKERD_JOB_NAME=env",
                        "WORKERD_MAX_ATTEMPTS=3",
                        "WORKERD_QUEUE=mail");
    }

    @Test
    void itHasThreeDescriptorsItsOwnGroupAndDefaultSignals() {
        at.handler(
                "look",
                """
                {
                    [ "$(ps -o pgid= -p $$ | tr -d ' ')" = $$ ] && echo own group
                    grep -E '^Sig(Blk|Ign):' /proc/self/status
                    ls -l /proc/self/fd | grep -v /proc/ | awk 'NF > 8 { print $9 }'
                } >"$WORKERD_TEST_OUT"
                cat "$WORKERD_TEST_OUT" >"$WORKERD_RESULT"
                """
                        .replace("$WORKERD_TEST_OUT", "./look"));
        at.start();
        long id = jobs().enqueue("look");
        jobs().awaitState(id, "done");
        assertThat(jobs().column(id, "result"))
                .isEqualTo("own group\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n0\n1\n2\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65537, 1 << 20})
    void itsInputIsThePayload(int size) {
        at.handler("digest", "md5sum >\"$WORKERD_RESULT\"");
        at.start();
        String payload = "ab\nc".repeat(size / 4 + 1).substring(0, size);
        long id = jobs().enqueue("digest", payload);
        jobs().awaitState(id, "done");
        Installation.write(at.top.resolve("payload"), payload);
        assertThat(jobs().column(id, "result"))
                .isEqualTo(at.shell
                        .run("sh", "-c", "md5sum <'" + at.top.resolve("payload") + "'")
                        .out());
    }

    @Test
    void itNeedNotReadItsInput() {
        at.handler("deaf", "exec <&-; exit 0");
        at.start();
        long id = jobs().enqueue("deaf", "x".repeat(1 << 20));
        jobs().awaitState(id, "done");
    }

    @Test
    void itsArgumentsAreGivenAsTheyAre() {
        at.handler("args", "printf '<%s>' \"$@\" >\"$WORKERD_RESULT\"");
        at.start();
        long id = jobs().insert(
                        "name",
                        "args",
                        "args",
                        "[\"a b\",\"\",\"two\\nlines\",\"größe ☃ 𝄞\",\"$HOME `id` *\",\"-n\",\"'\\\"\\\\\"]");
        jobs().awaitState(id, "done");
        assertThat(jobs().column(id, "result")).isEqualTo("<a b><><two\nlines><größe ☃ 𝄞><$HOME `id` *><-n><'\"\\>");
    }

    @Test
    void anArgumentTooLongForTheKernelFailsTheJobAlone() {
        at.handler("args", "exit 0");
        at.start();
        long id = jobs().insert("name", "args", "args", "[\"" + "x".repeat(300_000) + "\"]", "max_attempts", 1);
        jobs().awaitState(id, "dead");
        assertThat(jobs().column(id, "exit_code")).isEqualTo("126");
        jobs().awaitState(jobs().enqueue("args"), "done");
    }

    @Test
    void itsDirectoryIsFreshAndGoneAfterwardsWhateverItHolds() throws Exception {
        Path precious = Files.createDirectory(at.top.resolve("precious"));
        Files.writeString(precious.resolve("file"), "kept");
        at.handler(
                "litter",
                """
                ls -A >"$WORKERD_RESULT"; pwd >>"$WORKERD_RESULT"
                mkdir -p sealed/inside; touch sealed/inside/file; chmod 000 sealed/inside sealed
                ln -s '%s' out; ln -s '%s/file' out-file; mkfifo pipe; mkdir "$(printf 'a\\nb')"; touch -- -rf
                chmod 000 .
                """
                        .formatted(precious, precious));
        at.set("workers.concurrency", "1").configure();
        at.start();
        long id = jobs().enqueue("litter");
        jobs().awaitState(id, "done");
        Path work = Path.of(jobs().column(id, "result").strip());
        assertThat(work).doesNotExist();
        assertThat(precious.resolve("file")).hasContent("kept");
        long again = jobs().enqueue("litter");
        jobs().awaitState(again, "done");
        assertThat(jobs().column(again, "result").lines()).hasSize(1);
        Path scratch = at.queue.resolveSibling("scratch");
        try (Stream<Path> left = Files.walk(scratch)) {
            // The daemon's own: the empty standard input of attempts without a payload, and how attempts ended.
            assertThat(left.filter(Files::isRegularFile))
                    .containsExactlyInAnyOrder(
                            scratch.resolve("1/input"), scratch.resolve("1/ends.0"), scratch.resolve("1/ends.1"));
        }
    }

    @Test
    void aResultIsWhatItWroteThereAndAtMostAMebibyte() {
        at.handler("large", "head -c 3000000 /dev/zero | tr '\\0' x >\"$WORKERD_RESULT\"");
        at.handler("strange", "rm -f \"$WORKERD_RESULT\"; mkfifo \"$WORKERD_RESULT\"");
        at.handler("link", "ln -s /etc/passwd \"$WORKERD_RESULT\"");
        at.handler("binary", "printf 'a\\377b' >\"$WORKERD_RESULT\"");
        at.start();
        long large = jobs().enqueue("large");
        long strange = jobs().enqueue("strange");
        long link = jobs().enqueue("link");
        long binary = jobs().enqueue("binary");
        List.of(large, strange, link, binary).forEach(id -> jobs().awaitState(id, "done"));
        assertThat(jobs().column(large, "result")).hasSize(1 << 20);
        assertThat(jobs().column(strange, "result")).isNull();
        assertThat(jobs().column(link, "result")).isNull();
        assertThat(jobs().column(binary, "result")).startsWith("a").endsWith("b");
    }

    @Test
    void howFarItIsIsSeenWhileItRunsAndAfterwards() {
        at.handler(
                "slow",
                "echo 25 reading >>\"$WORKERD_PROGRESS\"; until [ -e '%s/go' ]; do sleep 0.02; done; echo 90 >>\"$WORKERD_PROGRESS\""
                        .formatted(at.top));
        at.start();
        long id = jobs().enqueue("slow");
        until("it is seen", () -> "{\"percent\":25,\"message\":\"reading\"}".equals(jobs().column(id, "progress")));
        assertThat(jobs().state(id)).isEqualTo("running");
        Installation.write(at.top.resolve("go"), "");
        jobs().awaitState(id, "done");
        assertThat(jobs().column(id, "progress")).isEqualTo("{\"percent\":90,\"message\":null}");
        assertThat(at.workerd("show", "--json", Long.toString(id)).out())
                .contains("\"progress\":{\"percent\":90,\"message\":null}");
    }

    @Test
    void itsDirectoryIsFreshWhateverTheOneBeforeDidToIts() throws Exception {
        at.set("workers.concurrency", "1").configure();
        at.handler("write", "echo secret >left; mkdir below");
        at.handler("open", "chmod 777 .");
        at.handler("linger", "echo 50 >\"$WORKERD_PROGRESS\"; ln -s /etc \"$WORKERD_RESULT\"");
        at.handler("replace", "rmdir \"$PWD\"; ln -s /tmp \"$PWD\"");
        at.handler("look", "stat -c '%A %F' . \"$PWD\" >>'" + diary() + "'; ls -A . .. >>'" + diary() + "'");
        List<String> names =
                List.of("look", "write", "look", "open", "look", "linger", "look", "replace", "look", "look");
        names.forEach(jobs()::enqueue);
        at.start();
        jobs().awaitAllDone();
        List<String> fresh = List.of("drwxr-x--- directory", "drwxr-x--- directory", ".:", "", "..:", "work");
        assertThat(diaryLines())
                .hasSize(36)
                .isEqualTo(Collections.nCopies(6, fresh).stream()
                        .flatMap(List::stream)
                        .toList());
        try (Stream<Path> all = Files.walk(at.top)) {
            assertThat(all.filter(path -> path.endsWith("work"))).isEmpty();
        }
    }
}
