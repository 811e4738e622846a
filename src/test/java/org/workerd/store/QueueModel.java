package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;

/** The queue as the contract describes it, in a map: what a store must agree with after every move. */
final class QueueModel {
    /** A job; due is null when it is not waiting for a time, the token of the running claim else 0. */
    record Row(NewJob job, JobState state, int attempt, int forgiven, Instant due, long token) {
        Row to(JobState next, int attempts, int forgivenAttempts, Instant dueAt) {
            assertThat(state.next()).as("the moves from %s", state).contains(next);
            return new Row(job, next, attempts, forgivenAttempts, dueAt, 0);
        }
    }

    private final TreeMap<Long, Row> rows;
    /** By id, the jobs that it waits for and that were not done yet, or never will be. */
    private final TreeMap<Long, Set<Long>> waits;
    /** What was deleted without having been done. */
    private final TreeMap<Long, JobState> deleted;

    QueueModel() {
        this(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    private QueueModel(TreeMap<Long, Row> rows, TreeMap<Long, Set<Long>> waits, TreeMap<Long, JobState> deleted) {
        this.rows = rows;
        this.waits = waits;
        this.deleted = deleted;
    }

    QueueModel copy() {
        TreeMap<Long, Set<Long>> copied = new TreeMap<>();
        waits.forEach((id, parents) -> copied.put(id, new TreeSet<>(parents)));
        return new QueueModel(new TreeMap<>(rows), copied, new TreeMap<>(deleted));
    }

    Map<Long, Row> rows() {
        return rows;
    }

    List<Long> ids() {
        return List.copyOf(rows.keySet());
    }

    /** Empty: nobody holds the key. */
    Optional<Long> holderOf(String key) {
        return rows.entrySet().stream()
                .filter(entry -> key.equals(entry.getValue().job.key())
                        && !entry.getValue().state.isFinal())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    void enqueue(long id, NewJob job) {
        JobState state =
                !job.after().isEmpty() ? JobState.BLOCKED : job.runAt() != null ? JobState.SCHEDULED : JobState.READY;
        assertThat(rows).doesNotContainKey(id);
        rows.put(id, new Row(job, state, 0, 0, job.runAt(), 0));
        waits.put(
                id,
                job.after().stream()
                        .filter(parent -> rows.get(parent).state != JobState.DONE)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    private void put(long id, Row row) {
        rows.put(id, row);
        if (row.state == JobState.DONE) {
            waits.values().forEach(parents -> parents.remove(id));
        }
    }

    /** They will not be done: they are dead or cancelled, or were when they were deleted. */
    private boolean isInVain(long parent) {
        return deleted.containsKey(parent)
                || (rows.containsKey(parent) && rows.get(parent).state.isFinal());
    }

    boolean retry(long id, boolean force) {
        Row row = rows.get(id);
        boolean allowed = row != null
                && (row.state == JobState.DEAD || row.state == JobState.CANCELLED)
                && (row.job.key() == null || holderOf(row.job.key()).isEmpty())
                && (force || waits.get(id).stream().noneMatch(this::isInVain));
        if (allowed) {
            waits.get(id).removeIf(this::isInVain);
            boolean blocked = !waits.get(id).isEmpty();
            Instant due = blocked ? row.job.runAt() : null;
            put(id, row.to(blocked ? JobState.BLOCKED : JobState.READY, row.attempt, row.attempt, due));
        }
        return allowed;
    }

    boolean cancel(long id) {
        Row row = rows.get(id);
        boolean allowed = row != null && !row.state.isFinal() && row.state != JobState.RUNNING;
        if (allowed) {
            put(id, row.to(JobState.CANCELLED, row.attempt, row.forgiven, null));
        }
        return allowed;
    }

    boolean delete(long id) {
        boolean allowed = rows.containsKey(id) && rows.get(id).state.isFinal();
        if (allowed) {
            if (rows.get(id).state != JobState.DONE) {
                deleted.put(id, rows.get(id).state);
            }
            rows.remove(id);
            waits.remove(id);
        }
        return allowed;
    }

    List<Long> claimable(Predicate<String> name, int most) {
        return rows.entrySet().stream()
                .filter(entry -> entry.getValue().state == JobState.READY)
                .filter(entry -> name.test(entry.getValue().job.name()))
                .sorted(Comparator.comparing((Map.Entry<Long, Row> entry) ->
                                -entry.getValue().job.priority())
                        .thenComparing(Map.Entry::getKey))
                .limit(most)
                .map(Map.Entry::getKey)
                .toList();
    }

    void claim(Claim claim) {
        Row row = rows.get(claim.jobId());
        assertThat(row.state.next()).contains(JobState.RUNNING);
        assertThat(claim.attempt()).isEqualTo(row.attempt + 1);
        assertThat(claim.forgiven()).isEqualTo(row.forgiven);
        rows.put(claim.jobId(), new Row(row.job, JobState.RUNNING, row.attempt + 1, row.forgiven, null, claim.token()));
    }

    /** False: the claim is not the one that runs. */
    boolean finish(Claim claim, Verdict verdict) {
        Row row = rows.get(claim.jobId());
        if (row == null || row.state != JobState.RUNNING || row.token != claim.token()) {
            return false;
        }
        put(claim.jobId(), after(row, verdict));
        return true;
    }

    private static Row after(Row row, Verdict verdict) {
        if (verdict instanceof Verdict.Done) {
            return row.to(JobState.DONE, row.attempt, row.forgiven, null);
        } else if (verdict instanceof Verdict.Dead) {
            return row.to(JobState.DEAD, row.attempt, row.forgiven, null);
        } else if (verdict instanceof Verdict.Cancel) {
            return row.to(JobState.CANCELLED, row.attempt, row.forgiven, null);
        } else if (verdict instanceof Verdict.Retry retry) {
            return row.to(JobState.RETRYING, row.attempt, row.forgiven, retry.at());
        } else if (verdict instanceof Verdict.Snooze snooze) {
            return row.to(JobState.SCHEDULED, row.attempt - 1, row.forgiven, snooze.until());
        } else if (verdict instanceof Verdict.Rerun) {
            return row.to(JobState.READY, row.attempt, row.forgiven + 1, null);
        }
        return row.to(JobState.READY, row.attempt - 1, row.forgiven, null);
    }

    /** Until nothing is left to promote. */
    void promote(Instant now) {
        boolean moved = true;
        while (moved) {
            moved = false;
            for (long id : ids()) {
                Row next = promoted(id, rows.get(id), now);
                moved |= next != rows.get(id);
                put(id, next);
            }
        }
    }

    private Row promoted(long id, Row row, Instant now) {
        boolean isDue = row.due == null || !row.due.isAfter(now);
        if (row.state == JobState.SCHEDULED || row.state == JobState.RETRYING) {
            return isDue ? row.to(JobState.READY, row.attempt, row.forgiven, null) : row;
        }
        if (row.state == JobState.BLOCKED) {
            if (waits.get(id).stream().anyMatch(this::isInVain)) {
                return row.to(JobState.CANCELLED, row.attempt, row.forgiven, null);
            }
            if (waits.get(id).isEmpty()) {
                return row.to(isDue ? JobState.READY : JobState.SCHEDULED, row.attempt, row.forgiven, row.due);
            }
        }
        return row;
    }

    /** By queue and state, queues and states without jobs left out. */
    Map<String, Map<JobState, Long>> counts() {
        return rows.values().stream()
                .collect(Collectors.groupingBy(
                        row -> row.job.queue(),
                        TreeMap::new,
                        Collectors.groupingBy(Row::state, TreeMap::new, Collectors.counting())));
    }
}
