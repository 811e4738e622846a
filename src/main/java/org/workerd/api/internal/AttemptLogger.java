package org.workerd.api.internal;

import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** A logger that hands all that is logged, of every level, to the attempt's output. As thread-safe as that is. */
public final class AttemptLogger extends LegacyAbstractLogger {
    /** Where it goes. */
    @FunctionalInterface
    public interface Lines {
        /**
         * Takes one message.
         *
         * @param level as it is written, like {@code INFO}
         * @param message with its arguments filled in
         * @param failure null when none was logged
         */
        void log(Level level, String message, @Nullable Throwable failure);
    }

    private final transient Lines lines;

    public AttemptLogger(String job, Lines lines) {
        this.name = job;
        this.lines = lines;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            @Nullable String pattern,
            @Nullable Object @Nullable [] arguments,
            @Nullable Throwable failure) {
        lines.log(level, String.valueOf(MessageFormatter.basicArrayFormat(pattern, arguments)), failure);
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
