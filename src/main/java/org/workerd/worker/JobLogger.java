package org.workerd.worker;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** A logger whose lines are an attempt's output: time, level, message, trace. Thread-safe. */
final class JobLogger extends LegacyAbstractLogger {
    private final transient OutputLines lines;
    private final transient Supplier<Instant> clock;

    JobLogger(String job, OutputLines lines, Supplier<Instant> clock) {
        this.name = job;
        this.lines = lines;
        this.clock = clock;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            @Nullable String pattern,
            @Nullable Object @Nullable [] arguments,
            @Nullable Throwable failure) {
        String message = MessageFormatter.basicArrayFormat(pattern, arguments);
        String line = clock.get().truncatedTo(ChronoUnit.MILLIS) + " " + level + " " + message + "\n";
        lines.print(failure == null ? line : line + Failing.trace(failure));
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    public boolean isTraceEnabled() {
        return true;
    }

    @Override
    public boolean isDebugEnabled() {
        return true;
    }

    @Override
    public boolean isInfoEnabled() {
        return true;
    }

    @Override
    public boolean isWarnEnabled() {
        return true;
    }

    @Override
    public boolean isErrorEnabled() {
        return true;
    }
}
