package org.workerd.cli;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What commands print, kept in files and compared byte for byte. When a change of the output is meant, they are all
 * written anew by: mvn test -Dtest=GoldenTest -Dgolden.write=true (and looked through, with git diff).
 */
final class Golden {
    static final Path FILES = Path.of("src/test/resources/golden");
    private static final boolean WRITE = Boolean.getBoolean("golden.write");

    /** What differs from one machine to the next, and what stands for it. */
    private static final Map<String, String> VARYING = Map.of(
            "(machine[^L\n]*)Linux on [^\n]*?, as user \\d+", "$1Linux on ARCH, Java VERSION, as user N",
            "(file system *(?:\",\"found\":\")?)[a-z0-9]+", "$1FILESYSTEM",
            "\\d+\\.\\d [KMGT]iB free", "N GiB free",
            "user [a-z][a-z0-9_-]* can", "user USER can",
            "after \\d+ms", "after Nms",
            "\"ran_ms\":\\d+", "\"ran_ms\":N",
            "(queue|copy)\\.db, [0-9.]+ KiB", "$1.db, N KiB");

    private Golden() {}

    /** A command line and where its output is kept. */
    record Case(String file, int columns, List<String> line) {
        /** Words between spaces; the terminal's columns, or 0 where there is none. */
        static Case of(String directory, int columns, String line) {
            String name = line.isEmpty() ? "nothing" : line.replaceAll("[^A-Za-z0-9.=,-]+", "_");
            return new Case(
                    directory + "/" + name + ".txt", columns, line.isEmpty() ? List.of() : List.of(line.split(" ")));
        }

        @Override
        public String toString() {
            return file;
        }
    }

    static void compare(Case one, Cli.Said said, Path directory) throws IOException {
        String actual = text(one, said).replace(directory.toString(), "/srv/installed");
        for (Map.Entry<String, String> varying : VARYING.entrySet()) {
            actual = actual.replaceAll(varying.getKey(), varying.getValue());
        }
        Path file = FILES.resolve(one.file());
        if (WRITE) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, actual);
            return;
        }
        String expected = Files.exists(file) ? Files.readString(file) : "";
        if (!expected.equals(actual)) {
            fail(difference(file, expected.lines().toList(), actual.lines().toList()));
        }
    }

    /** The files that belong to no case. */
    static List<String> unused(Stream<Case> cases) throws IOException {
        List<String> used = cases.map(Case::file).toList();
        try (Stream<Path> files = Files.walk(FILES)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> FILES.relativize(file).toString())
                    .filter(file -> !used.contains(file))
                    .toList();
        }
    }

    private static String text(Case one, Cli.Said said) {
        String text =
                String.join(" ", "$ workerd", String.join(" ", one.line())).strip() + "\n" + said.out();
        return text
                + (said.err().isEmpty() ? "" : "---- stderr\n" + said.err())
                + (said.status() == 0 ? "" : "---- exit status " + said.status() + "\n");
    }

    /** From the first line that differs to the last, the old ones with -, the new ones with +. */
    private static String difference(Path file, List<String> expected, List<String> actual) {
        int same = 0;
        while (same < Math.min(expected.size(), actual.size())
                && expected.get(same).equals(actual.get(same))) {
            same++;
        }
        int tail = 0;
        while (tail < Math.min(expected.size(), actual.size()) - same
                && expected.get(expected.size() - 1 - tail).equals(actual.get(actual.size() - 1 - tail))) {
            tail++;
        }
        StringBuilder text = new StringBuilder(file + " differs from line " + (same + 1) + ":\n");
        expected.subList(same, expected.size() - tail)
                .forEach(line -> text.append("- ").append(line).append('\n'));
        actual.subList(same, actual.size() - tail)
                .forEach(line -> text.append("+ ").append(line).append('\n'));
        return text + "If that is meant: mvn test -Dtest=GoldenTest -Dgolden.write=true, and look at git diff";
    }
}
