package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.workerd.cli.text.Console;
import org.workerd.config.Environment;
import picocli.CommandLine;

/**
 * Lines as a quick reader and as picocli reads them.
 *
 * @param contents all that a command was told, but for what is told to every command
 */
record QuickLines(Reader reader, Function<Object, List<?>> contents) {
    /** What reads some lines without picocli, and leaves the others to it. */
    interface Reader {
        Optional<? extends Object> read(Main main, String... words);
    }

    /** Empty: left to picocli. */
    Optional<List<Object>> quick(String... words) {
        Main main = main();
        return reader.read(main, words).map(command -> all(main, command));
    }

    /** Empty: picocli finds it wrong, or it asks for something else. */
    Optional<List<Object>> slow(String... words) {
        Main main = main();
        try {
            CommandLine.ParseResult result =
                    main.commandLine(Commands.asked(words)).parseArgs(words);
            if (result.isUsageHelpRequested() || result.isVersionHelpRequested() || !result.hasSubcommand()) {
                return Optional.empty();
            }
            return Optional.of(all(main, result.subcommand().commandSpec().userObject()));
        } catch (CommandLine.ParameterException wrong) {
            return Optional.empty();
        }
    }

    /**
     * Holds the quick reader to picocli.
     *
     * @param begins one of them begins each line
     * @param words of which up to four more are strewn over a line
     * @return how many of the lines were read quickly
     */
    int compare(int lines, List<List<String>> begins, List<String> words) {
        Random random = new Random(7);
        int read = 0;
        for (int i = 0; i < lines; i++) {
            List<String> line = new ArrayList<>(begins.get(random.nextInt(begins.size())));
            for (int more = random.nextInt(5); more > 0; more--) {
                line.add(random.nextInt(line.size() + 1), words.get(random.nextInt(words.size())));
            }
            String[] asked = line.toArray(String[]::new);
            Optional<List<Object>> quick = quick(asked);
            if (quick.isPresent()) {
                read++;
                assertThat(quick).as(String.join("|", asked)).isEqualTo(slow(asked));
            }
        }
        return read;
    }

    private List<Object> all(Main main, Object command) {
        List<Object> all = new ArrayList<>();
        all.add(main.config);
        all.add(main.debug);
        all.add(command.getClass());
        all.addAll(contents.apply(command));
        return all;
    }

    private static Main main() {
        OutputStream nowhere = OutputStream.nullOutputStream();
        return new Main(
                new Console(InputStream.nullInputStream(), nowhere, nowhere, Console.Screen.NONE),
                new Environment(Map.of(), false, 1, Path.of("/nowhere")),
                InstantSource.system());
    }
}
