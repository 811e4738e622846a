package org.workerd.http;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.HttpSettings;
import org.workerd.config.Listen;
import org.workerd.ops.ListenState;

/**
 * HTTP as a part of the daemon. A thread of its own takes the places where it listens, again and again where they are
 * taken, and starts the server, which costs some tenths of a second: jobs never wait for any of it. Starts once, stops
 * twice; thread-safe.
 */
public final class HttpPart implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPart.class);
    private static final Duration IDLE = Duration.ofHours(1);
    private static final Duration CLOSING = Duration.ofSeconds(3);

    private final Parts parts;
    private final Thread thread = new Thread(this::run, "http-ports");
    /** Those of the thread, and of whoever binds before it is started. */
    private final Map<Listen, Port> ports = new LinkedHashMap<>();

    private final Semaphore poked = new Semaphore(0);
    private final Failures failures = new Failures();
    private HttpSettings settings;
    private @Nullable HttpServer server;
    private @Nullable HttpSettings wanted;
    private boolean retry;
    private boolean closed;
    private Tokens tokens = Tokens.none();
    /** Why those that are to be cannot be read; empty: they were. */
    private String tokenTrouble = "";

    public HttpPart(HttpSettings settings, Parts parts) {
        this.settings = settings;
        this.parts = parts;
        thread.setDaemon(true);
    }

    /** Takes the places that are free. What is to be said to whoever starts the daemon: one line for each that is not. */
    public List<String> bind() {
        settings.listen()
                .forEach(listen ->
                        ports.put(listen, new Port(listen, parts.clock().instant())));
        readTokens();
        ports.values().forEach(this::attempt);
        note();
        return ports.values().stream()
                .map(Port::state)
                .filter(state -> !state.isListening())
                .map(ListenState::line)
                .toList();
    }

    /** Serves from now on. */
    public void start() {
        thread.start();
    }

    /** With these settings from now on, and what could not be taken is tried at once. Returns before it is done. */
    public synchronized void change(HttpSettings next) {
        wanted = next;
        retry = true;
        poked.release();
    }

    /** Listens no longer, soon. */
    public synchronized void end() {
        closed = true;
        poked.release();
    }

    @Override
    public void close() {
        end();
        boolean interrupted = false;
        try {
            thread.join(CLOSING.toMillis());
        } catch (InterruptedException told) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            server = HttpServer.start(parts);
            replace(settings);
            while (true) {
                HttpSettings next;
                boolean again;
                synchronized (this) {
                    if (closed) {
                        break;
                    }
                    next = wanted;
                    again = retry;
                    wanted = null;
                    retry = false;
                }
                if (next != null) {
                    replace(next);
                }
                turn(again);
                sleep();
            }
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | LinkageError failure) {
            LOG.error("http does not work; jobs run all the same", failure);
        } finally {
            closeAll();
        }
    }

    /** What is new is taken before what is old is left. */
    private void replace(HttpSettings next) {
        settings = next;
        next.listen()
                .forEach(listen -> ports.computeIfAbsent(
                        listen, any -> new Port(listen, parts.clock().instant())));
    }

    private void turn(boolean again) {
        readTokens();
        boolean news = false;
        for (Port port : ports.values()) {
            if (again && !port.isBound()) {
                port.dueNow();
            }
            if (!port.isBound() && port.untilDue().isZero()) {
                news |= attempt(port);
            }
        }
        HttpServer running = server;
        if (running != null) {
            running.guard(new Guard(settings, tokens, failures));
            ports.values().stream().filter(Port::isBound).forEach(running::serve);
        }
        for (Iterator<Port> all = ports.values().iterator(); all.hasNext(); ) {
            Port port = all.next();
            if (!settings.listen().contains(port.listen())) {
                leave(port);
                all.remove();
                news = true;
            }
        }
        if (news || again) {
            note();
        }
    }

    private boolean attempt(Port port) {
        Instant now = parts.clock().instant();
        boolean shut = !tokenTrouble.isEmpty() && port.listen() instanceof Listen.Tcp;
        return shut ? port.failed(tokenTrouble, now) : port.attempt(now);
    }

    /** When a file cannot be used any more, the tokens of before stay, as the log then says. */
    private void readTokens() {
        String before = tokenTrouble;
        try {
            tokens = Tokens.read(settings);
            tokenTrouble = "";
        } catch (IOException failure) {
            tokenTrouble = String.valueOf(failure.getMessage());
            boolean isServed =
                    ports.values().stream().anyMatch(port -> port.isBound() && port.listen() instanceof Listen.Tcp);
            if (isServed && !tokenTrouble.equals(before)) {
                LOG.warn("{}; the tokens that were read before stay in force", tokenTrouble);
            }
        }
    }

    private void leave(Port port) {
        if (server != null) {
            server.leave(port);
        }
        port.close();
        LOG.info("http listens no longer on {}", port.listen().text());
    }

    private void note() {
        List<ListenState> states = new ArrayList<>();
        ports.values().forEach(port -> states.add(port.state()));
        try {
            ListenState.write(parts.states(), states);
        } catch (IOException failure) {
            LOG.warn("cannot note where http listens: {}", failure.getMessage());
        }
    }

    private void sleep() throws InterruptedException {
        Duration longest = ports.values().stream()
                .filter(port -> !port.isBound())
                .map(Port::untilDue)
                .min(Duration::compareTo)
                .orElse(IDLE);
        if (poked.tryAcquire(Math.max(1, longest.toMillis()), TimeUnit.MILLISECONDS)) {
            poked.drainPermits();
        }
    }

    private void closeAll() {
        if (server != null) {
            server.close();
        }
        ports.values().forEach(Port::close);
        try {
            Files.deleteIfExists(parts.states());
        } catch (IOException failure) {
            LOG.debug("cannot remove {}: {}", parts.states(), failure.getMessage());
        }
    }
}
