package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whoever was told an id finds the job after a power cut: no directory on the way to the queue is missing then. */
class DirectorySyncIT extends DaemonTest {
    private static final Pattern SYNCED = Pattern.compile("fsync\\(\\d+<(.*)>\\) *= 0");

    /** The directories that a command had synced, in the words of the kernel. */
    private Set<Path> synced(String... arguments) throws Exception {
        needs("strace");
        Path calls = at.top.resolve("calls");
        List<String> line = new ArrayList<>(
                List.of("strace", "-f", "-y", "-s", "4096", "-o", calls.toString(), "-e", "trace=fsync"));
        line.addAll(at.line(arguments));
        Shell.Done done = at.shell.run(line);
        assertThat(done.code()).as(done.err()).isZero();
        return Files.readAllLines(calls).stream()
                .map(SYNCED::matcher)
                .filter(Matcher::find)
                .map(call -> Path.of(call.group(1)))
                .collect(Collectors.toSet());
    }

    @Test
    void enqueueSyncsEachDirectoryThatItMakesIntoItsParent() throws Exception {
        at.set("queue.url", "\"sqlite:state/jobs/queue.db\"").configure();
        Path state = at.top.resolve("state");
        assertThat(synced("enqueue", "--force", "work")).contains(at.top, state, state.resolve("jobs"));
    }

    @Test
    void initSyncsEachDirectoryThatItMakesIntoItsParent() throws Exception {
        Path made = at.top.resolve("above/private");
        assertThat(synced("init", made.toString())).contains(at.top, made.getParent(), made, made.resolve("queue"));
    }
}
