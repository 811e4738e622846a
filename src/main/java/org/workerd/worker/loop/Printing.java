package org.workerd.worker.loop;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.workerd.job.Claim;
import org.workerd.store.DaemonStore;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Follower;
import org.workerd.store.Moves.Printed;
import org.workerd.worker.attempt.Execution;
import org.workerd.worker.attempt.JobLog;
import org.workerd.worker.attempt.OutputFiles;

/**
 * What attempts print, for those who are on other machines: all that is kept of it with the verdict, and what comes for
 * those who follow it. Of a queue that is a file it does nothing. For the loop's thread.
 */
final class Printing {
    /** Who follows says so again and again; then he was cut off. */
    private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

    private final DaemonStore store;
    private final long daemon;
    private final OutputNews.Source source;
    private final Map<Long, Line> lines = new HashMap<>();
    private long asked;

    Printing(DaemonStore store, long daemon, OutputNews.Source source) {
        this.store = store;
        this.daemon = daemon;
        this.source = source;
    }

    /** To one follower, of one attempt. */
    private static final class Line {
        private final Follower follower;
        private final Execution execution;
        private final OutputNews news;
        /** Until the transaction is through that sends it. */
        private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();

        Line(Follower follower, Execution execution, OutputNews news) {
            this.follower = follower;
            this.execution = execution;
            this.news = news;
        }

        void tell(Moves moves) {
            try {
                news.copyTo(unsent);
            } catch (IOException failure) {
                JobLog.warn(execution.claim(), "its output cannot be read: " + failure.getMessage());
            }
            if (unsent.size() > 0) {
                moves.tell(follower, execution.claim().attempt(), ByteBuffer.wrap(unsent.toByteArray()));
            }
        }
    }

    /** What these have printed since the last time; to be called before verdicts are written. */
    void tell(Moves moves, Collection<Execution> known) {
        if (store.isFollowed()) {
            asked = System.nanoTime();
            connect(moves.followers(daemon), known);
        } else if (!lines.isEmpty() && System.nanoTime() - asked > PATIENCE) {
            lines.clear();
        }
        lines.values().forEach(line -> line.tell(moves));
    }

    private void connect(List<Follower> followers, Collection<Execution> known) {
        Map<Long, Line> before = new HashMap<>(lines);
        lines.clear();
        for (Follower follower : followers) {
            Line line = before.get(follower.id());
            if (line != null && line.follower.token() == follower.token()) {
                lines.put(follower.id(), line);
            } else {
                known.stream()
                        .filter(execution -> execution.claim().token() == follower.token())
                        .findFirst()
                        .ifPresent(execution -> lines.put(
                                follower.id(),
                                new Line(
                                        follower,
                                        execution,
                                        source.of(
                                                execution.output(),
                                                execution.policy().outputLimit()))));
            }
        }
    }

    /** The transaction is through. */
    void told() {
        lines.values().forEach(line -> line.unsent.reset());
    }

    /** What is kept of these, which have ended; with their verdicts. */
    void keep(Moves moves, Collection<Execution> ended) {
        if (!moves.keepsOutputs()) {
            return;
        }
        List<Printed> printed = new ArrayList<>();
        for (Execution execution : ended) {
            if (execution.hasPrinted()) {
                OutputFiles.kept(execution.output(), execution.policy().outputLimit())
                        .flatMap(text -> printed(execution.claim(), text))
                        .ifPresent(printed::add);
            }
        }
        moves.keep(printed);
    }

    static Optional<Printed> printed(Claim claim, ByteBuffer text) {
        return text.hasRemaining() ? Optional.of(new Printed(claim.jobId(), claim.attempt(), text)) : Optional.empty();
    }
}
