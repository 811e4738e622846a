package org.workerd.cli;

import java.time.Duration;
import org.workerd.cli.text.When;
import org.workerd.job.Names;
import org.workerd.job.Span;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the texts of options become values. */
final class Converters {
    private Converters() {}

    static long id(String text) {
        if (text.matches("0*[1-9][0-9]{0,17}")) {
            return Long.parseLong(text);
        }
        throw new IllegalArgumentException(
                "expected the id of a job, a positive integer, found \"" + Names.printable(text) + "\"");
    }

    /** A job's id: a positive integer. */
    static final class JobId implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return id(text);
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(wrong.getMessage());
            }
        }
    }

    /** D: {@code 500ms 30s 10m 2h 7d}. */
    static final class D implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Span.parse(text);
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(wrong.getMessage());
            }
        }
    }

    /** A time of RFC 3339, or by the clock on the wall. */
    static final class Time implements ITypeConverter<When> {
        @Override
        public When convert(String text) {
            try {
                return When.parse(text);
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(wrong.getMessage());
            }
        }
    }
}
