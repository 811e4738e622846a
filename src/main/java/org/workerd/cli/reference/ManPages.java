package org.workerd.cli.reference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.workerd.cli.Commands;
import org.workerd.cli.Main;
import org.workerd.cli.text.Console;
import org.workerd.config.Environment;

/** Makes the man pages while the program is built: what people wrote, with the commands, settings and tables put in. */
public final class ManPages {
    private final String version;
    private final String date;

    /**
     * @param date the day on which this version was made
     */
    ManPages(String version, String date) {
        this.version = version;
        this.date = date;
    }

    /** Source directory, target directory, version, and a time of RFC 3339. */
    public static void main(String[] arguments) throws IOException {
        new ManPages(arguments[2], arguments[3].substring(0, "2026-11-23".length()))
                .write(Path.of(arguments[0]), Path.of(arguments[1]));
    }

    /** Each page into the directory of its section, like man8. */
    void write(Path source, Path target) throws IOException {
        List<Path> pages;
        try (Stream<Path> files = Files.list(source)) {
            pages = files.sorted().toList();
        }
        for (Path page : pages) {
            String name = page.getFileName().toString();
            Path section = Files.createDirectories(target.resolve("man" + name.substring(name.lastIndexOf('.') + 1)));
            Files.writeString(section.resolve(name), filled(Files.readString(page)));
        }
    }

    private String filled(String page) {
        Main main = new Main(Console.ofProcess(), Environment.ofProcess(), InstantSource.system());
        CommandReference reference = new CommandReference(Commands.tree(main));
        SqlReference sql = new SqlReference();
        return page.replace("@VERSION@", version)
                .replace("@DATE@", date)
                .replace("@OPTIONS@\n", reference.options())
                .replace("@COMMANDS@\n", reference.commands())
                .replace("@EXIT_STATUS@\n", reference.exitStatus())
                .replace("@SETTINGS@\n", SettingsReference.settings())
                .replace("@JOBS@\n", sql.columns("jobs"))
                .replace("@JOB_STATUS@\n", sql.columns("job_status"))
                .replace("@JOB_ATTEMPTS@\n", sql.columns("job_attempts"))
                .replace("@CANCELLATIONS@\n", sql.columns("cancellations"))
                .replace("@RETRIES@\n", sql.columns("retries"));
    }
}
