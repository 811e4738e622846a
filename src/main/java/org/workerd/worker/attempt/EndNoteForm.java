package org.workerd.worker.attempt;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Outcome;
import org.workerd.job.Progress;

/**
 * The note of an end as bytes, and back. An outcome is a record of few types of values, so a new kind of it needs nothing
 * here; one that another version of the program wrote, and this one does not know, cannot be read.
 */
final class EndNoteForm {
    private static final int USUAL_SIZE = 128;
    private static final int NONE = -1;

    private static final Map<String, Kind> KINDS = Stream.of(Outcome.class.getPermittedSubclasses())
            .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, Kind::new));

    private EndNoteForm() {}

    /** A kind of outcome, by the name of its record. */
    private record Kind(String name, Class<?> type, List<RecordComponent> parts) {
        Kind(Class<?> type) {
            this(type.getSimpleName(), type, List.of(type.getRecordComponents()));
        }

        Outcome make(@Nullable Object[] values) throws ReflectiveOperationException {
            Class<?>[] types = parts.stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
            return (Outcome) type.getDeclaredConstructor(types).newInstance(values);
        }
    }

    static byte[] encode(EndNote note) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_SIZE);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(note.token());
            out.writeLong(note.at().toEpochMilli());
            Progress progress = note.progress();
            out.writeByte(progress == null ? NONE : progress.percent());
            write(out, progress == null ? null : progress.message());
            encode(out, note.outcome());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        } catch (ReflectiveOperationException notARecord) {
            throw new IllegalArgumentException("cannot note " + note.outcome(), notARecord);
        }
        return bytes.toByteArray();
    }

    private static void encode(DataOutputStream out, Outcome outcome) throws IOException, ReflectiveOperationException {
        Kind kind = Optional.ofNullable(KINDS.get(outcome.getClass().getSimpleName()))
                .orElseThrow();
        write(out, kind.name());
        out.writeByte(kind.parts().size());
        for (RecordComponent part : kind.parts()) {
            Object value = part.getAccessor().invoke(outcome);
            write(out, value == null ? null : value.toString());
        }
    }

    /** Empty: another version of the program wrote it. */
    static Optional<EndNote> decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            long token = in.readLong();
            Instant at = Instant.ofEpochMilli(in.readLong());
            int percent = in.readByte();
            String message = read(in);
            Progress progress = percent == NONE ? null : new Progress(percent, message);
            return decode(in).map(outcome -> new EndNote(token, at, progress, outcome));
        } catch (IOException | ReflectiveOperationException | RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<Outcome> decode(DataInputStream in) throws IOException, ReflectiveOperationException {
        Kind kind = KINDS.get(read(in));
        if (kind == null || in.readByte() != kind.parts().size()) {
            return Optional.empty();
        }
        @Nullable Object[] values = new @Nullable Object[kind.parts().size()];
        for (int i = 0; i < values.length; i++) {
            String text = read(in);
            values[i] =
                    text == null ? null : reader(kind.parts().get(i).getType()).apply(text);
        }
        return Optional.of(kind.make(values));
    }

    /** From what {@code toString} makes of such a value. */
    private static Function<String, Object> reader(Class<?> type) {
        if (type == String.class) {
            return text -> text;
        }
        if (type == int.class || type == Integer.class) {
            return Integer::valueOf;
        }
        if (type == boolean.class) {
            return Boolean::valueOf;
        }
        if (type == Duration.class) {
            return Duration::parse;
        }
        throw new IllegalArgumentException("an outcome has a value that cannot be read back: " + type);
    }

    private static void write(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(NONE);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static @Nullable String read(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length == NONE ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
}
