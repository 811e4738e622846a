package org.workerd.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What becomes of a job after an attempt; {@link #of} is all of the policy, and pure. */
public sealed interface Verdict {
    /** What the history says of the attempt; null when it never began. */
    @Nullable
    AttemptRow row();

    /** The state that it leaves the job in. */
    JobState next();

    /** The attempt failed, and counts against the job. */
    boolean isFailure();

    /** When the job is due again; null: at once, or never. */
    default @Nullable Instant due() {
        return null;
    }

    /** Calls the method of its case: whoever must do something of its own for each does not compile with one missing. */
    void decide(Cases cases);

    interface Cases {
        void done(Done verdict);

        void retry(Retry verdict);

        void dead(Dead verdict);

        void cancel(Cancel verdict);

        void snooze(Snooze verdict);

        void giveBack(GiveBack verdict);

        void rerun(Rerun verdict);
    }

    record Done(AttemptRow row, @Nullable String result) implements Verdict {
        @Override
        public JobState next() {
            return JobState.DONE;
        }

        @Override
        public boolean isFailure() {
            return false;
        }

        @Override
        public void decide(Cases cases) {
            cases.done(this);
        }
    }

    record Retry(AttemptRow row, Instant at) implements Verdict {
        @Override
        public JobState next() {
            return JobState.RETRYING;
        }

        @Override
        public Instant due() {
            return at;
        }

        @Override
        public boolean isFailure() {
            return true;
        }

        @Override
        public void decide(Cases cases) {
            cases.retry(this);
        }
    }

    record Dead(AttemptRow row, @Nullable String result) implements Verdict {
        @Override
        public JobState next() {
            return JobState.DEAD;
        }

        @Override
        public boolean isFailure() {
            return true;
        }

        @Override
        public void decide(Cases cases) {
            cases.dead(this);
        }
    }

    record Cancel(AttemptRow row) implements Verdict {
        @Override
        public JobState next() {
            return JobState.CANCELLED;
        }

        @Override
        public boolean isFailure() {
            return false;
        }

        @Override
        public void decide(Cases cases) {
            cases.cancel(this);
        }
    }

    /** Wait without having used an attempt: the handler asked for it. */
    record Snooze(AttemptRow row, Instant until) implements Verdict {
        @Override
        public JobState next() {
            return JobState.SCHEDULED;
        }

        @Override
        public Instant due() {
            return until;
        }

        @Override
        public boolean isFailure() {
            return false;
        }

        @Override
        public void decide(Cases cases) {
            cases.snooze(this);
        }
    }

    /** Ready again with the attempt given back: the interruption was ours. */
    record GiveBack(@Nullable AttemptRow row) implements Verdict {
        @Override
        public JobState next() {
            return JobState.READY;
        }

        @Override
        public boolean isFailure() {
            return false;
        }

        @Override
        public void decide(Cases cases) {
            cases.giveBack(this);
        }
    }

    /** Ready again after its daemon died: the attempt counts, but not against the job's max attempts. */
    record Rerun(AttemptRow row) implements Verdict {
        @Override
        public JobState next() {
            return JobState.READY;
        }

        @Override
        public boolean isFailure() {
            return false;
        }

        @Override
        public void decide(Cases cases) {
            cases.rerun(this);
        }
    }

    /**
     * One row of the history.
     *
     * @param outcome the history's word for it: {@code done failed timeout cancelled interrupted snoozed}, or
     *     {@code daemon died}
     * @param error null when nothing went wrong
     */
    record AttemptRow(String outcome, @Nullable Integer exitCode, @Nullable Integer signal, @Nullable String error) {
        AttemptRow withError(String words) {
            return new AttemptRow(outcome, exitCode, signal, words);
        }
    }

    /** Exit codes by which a handler says that trying again is of no use (EX_DATAERR, EX_CONFIG). */
    int DATA_ERROR = 65;

    int CONFIG_ERROR = 78;
    /** Exit code by which a handler asks for a later attempt (EX_TEMPFAIL). */
    int TRY_LATER = 75;

    Duration DEFAULT_SNOOZE = Duration.ofMinutes(1);
    /** Else a handler that asks for no wait at all would be run without a pause. */
    Duration SHORTEST_SNOOZE = Duration.ofMillis(100);

    /**
     * What follows from the outcome.
     *
     * @param jitter from 0 to 1, for the backoff
     */
    static Verdict of(Outcome outcome, Claim claim, JobPolicy policy, Instant now, double jitter) {
        if (outcome instanceof Outcome.Exited exited) {
            return ofExit(exited, claim, policy, now, jitter);
        }
        if (outcome instanceof Outcome.Signalled killed) {
            AttemptRow row = new AttemptRow(
                    "failed", null, killed.signal(), withLastLine("killed by signal " + killed.signal(), outcome));
            return ofFailure(row, outcome, claim, policy, now, jitter);
        }
        if (outcome instanceof Outcome.NotExecutable broken) {
            AttemptRow row = new AttemptRow("failed", broken.code(), null, broken.reason());
            return ofFailure(row, outcome, claim, policy, now, jitter);
        }
        if (outcome instanceof Outcome.TimedOut late) {
            String error = withLastLine("timed out after " + Span.format(claim.timeout(policy)), outcome);
            AttemptRow row = new AttemptRow("timeout", late.exitCode(), late.signal(), error);
            return ofFailure(row, outcome, claim, policy, now, jitter);
        }
        if (outcome instanceof Outcome.Cancelled ended) {
            return new Cancel(new AttemptRow("cancelled", ended.exitCode(), ended.signal(), ended.reason()));
        }
        if (outcome instanceof Outcome.Unfit unfit) {
            return new Dead(new AttemptRow("failed", null, null, unfit.reason()), null);
        }
        if (outcome instanceof Outcome.Interrupted stopped) {
            return new GiveBack(
                    stopped.begun() ? new AttemptRow("interrupted", null, null, "the daemon stopped") : null);
        }
        if (outcome instanceof Outcome.Starved starved) {
            return new GiveBack(new AttemptRow(
                    "interrupted", starved.exitCode(), starved.signal(), "it failed while the disk was full"));
        }
        return ofJava(outcome, claim, policy, now, jitter);
    }

    /** What follows from what a Java handler said, or when the attempt never began. */
    private static Verdict ofJava(Outcome outcome, Claim claim, JobPolicy policy, Instant now, double jitter) {
        if (outcome instanceof Outcome.Returned returned) {
            return new Done(new AttemptRow("done", null, null, null), returned.result());
        }
        if (outcome instanceof Outcome.Threw threw) {
            AttemptRow row = new AttemptRow("failed", null, null, threw.error());
            return ofFailure(row, outcome, claim, policy, now, jitter);
        }
        if (outcome instanceof Outcome.AskedRetry asked) {
            AttemptRow row = new AttemptRow("failed", null, null, asked.reason());
            return ofFailure(row, outcome, claim, policy, now, jitter);
        }
        if (outcome instanceof Outcome.Snoozed snoozed) {
            return new Snooze(new AttemptRow("snoozed", null, null, null), now.plus(atLeastShortest(snoozed.pause())));
        }
        if (outcome instanceof Outcome.GaveUp gaveUp) {
            return new Dead(new AttemptRow("failed", null, null, gaveUp.reason()), gaveUp.result());
        }
        if (outcome instanceof Outcome.NotStarted || outcome instanceof Outcome.HandlerUnusable) {
            return new GiveBack(null);
        }
        throw new IllegalArgumentException("nothing is decided for an attempt that ended like this: " + outcome);
    }

    /**
     * What follows when the daemon died in the attempt. The job runs again, for it may have had no part in it; but one
     * that takes its daemon down again and again does not do so for ever.
     *
     * @param crashes how often the job's daemon died before
     */
    static Verdict ofCrash(Claim claim, int crashes, JobPolicy policy) {
        int allowed = Math.max(2, claim.lastAttempt(policy) - claim.forgiven());
        if (crashes + 1 < allowed) {
            return new Rerun(new AttemptRow("daemon died", null, null, "the daemon died"));
        }
        return new Dead(
                new AttemptRow("daemon died", null, null, "the daemon died in " + (crashes + 1) + " attempts"), null);
    }

    private static Verdict ofExit(Outcome.Exited exited, Claim claim, JobPolicy policy, Instant now, double jitter) {
        int code = exited.code();
        String result = exited.result();
        return switch (code) {
            case 0 -> new Done(new AttemptRow("done", 0, null, null), result);
            case DATA_ERROR, CONFIG_ERROR ->
                new Dead(
                        new AttemptRow("failed", code, null, withLastLine("gave up with exit code " + code, exited)),
                        result);
            case TRY_LATER -> snooze(Wish.of(result), now);
            default -> {
                AttemptRow row = new AttemptRow("failed", code, null, withLastLine("exit code " + code, exited));
                yield ofFailure(row, exited, claim, policy, now, jitter);
            }
        };
    }

    private static String withLastLine(String error, Outcome outcome) {
        return outcome.lastLine() == null ? error : error + ": " + outcome.lastLine();
    }

    private static Verdict ofFailure(
            AttemptRow row, Outcome outcome, Claim claim, JobPolicy policy, Instant now, double jitter) {
        Wish wish = Wish.of(outcome.retry());
        AttemptRow told = wish.refusal()
                .map(why -> row.withError(row.error() + "; $WORKERD_RETRY is not heeded: " + why))
                .orElse(row);
        if (claim.attempt() >= claim.lastAttempt(policy)) {
            return new Dead(told, outcome.result());
        }
        Duration pause =
                wish.pause().orElseGet(() -> policy.backoff().after(claim.attempt() - claim.forgiven(), jitter));
        return new Retry(told, now.plus(pause));
    }

    private static Verdict snooze(Wish wish, Instant now) {
        String error = wish.refusal()
                .map(why -> "it waits " + Span.format(DEFAULT_SNOOZE) + ", for its result is no duration: " + why)
                .orElse(null);
        return new Snooze(
                new AttemptRow("snoozed", TRY_LATER, null, error),
                now.plus(wish.pause().orElse(DEFAULT_SNOOZE)));
    }

    /**
     * How long a handler wants to wait, as it wrote it.
     *
     * @param refusal why what it wrote cannot be heeded
     */
    record Wish(Optional<Duration> pause, Optional<String> refusal) {
        private static final int LONGEST_WORDS = 60;

        /** Null or blank: it wrote nothing. */
        static Wish of(@Nullable String words) {
            if (words == null || words.isBlank()) {
                return new Wish(Optional.empty(), Optional.empty());
            }
            String text = words.strip();
            try {
                String shown = text.length() > LONGEST_WORDS ? text.substring(0, LONGEST_WORDS) + "..." : text;
                return new Wish(Optional.of(atLeastShortest(Span.parse(shown))), Optional.empty());
            } catch (IllegalArgumentException notADuration) {
                return new Wish(Optional.empty(), Optional.of(String.valueOf(notADuration.getMessage())));
            }
        }
    }

    private static Duration atLeastShortest(Duration asked) {
        return asked.compareTo(SHORTEST_SNOOZE) < 0 ? SHORTEST_SNOOZE : asked;
    }
}
