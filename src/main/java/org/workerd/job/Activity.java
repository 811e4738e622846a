package org.workerd.job;

import java.util.Arrays;
import java.util.List;

/**
 * What attempts came to: how they ended, how long they ran, and how long their jobs had been ready before their first one.
 * Such numbers of different times can be added. Not thread-safe.
 */
public final class Activity {
    /** The words of {@link Verdict.AttemptRow}. */
    public static final List<String> OUTCOMES =
            List.of("done", "failed", "timeout", "cancelled", "snoozed", "interrupted", "daemon died");
    /** What has an end of its own making, whose length says something. */
    private static final int RUN_OUT = 3;

    /** How many numbers {@link #numbers} are. */
    public static final int NUMBERS = OUTCOMES.size() + 3 + 2 * Spread.CLASSES;

    private final long[] outcomes = new long[OUTCOMES.size()];
    private long dead;
    private final Spread ran = new Spread();
    private final Spread waited = new Spread();

    /**
     * One more attempt.
     *
     * @param verdict of one that never began, nothing is counted
     * @param ranMillis how long it ran
     */
    public void ended(Claim claim, Verdict verdict, long ranMillis) {
        Verdict.AttemptRow row = verdict.row();
        int outcome = row == null ? -1 : OUTCOMES.indexOf(row.outcome());
        if (outcome < 0) {
            return;
        }
        outcomes[outcome]++;
        dead += verdict.next() == JobState.DEAD ? 1 : 0;
        if (outcome < RUN_OUT) {
            ran.add(Math.max(0, ranMillis));
            if (claim.waitedMillis() != null) {
                waited.add(claim.waitedMillis());
            }
        }
    }

    /** Also what the other counts. */
    public void add(Activity other) {
        for (int i = 0; i < outcomes.length; i++) {
            outcomes[i] += other.outcomes[i];
        }
        dead += other.dead;
        ran.add(other.ran);
        waited.add(other.waited);
    }

    /** How many attempts ended with this of the {@link #OUTCOMES}. */
    public long count(String outcome) {
        return outcomes[OUTCOMES.indexOf(outcome)];
    }

    /** How many of them were a job's last, and failed. */
    public long dead() {
        return dead;
    }

    /** How long the attempts ran that were done, failed or timed out. */
    public Spread ran() {
        return ran;
    }

    /** How long their jobs had been ready, of those that waited for no other job and were tried for the first time. */
    public Spread waited() {
        return waited;
    }

    /** All of it, to be kept: the outcomes in their order, dead, both sums of milliseconds, both spreads. */
    public Long[] numbers() {
        Long[] numbers = new Long[NUMBERS];
        int at = 0;
        for (long outcome : outcomes) {
            numbers[at++] = outcome;
        }
        numbers[at++] = dead;
        numbers[at++] = ran.millis();
        numbers[at++] = waited.millis();
        for (long count : ran.counts()) {
            numbers[at++] = count;
        }
        for (long count : waited.counts()) {
            numbers[at++] = count;
        }
        return numbers;
    }

    /** The other way. */
    public static Activity of(long[] numbers) {
        if (numbers.length != NUMBERS) {
            throw new IllegalArgumentException("an activity is " + NUMBERS + " numbers, not " + numbers.length);
        }
        Activity activity = new Activity();
        int at = activity.outcomes.length;
        System.arraycopy(numbers, 0, activity.outcomes, 0, at);
        activity.dead = numbers[at];
        int spreads = at + 3;
        int middle = spreads + Spread.CLASSES;
        activity.ran.add(numbers[at + 1], Arrays.copyOfRange(numbers, spreads, middle));
        activity.waited.add(numbers[at + 2], Arrays.copyOfRange(numbers, middle, NUMBERS));
        return activity;
    }
}
