package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
    /** By id, how what it waits for ended; what has not yet is not there. It stays what it was when it ended. */
    private final TreeMap<Long, TreeMap<Long, JobState>> ends;

    QueueModel() {
        this(new TreeMap<>(), new TreeMap<>());
    }

    private QueueModel(TreeMap<Long, Row> rows, TreeMap<Long, TreeMap<Long, JobState>> ends) {
        this.rows = rows;
        this.ends = ends;
    }

    QueueModel copy() {
        TreeMap<Long, TreeMap<Long, JobState>> copied = new TreeMap<>();
        ends.forEach((id, parents) -> copied.put(id, new TreeMap<>(parents)));
        return new QueueModel(new TreeMap<>(rows), copied);
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
        TreeMap<Long, JobState> parents = new TreeMap<>();
        job.after().stream()
                .filter(parent -> rows.get(parent).state.isFinal())
                .forEach(parent -> parents.put(parent, rows.get(parent).state));
        ends.put(id, parents);
    }

    private void put(long id, Row row) {
        rows.put(id, row);
        if (row.state.isFinal()) {
            rows.forEach((child, waiting) -> {
                if (waiting.job.after().contains(id)) {
                    ends.get(child).putIfAbsent(id, row.state);
                }
            });
        }
    }

    boolean retry(long id) {
        Row row = rows.get(id);
        boolean allowed = row != null
                && (row.state == JobState.DEAD || row.state == JobState.CANCELLED)
                && (row.job.key() == null || holderOf(row.job.key()).isEmpty());
        if (allowed) {
            put(id, row.to(JobState.READY, row.attempt, row.attempt, null));
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
            rows.remove(id);
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
            Map<Long, JobState> ended = ends.get(id);
            if (ended.containsValue(JobState.DEAD) || ended.containsValue(JobState.CANCELLED)) {
                return row.to(JobState.CANCELLED, 0, 0, null);
            }
            if (ended.size() == Set.copyOf(row.job.after()).size()) {
                return isDue ? row.to(JobState.READY, 0, 0, null) : row.to(JobState.SCHEDULED, 0, 0, row.due);
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
