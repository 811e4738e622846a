package org.workerd.ops;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Names;
import org.workerd.job.NewJob;
import org.workerd.job.Span;

/** One line of a batch: a JSON object that becomes a job. For one line, once. */
public final class BatchLine {
    /** What a line may say. */
    public static final List<String> KEYS = List.of(
            "name",
            "args",
            "payload",
            "queue",
            "priority",
            "delay",
            "at",
            "key",
            "max_attempts",
            "timeout",
            "after",
            "tags");

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String text;
    private final JsonParser json;
    private @Nullable String name;
    private List<String> args = List.of();
    private @Nullable String payload;
    private String queue = NewJob.DEFAULT_QUEUE;
    private int priority;
    private @Nullable Duration delay;
    private @Nullable Instant at;
    private @Nullable String key;
    private @Nullable Integer maxAttempts;
    private @Nullable Duration timeout;
    private List<Long> after = List.of();
    private List<String> tags = List.of();

    private BatchLine(String text, JsonParser json) {
        this.text = text;
        this.json = json;
    }

    /**
     * The job that the line describes.
     *
     * @throws IllegalArgumentException with a sentence
     */
    public static NewJob parse(String text, Instant now) {
        try (JsonParser json = FACTORY.createParser(text)) {
            BatchLine line = new BatchLine(text, json);
            line.read();
            return line.job(now);
        } catch (JsonProcessingException wrong) {
            throw NoJson.of(text, wrong);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private void read() throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException("expected a JSON object, found " + found());
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            if (!KEYS.contains(field)) {
                throw unknown(field);
            }
            if (json.currentToken() != JsonToken.VALUE_NULL) {
                take(field);
            }
        }
        if (json.nextToken() != null) {
            throw new IllegalArgumentException("expected one JSON object per line, found more after it: " + found());
        }
    }

    private void take(String field) throws IOException {
        switch (field) {
            case "name" -> name = string(field);
            case "args" -> args = strings(field);
            case "payload" -> payload = anything();
            case "queue" -> queue = string(field);
            case "priority" -> priority = whole(field);
            case "delay" -> delay = span(field);
            case "at" -> at = time(field);
            case "key" -> key = string(field);
            case "max_attempts" -> maxAttempts = whole(field);
            case "timeout" -> timeout = span(field);
            case "after" -> after = ids(field);
            case "tags" -> tags = strings(field);
            default -> throw unknown(field);
        }
    }

    private NewJob job(Instant now) {
        if (name == null) {
            throw new IllegalArgumentException("\"name\" is missing");
        }
        if (delay != null && at != null) {
            throw new IllegalArgumentException("\"delay\" and \"at\" cannot be used together");
        }
        return NewJob.named(name)
                .args(args)
                .payload(payload)
                .queue(queue)
                .priority(priority)
                .runAt(runAt(delay, at, now))
                .key(key)
                .maxAttempts(maxAttempts)
                .timeout(timeout)
                .after(after)
                .tags(tags)
                .build();
    }

    /** Null: at once. */
    public static @Nullable Instant runAt(@Nullable Duration delay, @Nullable Instant at, Instant now) {
        return delay == null || delay.isZero() ? at : now.plus(delay);
    }

    private String string(String field) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw unexpected(field, "a string");
        }
        return json.getText();
    }

    private int whole(String field) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getNumberType() != JsonParser.NumberType.INT) {
            throw new IllegalArgumentException("\"" + field + "\": the number is too large");
        }
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw unexpected(field, "a whole number");
        }
        return json.getIntValue();
    }

    private Duration span(String field) throws IOException {
        String value = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
        if (value.isEmpty()) {
            throw unexpected(field, "a duration like \"30s\"");
        }
        return named(field, () -> Span.parse(value));
    }

    private Instant time(String field) throws IOException {
        String value = string(field);
        return named(field, () -> Rfc3339.parse(value));
    }

    private List<String> strings(String field) throws IOException {
        List<String> strings = new ArrayList<>();
        String expected = "an array of strings";
        begin(field, expected);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw unexpected(field, expected);
            }
            strings.add(json.getText());
        }
        return strings;
    }

    private List<Long> ids(String field) throws IOException {
        List<Long> ids = new ArrayList<>();
        String expected = "an array of ids";
        begin(field, expected);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                throw unexpected(field, expected);
            }
            ids.add(json.getLongValue());
        }
        return ids;
    }

    private void begin(String field, String expected) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw unexpected(field, expected);
        }
    }

    /** A string's text; any other value as it is written, so that no number loses a digit. */
    private String anything() throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        int from = (int) json.currentTokenLocation().getCharOffset();
        if (json.currentToken().isStructStart()) {
            json.skipChildren();
        } else {
            json.finishToken();
        }
        return text.substring(from, (int) json.currentLocation().getCharOffset())
                .strip();
    }

    private interface Reading<T> {
        T read();
    }

    private static <T> T named(String field, Reading<T> reading) {
        try {
            return reading.read();
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("\"" + field + "\": " + wrong.getMessage(), wrong);
        }
    }

    private IllegalArgumentException unexpected(String field, String expected) {
        return new IllegalArgumentException("\"" + field + "\": expected " + expected + ", found " + found());
    }

    private static IllegalArgumentException unknown(String field) {
        String meant = Names.closest(field, KEYS)
                .map(name -> "; Did you mean " + name + "?")
                .orElse("");
        return new IllegalArgumentException("unknown key \"" + Names.printable(field) + "\"" + meant);
    }

    private String found() {
        JsonToken token = json.currentToken();
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_OBJECT, END_OBJECT, FIELD_NAME -> "an object";
            case START_ARRAY, END_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "a number";
            case VALUE_NUMBER_FLOAT -> "a number with a fraction";
            case VALUE_TRUE, VALUE_FALSE -> "true or false";
            case VALUE_NULL, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> "null";
        };
    }
}
