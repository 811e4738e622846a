package org.workerd.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.workerd.Tool;
import org.workerd.unix.Spawn.Descriptor;
import org.workerd.unix.Spawn.Group;
import org.workerd.unix.Spawn.Open;

/** Programs for tests to start: their output goes to a file. */
final class Child {
    static final String LANG = "LANG=C.UTF-8";

    private Child() {}

    static Spawn shell(Path output, String script, String... arguments) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        words.addAll(List.of(arguments));
        return program(Tool.needed("sh"), output, words);
    }

    static Spawn perl(Path output, String script) {
        return program(Tool.needed("perl"), output, List.of("perl", "-e", script));
    }

    static Spawn program(Path program, Path output, List<String> words) {
        return with(program, words, Group.PROCESS_GROUP, standard(output, Spawn.nullInput(0)));
    }

    static Spawn with(Path program, List<String> words, Group group, List<Descriptor> descriptors) {
        return new Spawn(program, words, List.of(LANG), Path.of("/"), group, descriptors);
    }

    static List<Descriptor> standard(Path output, Descriptor input) {
        return List.of(input, new Open(1, output, Posix.APPEND | Posix.CREATE), new Spawn.Copy(2, 1));
    }

    /** Runs it to its end, which must be a good one. */
    static void run(Spawn spawn) {
        assertThat(Processes.reap(spawn.start())).isEqualTo(new Processes.End.Exit(0));
    }
}
