package org.workerd.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Starts programs and does nothing else, as many at a time as there are processors.
 *
 * @param words one for each program
 */
record Xargs(int count, File words) {
    private static final List<String> LINE =
            List.of("xargs", "-P", Integer.toString(Runtime.getRuntime().availableProcessors()), "-n1", "/bin/true");

    static Xargs of(Site site, int count) throws IOException {
        Path words = site.file("words" + count);
        Files.write(words, IntStream.range(0, count).mapToObj(Integer::toString).toList());
        return new Xargs(count, words.toFile());
    }

    /** Programs a second. */
    double run() throws IOException, InterruptedException {
        return count / Stopwatch.seconds(() -> Tool.run(LINE, words));
    }

    static String title() {
        return String.join(" ", LINE);
    }
}
