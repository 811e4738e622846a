package org.workerd.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.Settings;
import org.workerd.unix.FileType;
import org.workerd.unix.Posix;
import org.workerd.unix.UnixException;

/**
 * The daemon's log. It is written to a standard descriptor, and the file is put there by dup2: one step, in which no
 * line of any thread can be lost, and which takes the JVM's own words (thread dumps, fatal errors) along.
 */
final class LogFile {
    private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int MODE = 0640;

    private final boolean toFile;
    private Settings.Logging.@Nullable Format format;
    private @Nullable LogStream stream;

    private LogFile(boolean toFile) {
        this.toFile = toFile;
    }

    /** The log is stderr, or it is the file, while stderr is that of who started us until {@link #takeStderr}. */
    static LogFile open(Settings.Logging logging, boolean toFile) {
        LogFile log = new LogFile(toFile);
        if (toFile) {
            int file = openFile(logging.file());
            Posix.duplicate(file, STDOUT);
            Posix.close(file);
        }
        log.configure(logging);
        return log;
    }

    /** Of a process that wrote its log before: where the file cannot be opened, it goes on in that one. */
    static LogFile inherit(Settings.Logging logging, boolean toFile) {
        try {
            return open(logging, toFile);
        } catch (DaemonException failure) {
            LogFile log = new LogFile(toFile);
            log.configure(logging);
            LOG.error("{}; still logging to the old one", failure.getMessage());
            return log;
        }
    }

    /** The daemon is ready: its launcher hears nothing more. */
    void takeStderr() {
        if (toFile) {
            Posix.duplicate(STDOUT, STDERR);
        }
    }

    /**
     * Goes on in the file that has the path now. When that cannot be opened, the old one stays.
     *
     * @throws DaemonException why it cannot
     */
    void reopen(Settings.Logging logging) {
        if (toFile) {
            int file = openFile(logging.file());
            Posix.duplicate(file, STDOUT);
            Posix.duplicate(file, STDERR);
            Posix.close(file);
        }
        configure(logging);
        adapt();
    }

    private void adapt() {
        if (stream != null) {
            stream.mayBlock(Posix.typeOf(descriptor()) != FileType.REGULAR);
        }
    }

    private int descriptor() {
        return toFile ? STDOUT : STDERR;
    }

    private static int openFile(Path path) {
        try {
            Directories.make(path.getParent());
            int file = Posix.open(path, Posix.APPEND | Posix.CREATE | Posix.NOT_TO_WAIT, MODE);
            if (Posix.typeOf(file) == FileType.OTHER) {
                Posix.close(file);
                throw new DaemonException(
                        DaemonException.Kind.IO_ERROR,
                        "cannot open the log: " + path + " is neither a file nor a FIFO nor a character device");
            }
            return file;
        } catch (UnixException failure) {
            if (failure.isUnconnected()) {
                throw new DaemonException(
                        DaemonException.Kind.IO_ERROR, "cannot open the log: no process reads from the FIFO " + path);
            }
            throw new DaemonException(
                    failure.isRefusal() ? DaemonException.Kind.NOT_PERMITTED : DaemonException.Kind.IO_ERROR,
                    "cannot open the log: " + failure.getMessage());
        } catch (IOException failure) {
            throw new DaemonException(
                    failure instanceof AccessDeniedException
                            ? DaemonException.Kind.NOT_PERMITTED
                            : DaemonException.Kind.IO_ERROR,
                    "cannot open the log " + path + ": " + DaemonException.reason(failure));
        }
    }

    /** In code, not in XML: reading a logback.xml costs every start a tenth of a second. */
    private void configure(Settings.Logging logging) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(logging.level().name()));
        // What it tells of its own start and end nobody wants to read.
        context.getLogger("org.eclipse.jetty").setLevel(Level.WARN);
        // Whoever can connect could fill the log with what he sends.
        context.getLogger("org.eclipse.jetty.http").setLevel(Level.ERROR);
        context.getLogger("org.eclipse.jetty.util.HostPort").setLevel(Level.ERROR);
        if (logging.format() == format) {
            return;
        }
        format = logging.format();
        Encoder<ILoggingEvent> encoder = encoder(logging.format(), context);
        stream = new LogStream(descriptor(), lost -> encoder.encode(lost(lost, root)));
        adapt();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(stream);
        appender.start();
        // The new one first: a line in between is written twice rather than not at all.
        root.addAppender(appender);
        root.iteratorForAppenders().forEachRemaining(old -> {
            if (old != appender) {
                root.detachAppender(old);
            }
        });
    }

    private static ILoggingEvent lost(long lines, ch.qos.logback.classic.Logger logger) {
        String text = "{} log lines were lost: the disk was full, or no process read them";
        return new LoggingEvent(LogFile.class.getName(), logger, Level.WARN, text, null, new Object[] {lines});
    }

    private static Encoder<ILoggingEvent> encoder(Settings.Logging.Format format, LoggerContext context) {
        if (format == Settings.Logging.Format.JSON) {
            JsonEncoder json = new LogDocument();
            json.setContext(context);
            json.start();
            return json;
        }
        LogLine line = new LogLine();
        line.setContext(context);
        line.start();
        LayoutWrappingEncoder<ILoggingEvent> text = new LayoutWrappingEncoder<>();
        text.setContext(context);
        text.setLayout(line);
        text.start();
        return text;
    }
}
