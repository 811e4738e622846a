package org.workerd.worker.attempt;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A program that is carried over, as a line of words {@code name=value}; who reads it knows not every name. */
public final class CarriedForm {
    private CarriedForm() {}

    public static String encode(Carried program) {
        String line = "slot=" + program.slot() + " job=" + program.job() + " token=" + program.token() + " pid="
                + program.pid() + " oldest=" + program.oldest() + " began=" + program.began() + " until="
                + program.until();
        return program.told() == null
                ? line
                : line + " told=" + program.told() + " kill=" + program.killAt() + " reason="
                        + URLEncoder.encode(program.reason(), StandardCharsets.UTF_8);
    }

    /**
     * The program that this line tells of.
     *
     * @throws IllegalArgumentException when it is not such a line, or lacks a word
     */
    public static Carried decode(String line) {
        Map<String, String> words = words(line);
        String told = words.get("told");
        return new Carried(
                Math.toIntExact(number(words, "slot")),
                number(words, "job"),
                number(words, "token"),
                Math.toIntExact(number(words, "pid")),
                number(words, "oldest"),
                number(words, "began"),
                number(words, "until"),
                told == null ? null : StopRequest.Cause.valueOf(told),
                URLDecoder.decode(words.getOrDefault("reason", ""), StandardCharsets.UTF_8),
                told == null ? 0 : number(words, "kill"));
    }

    /** The words of a line, those without a value left out. */
    public static Map<String, String> words(String line) {
        Map<String, String> words = new HashMap<>();
        for (String word : line.strip().split(" +", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return words;
    }

    /**
     * The whole number of this name.
     *
     * @throws IllegalArgumentException when it is missing, or none
     */
    public static long number(Map<String, String> words, String name) {
        @Nullable String digits = words.get(name);
        if (digits == null || !digits.matches("-?\\d{1,19}")) {
            throw new IllegalArgumentException("the hand-over lacks " + name + ", or it is no number: " + digits);
        }
        return Long.parseLong(digits);
    }
}
