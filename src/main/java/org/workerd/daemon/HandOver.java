package org.workerd.daemon;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.Settings;
import org.workerd.daemon.handover.Answer;
import org.workerd.daemon.handover.HandOverNote;
import org.workerd.daemon.handover.NewVersion;
import org.workerd.store.DaemonStore;
import org.workerd.store.StoreException;
import org.workerd.unix.UnixException;
import org.workerd.worker.attempt.Carried;
import org.workerd.worker.attempt.Wakeup;
import org.workerd.worker.loop.Identity;
import org.workerd.worker.loop.Standstill;
import org.workerd.worker.loop.Stop;
import org.workerd.worker.loop.Worker;

/**
 * The restart in place: the version that is installed now is asked whether it can take over, and executed in this
 * process, which keeps its number, its locks and its children. Until then whatever is in the way leaves all as it was.
 * For the main thread.
 */
final class HandOver implements MainLoop.Restart {
    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);
    private static final Duration NOTHING = Duration.ofDays(1);
    /** What is just beginning or ending takes so long, as a rule. */
    private static final Duration SOON = Duration.ofMillis(5);

    private static final Duration LOOK = Duration.ofMillis(100);
    /** After the last handler in Java: for its verdict. */
    private static final Duration LAST_TURNS = Duration.ofSeconds(5);

    /** For programs that are ending, however little time there is for handlers in Java. */
    private static final Duration LEAST = Duration.ofSeconds(2);

    private static final int FAILED = 1;
    private static final String UNFINISHED =
            "jobs that are ending, or their results, kept it waiting for too long; the queue may be locked, or the disk full";

    private final Worker worker;
    private final Place place;
    private final Supervisor supervisor;
    private final Wakeup wakeup;
    private final Standstill standstill;
    private Phase phase = Phase.NONE;
    private Answer.@Nullable Fit next;
    /** Of the monotonic clock, as the next ones. */
    private long since;

    private long javaUntil;
    private long giveUpAt;
    /** What keeps it waiting, as far as it was seen last. */
    private String hindrance = UNFINISHED;

    private boolean interrupted;
    private boolean webClosed;

    private enum Phase {
        NONE,
        /** The new version is asked; jobs notice nothing. */
        CHECKING,
        /** Nothing begins any more; what nobody can go on with ends. */
        ENDING
    }

    /** What there is to be handed over, and to whom. */
    record Place(
            Identity identity,
            PidFile pidFile,
            Web web,
            NewVersion version,
            Supplier<Settings> settings,
            DaemonStore store) {}

    HandOver(Worker worker, Place place, Supervisor supervisor, Wakeup wakeup) {
        this.worker = worker;
        this.place = place;
        this.supervisor = supervisor;
        this.wakeup = wakeup;
        this.standstill = worker.standstill();
        Takeover.prepare();
    }

    /** Somebody asks for it. Who asks while one is under way gets that one. */
    @Override
    public void request() {
        if (phase == Phase.NONE) {
            LOG.info("restart requested: checking the version that is installed");
            phase = Phase.CHECKING;
            place.version().ask(place.identity().daemon(), wakeup::wake);
        }
    }

    /** The daemon is told to stop, which goes first, or something went wrong. */
    @Override
    public void cancel() {
        if (phase != Phase.NONE) {
            place.version().cancel();
            refuse(FAILED, "workerd: cannot restart; see the log");
        }
    }

    /**
     * Does what is to be done by now.
     *
     * @param signals what came meanwhile is heard first
     * @return how long nothing will be, unless the loop is woken
     */
    @Override
    public Duration turn(Signals signals) throws InterruptedException {
        return switch (phase) {
            case NONE -> NOTHING;
            case CHECKING -> check();
            case ENDING -> end(signals);
        };
    }

    private Duration check() {
        Optional<Answer> answer = place.version().answer();
        if (answer.isEmpty()) {
            return NOTHING;
        }
        if (answer.get() instanceof Answer.Unfit unfit) {
            refuse(unfit.status(), unfit.words());
            return NOTHING;
        }
        next = (Answer.Fit) answer.get();
        String change = Takeover.change(next, place);
        if (!change.isEmpty()) {
            refuse(FAILED, change);
            return NOTHING;
        }
        begin();
        return Duration.ZERO;
    }

    private void begin() {
        phase = Phase.ENDING;
        since = System.nanoTime();
        javaUntil = since + place.settings().get().handoverTimeout().toNanos();
        giveUpAt = Math.max(javaUntil, since + LEAST.toNanos());
        interrupted = false;
        supervisor.reloading();
        try {
            place.identity().ledger().handingOver();
        } catch (UnixException failure) {
            LOG.warn("cannot note in the ledger that it restarts: {}", failure.getMessage());
        }
        worker.stop(Stop.HAND_OVER);
    }

    private Duration end(Signals signals) throws InterruptedException {
        if (standstill.hasJava()) {
            return awaitJava();
        }
        if (!webClosed) {
            // What was asked is answered first; whoever asks again finds the new version.
            webClosed = true;
            place.web().close();
        }
        hindrance = UNFINISHED;
        Optional<List<Carried>> programs = standstill.begin();
        if (programs.isPresent()) {
            try {
                execute(programs.get(), signals);
            } finally {
                place.store().keep();
                standstill.end();
            }
        }
        if (phase == Phase.ENDING && left(giveUpAt).isNegative()) {
            refuse(FAILED, "workerd: cannot restart: " + hindrance + "\nTry again later");
        }
        return phase == Phase.ENDING ? SOON : NOTHING;
    }

    private Duration awaitJava() {
        giveUpAt = Math.max(giveUpAt, System.nanoTime() + LAST_TURNS.toNanos());
        Duration left = left(javaUntil);
        if (!left.isNegative()) {
            return left;
        }
        if (!interrupted) {
            interrupted = true;
            LOG.info("restarting: Java handlers are interrupted and put back, daemon.handover_timeout has expired");
            standstill.interruptJava();
        }
        if (standstill.isStuck()) {
            refuse(
                    FAILED,
                    "workerd: cannot restart: a Java handler was interrupted and does not end; see: workerd status");
            return NOTHING;
        }
        return LOOK;
    }

    /** Returns only when it did not come about. */
    private void execute(List<Carried> programs, Signals signals) {
        Identity identity = place.identity();
        Optional<DaemonStore.Guard> guard;
        try {
            guard = place.store().handOver();
        } catch (StoreException notNow) {
            hindrance = String.valueOf(notNow.getMessage());
            return;
        }
        HandOverNote note = new HandOverNote(
                identity.daemon(),
                place.pidFile().descriptor(),
                identity.ledger().descriptor(),
                identity.ledger().image() + 1,
                identity.ledger().requests() + 1,
                worker.died(),
                worker.lastToken(),
                since,
                guard,
                programs);
        try {
            LOG.info("restarting in place; running programs to carry over: {}", programs.size());
            Takeover.execute(Objects.requireNonNull(next), note, signals::isEmpty);
        } catch (UnixException failure) {
            refuse(FAILED, "workerd: cannot restart: " + failure.getMessage());
        }
    }

    private void refuse(int status, String words) {
        boolean begun = phase == Phase.ENDING;
        phase = Phase.NONE;
        next = null;
        Refusal.tell(place.identity(), status, words);
        if (begun) {
            worker.stop(Stop.NONE);
            supervisor.ready();
        }
        if (webClosed) {
            webClosed = false;
            place.web().reopen();
        }
        wakeup.wake();
    }

    private static Duration left(long nanoTime) {
        return Duration.ofNanos(nanoTime - System.nanoTime());
    }
}
