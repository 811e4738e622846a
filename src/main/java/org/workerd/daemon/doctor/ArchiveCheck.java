package org.workerd.daemon.doctor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.workerd.job.ShellWord;

/**
 * The archive of classes: whether it is there, and whether Java starts from it. Only Java knows the latter, and says
 * nothing of one that it leaves aside: so another one like ours is started and tells where its classes come from.
 */
final class ArchiveCheck {
    private static final String CHECK = "archive";
    private static final String MAIN = "org.workerd.cli.Main";
    private static final String FROM_ARCHIVE = " " + MAIN + " source: shared objects file";
    /** The tree of the Debian package; its launcher is in everybody's PATH. */
    private static final String PACKAGED = "/usr/share/workerd";

    private final Path archive;
    private final String home;
    private final List<String> java;

    /**
     * A check that has not begun.
     *
     * @param home the tree
     * @param java the words that start Java as it is started for a command, up to the class path
     */
    private ArchiveCheck(Path archive, String home, List<String> java) {
        this.archive = archive;
        this.home = home;
        this.java = java;
    }

    /** Nothing, where it was not the launcher that started us. */
    static List<Finding> look() throws IOException {
        String archive = System.getProperty("workerd.archive", "");
        List<String> words =
                List.of(Files.readString(Path.of("/proc/self/cmdline")).split("\0"));
        int options = words.indexOf("-cp");
        Optional<String> program = ProcessHandle.current().info().command();
        if (archive.isEmpty() || options < 0 || program.isEmpty()) {
            return List.of();
        }
        List<String> java = new ArrayList<>(words.subList(0, options));
        java.set(0, program.get());
        return List.of(
                new ArchiveCheck(Path.of(archive), System.getProperty("workerd.home", PACKAGED), java).finding());
    }

    private Finding finding() throws IOException {
        if (!Files.exists(archive)) {
            return slow("there is no class data archive " + archive, making());
        }
        if (!Files.isRegularFile(archive) || !Files.isReadable(archive)) {
            return slow("the class data archive " + archive + " is not a file, or cannot be read", making());
        }
        if (isUsed()) {
            return Finding.ok(CHECK, "commands start from the class data archive " + archive);
        }
        return home.contains(" ")
                ? slow(
                        "Java does not use the class data archive if the path has a space: " + home,
                        "move the tree to a path without spaces, then run bin/workerd archive there")
                : slow(
                        "the class data archive " + archive + " does not match this Java, " + Runtime.version()
                                + ", or these jars: one of them has changed since it was built",
                        making());
    }

    private static Finding slow(String found, String mend) {
        return Finding.warning(CHECK, found + "; commands start more slowly, and the daemon needs more memory", mend);
    }

    private boolean isUsed() throws IOException {
        List<String> line = new ArrayList<>(java);
        line.addAll(List.of(
                "-Xlog:class+load:stdout", "-cp", System.getProperty("java.class.path", ""), MAIN, "--version"));
        Process process = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            // All of it: a JVM whose log nobody reads complains.
            return output.lines().filter(said -> said.contains(FROM_ARCHIVE)).count() > 0;
        }
    }

    private String making() {
        String command = home.equals(PACKAGED) ? "workerd archive" : ShellWord.of(home + "/bin/workerd") + " archive";
        return Files.isWritable(VolumeCheck.existing(archive.resolveSibling("")))
                ? command
                : "run as the user who installed it (root?): " + command;
    }
}
