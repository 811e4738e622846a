package org.workerd.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Backoff;
import org.workerd.job.ByteSize;
import org.workerd.job.Names;
import org.workerd.job.Rate;
import org.workerd.job.Schedule;
import org.workerd.job.Span;
import org.workerd.store.QueueUrl;

/**
 * How the text of a setting becomes a value and a value becomes text.
 *
 * @param expected what a value must be, to follow the word "expected"
 * @param form how TOML writes it
 */
record SettingType<T>(String expected, Form form, Reading<T> reading, Function<T, String> showing) {
    /** The word of {@code daemon.drain_timeout} for "no limit", so that a later file can take an earlier limit away. */
    private static final String UNSET = "unset";

    /** The word of a path for "there is none"; a directory of this name is ./none. */
    private static final String NONE = "none";

    private static final String ANY_DURATION = "a duration like 500ms, 30s, 10m, 2h, 7d or 1h30m";
    private static final String SQLITE = QueueUrl.Sqlite.SCHEME;
    private static final String ANY_QUEUE = "sqlite:PATH or postgresql://USER@HOST/DATABASE";

    static final SettingType<String> TEXT =
            new SettingType<>("text in quotes", Form.TEXT, (text, base) -> withoutNul(text), text -> text);

    static final SettingType<Path> PATH = new SettingType<>("a path", Form.TEXT, SettingType::absolute, Path::toString);

    static final SettingType<Optional<Path>> OPTIONAL_PATH = pathOr(NONE);
    static final SettingType<Optional<Path>> UNSET_PATH = pathOr(UNSET);

    static final SettingType<QueueUrl> QUEUE =
            new SettingType<>(ANY_QUEUE, Form.TEXT, SettingType::queue, QueueUrl::text);

    static final SettingType<Optional<Duration>> LIMIT = new SettingType<>(
            ANY_DURATION + ", or \"unset\"", Form.TEXT, (text, base) -> limit(text), limit -> limit.map(Span::format)
                    .orElse(UNSET));

    static final SettingType<Backoff> BACKOFF = new SettingType<>(
            "\"exponential\" or " + ANY_DURATION, Form.TEXT, (text, base) -> backoff(text), SettingType::show);

    static final SettingType<Rate> RATE =
            new SettingType<>(Rate.FORM, Form.TEXT, (text, base) -> Rate.parse(text), Rate::toString);

    static final SettingType<List<String>> ARGS = new SettingType<>(
            TextArray.EXPECTED, Form.ARRAY, (text, base) -> TextArray.parseArgs(text), TextArray::format);

    static final SettingType<List<String>> TAGS = new SettingType<>(
            TextArray.EXPECTED, Form.ARRAY, (text, base) -> TextArray.parseTags(text), TextArray::format);

    /** Of a handler; the empty name stands for none, so that one name can do without. */
    static final SettingType<Optional<String>> HANDLER = new SettingType<>(
            "a handler's name, or \"\"",
            Form.TEXT,
            (text, base) -> text.isEmpty() ? Optional.empty() : Optional.of(Names.checked("a handler's name", text)),
            name -> name.orElse(""));

    static final SettingType<Schedule> SCHEDULE = new SettingType<>(
            "a schedule like \"30 2 * * *\"", Form.TEXT, (text, base) -> Schedule.parse(text), Schedule::text);

    static final SettingType<ZoneId> ZONE =
            new SettingType<>(TimeZones.EXPECTED, Form.TEXT, (text, base) -> TimeZones.parse(text), ZoneId::getId);

    /** How TOML writes a value; the environment writes all as text, an array as JSON. */
    enum Form {
        TEXT,
        NUMBER,
        EITHER,
        ARRAY,
        TEXT_OR_ARRAY,
        TRUTH;

        boolean fits(TomlValue.Kind kind) {
            return switch (this) {
                case TEXT -> kind == TomlValue.Kind.TEXT;
                case NUMBER -> kind == TomlValue.Kind.NUMBER;
                case EITHER -> kind == TomlValue.Kind.TEXT || kind == TomlValue.Kind.NUMBER;
                case ARRAY -> kind == TomlValue.Kind.ARRAY;
                case TEXT_OR_ARRAY -> kind == TomlValue.Kind.TEXT || kind == TomlValue.Kind.ARRAY;
                case TRUTH -> kind == TomlValue.Kind.OTHER;
            };
        }
    }

    interface Reading<T> {
        T read(String text, @Nullable Path base);
    }

    /** @param word of "there is none"; a directory of this name is ./WORD */
    private static SettingType<Optional<Path>> pathOr(String word) {
        return new SettingType<>(
                "a path, or \"" + word + "\"",
                Form.TEXT,
                (text, base) -> text.equals(word) ? Optional.empty() : Optional.of(absolute(text, base)),
                path -> path.map(Path::toString).orElse(word));
    }

    static SettingType<Integer> whole(int least, int most) {
        String expected = "a whole number " + least + " to " + most;
        return new SettingType<>(
                expected, Form.NUMBER, (text, base) -> whole(text, least, most, expected), Object::toString);
    }

    /**
     * @param what with an article, like {@code a job name}
     */
    static SettingType<String> name(String what) {
        return new SettingType<>(what, Form.TEXT, (text, base) -> Names.checked(what, text), text -> text);
    }

    static SettingType<Duration> duration() {
        return new SettingType<>(ANY_DURATION, Form.TEXT, (text, base) -> Span.parse(text), Span::format);
    }

    static SettingType<Duration> duration(Duration least, Duration most) {
        String expected = "a duration " + Span.format(least) + " to " + Span.format(most);
        return new SettingType<>(
                expected,
                Form.TEXT,
                (text, base) -> within(Span.parse(text), least, most, expected, text),
                Span::format);
    }

    static SettingType<Long> size(long least, long most) {
        String expected = "a size " + ByteSize.format(least) + " to " + ByteSize.format(most);
        return new SettingType<>(
                expected,
                Form.EITHER,
                (text, base) -> within(ByteSize.parse(text), least, most, expected, text),
                size -> ByteSize.format(size));
    }

    static <E extends Enum<E>> SettingType<E> choice(Class<E> type) {
        String expected = Arrays.stream(type.getEnumConstants())
                .map(SettingType::word)
                .collect(Collectors.joining(", "))
                .replaceFirst(", ([^,]*)$", " or $1");
        Reading<E> reading = (text, base) -> Arrays.stream(type.getEnumConstants())
                .filter(choice -> word(choice).equals(text))
                .findFirst()
                .orElseThrow(() -> unexpected(expected, quoted(text)));
        return new SettingType<>(expected, Form.TEXT, reading, SettingType::word);
    }

    /**
     * @param base what a relative path is relative to; null: it must be absolute
     * @throws IllegalArgumentException with a sentence, when the text is no such value
     */
    T read(String text, @Nullable Path base) {
        return reading.read(text, base);
    }

    String show(T value) {
        return showing.apply(value);
    }

    static IllegalArgumentException unexpected(String expected, String found) {
        return new IllegalArgumentException("expected " + expected + ", found " + found);
    }

    static String quoted(String text) {
        return '"' + Names.printable(text) + '"';
    }

    private static Integer whole(String text, int least, int most, String expected) {
        if (text.matches("-?[0-9]{1,10}")) {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return (int) number;
            }
        }
        throw unexpected(expected, text.matches("-?[0-9]{1,19}") ? text : quoted(text));
    }

    private static <V extends Comparable<V>> V within(V value, V least, V most, String expected, String shown) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw unexpected(expected, shown);
        }
        return value;
    }

    private static Optional<Duration> limit(String text) {
        return text.equals(UNSET) ? Optional.empty() : Optional.of(span(text, LIMIT.expected()));
    }

    private static Backoff backoff(String text) {
        return text.equals("exponential")
                ? new Backoff.Exponential()
                : new Backoff.Fixed(span(text, BACKOFF.expected()));
    }

    /** A duration where something else may stand too. */
    private static Duration span(String text, String expected) {
        try {
            return Span.parse(text);
        } catch (IllegalArgumentException e) {
            throw unexpected(expected, quoted(text));
        }
    }

    private static String show(Backoff backoff) {
        return backoff instanceof Backoff.Fixed fixed ? Span.format(fixed.pause()) : "exponential";
    }

    private static QueueUrl queue(String text, @Nullable Path base) {
        if (text.equals(SQLITE)) {
            throw unexpected("sqlite:PATH and a path after it", quoted(text));
        }
        if (text.startsWith(QueueUrl.Postgres.SCHEME)) {
            return QueueUrl.Postgres.parse(text);
        }
        if (!text.startsWith(SQLITE)) {
            throw unexpected(ANY_QUEUE, scheme(text));
        }
        String path = text.substring(SQLITE.length());
        if (path.equals(":memory:") || path.indexOf('?') >= 0) {
            throw unexpected("sqlite:PATH, a plain file and no options", quoted(text));
        }
        return new QueueUrl.Sqlite(absolute(path, base));
    }

    /** Only the scheme of a URL, as the rest may hold a password. */
    private static String scheme(String text) {
        int end = text.indexOf(':');
        return end < 0 ? quoted(text) : quoted(text.substring(0, end + 1) + "…");
    }

    private static Path absolute(String text, @Nullable Path base) {
        if (text.isEmpty() || text.startsWith("~")) {
            throw unexpected("a path, written out", quoted(text));
        }
        Path path = path(text);
        if (path.isAbsolute()) {
            return path;
        }
        if (base == null) {
            throw new IllegalArgumentException("must be absolute, was " + quoted(text));
        }
        Path whole = base;
        for (Path step : path) { // not normalize(): a .. behind a symbolic link means another directory
            whole = step.toString().equals(".") ? whole : whole.resolve(step);
        }
        return whole;
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw unexpected("a path", quoted(text));
        }
    }

    private static String withoutNul(String text) {
        if (text.indexOf('\0') >= 0) {
            throw unexpected("text without NUL", quoted(text));
        }
        return text;
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}
