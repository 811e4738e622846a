package org.workerd.config;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.workerd.job.NewJob;

/** An array of texts, as JSON writes it, which for these TOML does too. */
final class TextArray {
    static final String EXPECTED = "an array of texts in quotes, like [\"-v\", \"all\"]";

    private TextArray() {}

    /**
     * The texts.
     *
     * @throws IllegalArgumentException with a sentence, when it is no array, or not of texts
     */
    static List<String> parse(String json) {
        if (json.equals("[]")) {
            return List.of(); // a default: no command shall load a parser for it
        }
        try {
            return JSON.std.listFrom(json).stream().map(TextArray::text).toList();
        } catch (IOException notAnArray) {
            throw SettingType.unexpected(EXPECTED, SettingType.quoted(json));
        }
    }

    /** The same, and what the arguments of a job may be: that is for the job to say. */
    static List<String> parseArgs(String json) {
        return NewJob.of("any", parse(json).toArray(String[]::new)).args();
    }

    /** The same, and what the tags of a job may be. */
    static List<String> parseTags(String json) {
        return NewJob.named("any").tags(parse(json)).build().tags();
    }

    static String format(List<String> texts) {
        JsonStringEncoder encoder = JsonStringEncoder.getInstance();
        return texts.stream()
                .map(text -> '"' + new String(encoder.quoteAsString(text)) + '"')
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String text(Object element) {
        if (element instanceof String text) {
            return text;
        }
        throw SettingType.unexpected(EXPECTED, element + " in it");
    }
}
