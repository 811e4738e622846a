package org.workerd.worker.handlers;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.workerd.job.Names;

/** What others' code threw, in words. Their exceptions may throw themselves when asked what they are. */
public final class Failing {
    private Failing() {}

    /** The class without its package, and the message, on one line: {@code IllegalStateException: no such image}. */
    public static String sentence(Throwable failure) {
        String type = failure.getClass().getSimpleName();
        String kind = type.isEmpty() ? failure.getClass().getName() : type;
        try {
            String message = failure.getMessage();
            return Names.printable(message == null || message.isBlank() ? kind : kind + ": " + message.strip());
        } catch (RuntimeException | Error hostile) {
            return kind;
        }
    }

    /** The sentence of what is at the bottom of it. */
    static String cause(Throwable failure) {
        Throwable bottom = failure;
        for (int depth = 0; bottom.getCause() != null && depth < 20; depth++) {
            bottom = bottom.getCause();
        }
        return sentence(bottom);
    }

    public static String trace(Throwable failure) {
        StringWriter trace = new StringWriter();
        try {
            failure.printStackTrace(new PrintWriter(trace));
        } catch (RuntimeException | Error hostile) {
            trace.append(sentence(failure)).append('\n');
        }
        return trace.toString();
    }
}
