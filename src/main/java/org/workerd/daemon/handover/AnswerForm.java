package org.workerd.daemon.handover;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.workerd.config.Settings;

/**
 * The answer of a version that can take over, as bytes: words that end with NUL each. What was asked is what will run: its
 * own command line and environment are the answer.
 */
final class AnswerForm {
    private AnswerForm() {}

    /** Of this process. */
    static byte[] ofProcess(Settings settings) throws IOException {
        byte[] arguments = Files.readAllBytes(Path.of("/proc/self/cmdline"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        word(bytes, settings.pidfile().toString());
        word(bytes, settings.directory().path().toString());
        word(bytes, Integer.toString(words(arguments).size()));
        bytes.writeBytes(arguments);
        bytes.writeBytes(Files.readAllBytes(Path.of("/proc/self/environ")));
        return bytes.toByteArray();
    }

    /** What these bytes say; throws IllegalArgumentException when they are no such answer. */
    static Answer.Fit parse(byte[] bytes) {
        List<String> words = words(bytes);
        if (words.size() < 4 || !words.get(2).matches("[1-9][0-9]{0,5}")) {
            throw new IllegalArgumentException("the new version gave no answer that this one understands");
        }
        int end = 3 + Integer.parseInt(words.get(2));
        if (end > words.size()) {
            throw new IllegalArgumentException("the answer of the new version was cut short");
        }
        return new Answer.Fit(
                Path.of(words.get(0)), Path.of(words.get(1)), words.subList(3, end), words.subList(end, words.size()));
    }

    private static void word(ByteArrayOutputStream bytes, String word) {
        bytes.writeBytes(word.getBytes(StandardCharsets.UTF_8));
        bytes.write(0);
    }

    private static List<String> words(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        // What ends with NUL has an empty word behind it.
        List<String> words = List.of(text.split("\0", -1));
        return words.subList(0, words.size() - 1);
    }
}
