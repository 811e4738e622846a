package org.workerd.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.workerd.store.JobQueries;

/**
 * Requests that wait for something to happen: long polls and server-sent events. While there are any the queue is looked
 * at four times a second, and asked more only when it has changed. For the thread of the API.
 */
final class Live {
    private static final int MOST = 64;
    private static final long LOOK_MILLIS = 250;
    /** So that a proxy, or a client that is gone, is noticed. */
    private static final long SILENCE_NANOS = 15_000_000_000L;

    private final Room room;
    private final List<Waiter> waiters = new ArrayList<>();
    private @Nullable ScheduledFuture<?> looking;
    private long version = -1;
    private boolean closed;

    Live(Room room) {
        this.room = room;
    }

    int count() {
        return waiters.size();
    }

    /** Somebody who waits. */
    interface Waiter {
        /**
         * Something may have happened, or only time has passed.
         *
         * @param changed the queue has
         * @return true: it waits no longer
         */
        boolean look(boolean changed) throws Exception;

        /** The daemon ends. */
        void end();

        Exchange exchange();

        /** It waits no longer, for whatever reason. */
        default void close() {}
    }

    /**
     * Lets it wait; it is asked at once.
     *
     * @throws Problem when too many do
     */
    void add(Waiter waiter) {
        if (closed || waiters.size() >= MOST) {
            waiter.close();
            throw Problem.busy(closed ? "the daemon stops" : "too many wait already");
        }
        if (!isOver(waiter, true)) {
            waiters.add(waiter);
            if (looking == null) {
                looking = room.thread()
                        .scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    void close() {
        closed = true;
        waiters.forEach(Waiter::end);
        waiters.forEach(Waiter::close);
        waiters.clear();
        stopLooking();
    }

    private void look() {
        boolean changed = hasChanged();
        for (Iterator<Waiter> all = waiters.iterator(); all.hasNext(); ) {
            if (isOver(all.next(), changed)) {
                all.remove();
            }
        }
        if (waiters.isEmpty()) {
            stopLooking();
        }
    }

    private void stopLooking() {
        if (looking != null) {
            looking.cancel(false);
            looking = null;
        }
    }

    private boolean hasChanged() {
        try {
            long now = room.read(JobQueries::dataVersion);
            boolean changed = now != version;
            version = now;
            return changed;
        } catch (RuntimeException unreadable) {
            return false;
        }
    }

    private static boolean isOver(Waiter waiter, boolean changed) {
        boolean[] over = {true};
        Room.guarded(waiter.exchange(), () -> over[0] = waiter.look(changed));
        if (over[0]) {
            waiter.close();
        }
        return over[0];
    }

    /** Server-sent events: nothing is written while the client has not taken what was. */
    abstract static class Stream implements Waiter {
        private final Exchange exchange;
        private volatile boolean writing;
        private volatile boolean failed;
        private long spokenAt = System.nanoTime();
        private boolean begun;

        Stream(Exchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public Exchange exchange() {
            return exchange;
        }

        /** The next event, or empty; null: there will be none any more. */
        abstract @Nullable String next(boolean changed) throws Exception;

        @Override
        public boolean look(boolean changed) throws Exception {
            if (failed) {
                exchange.callback().succeeded();
                return true;
            }
            if (!begun) {
                begun = true;
                exchange.header("X-Accel-Buffering", "no");
                if (!exchange.begin(200, "text/event-stream")) {
                    return true;
                }
                write(false, ": hello\n\n");
            }
            if (writing) {
                return false;
            }
            String event = next(changed);
            if (event == null) {
                finish("");
                return true;
            }
            boolean silent = System.nanoTime() - spokenAt > SILENCE_NANOS;
            if (!event.isEmpty() || silent) {
                write(false, event.isEmpty() ? ": still here\n\n" : event);
            }
            return false;
        }

        @Override
        public void end() {
            if (begun && !writing && !failed) {
                finish("event: bye\ndata: {}\n\n");
            } else if (begun) {
                exchange.callback().failed(new IOException("the daemon ends"));
            }
        }

        private void finish(String last) {
            exchange.response()
                    .write(true, ByteBuffer.wrap(last.getBytes(StandardCharsets.UTF_8)), exchange.callback());
        }

        private void write(boolean last, String text) {
            writing = true;
            spokenAt = System.nanoTime();
            exchange.response()
                    .write(
                            last,
                            ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
                            Callback.from(() -> writing = false, failure -> {
                                failed = true;
                                writing = false;
                            }));
        }
    }
}
