package org.workerd.unix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What everybody may know of a process, at one moment.
 *
 * @param name as it calls itself
 * @param user who started it, whatever rights the program has
 * @param isDying it was sent KILL, or is on its way out: what it still holds, its locks say, it will let go of
 */
public record ProcessStatus(String name, int user, boolean isDying) {
    /** Empty: there is no such process, or none that we can see. */
    public static Optional<ProcessStatus> of(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try {
            String name = "";
            int user = -1;
            boolean dying =
                    ProcessInfo.isExiting(Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1));
            for (String line : Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1)) {
                String value = line.substring(line.indexOf(':') + 1).strip();
                if (line.startsWith("Name:")) {
                    name = value;
                } else if (line.startsWith("Uid:")) {
                    user = Integer.parseInt(value.split("\\s", -1)[0]);
                }
                dying |= line.matches("State:\\s+[ZX].*|(SigPnd|ShdPnd):\\s+[0-9a-f]*[13579bdf][0-9a-f]{2}");
            }
            return Optional.of(new ProcessStatus(name, user, dying));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
