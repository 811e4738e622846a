package org.workerd.worker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.Activity;
import org.workerd.job.Claim;
import org.workerd.job.Grain;
import org.workerd.job.Verdict;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.Moves;
import org.workerd.store.sqlite.SqliteEngine;

class ActivitiesTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
    private static final Verdict DONE = new Verdict.Done(new Verdict.AttemptRow("done", 0, null, null), null);

    @TempDir
    Path directory;

    private final Activities activities = new Activities();
    private JobStore store;

    @BeforeEach
    void open() {
        store = new SqliteEngine(directory.resolve("queue.db"), Duration.ofSeconds(10)).openOrCreate();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void count(String name) {
        Claim claim = new Claim(1, 1, 1, 1, 0, NOW, name, "mail", 0, List.of(), null, null, null, false, null);
        activities.count(claim, DONE, Duration.ofMillis(30));
    }

    private void transact(boolean hurry, String... names) {
        activities.begin();
        for (String name : names) {
            count(name);
        }
        store.transaction(moves -> {
            activities.write(moves, NOW, hurry);
            return true;
        });
        activities.committed();
    }

    private long total() {
        return activities.totals().values().stream()
                .mapToLong(activity -> activity.count("done"))
                .sum();
    }

    private long kept() {
        return kept("done");
    }

    private long kept(String outcome) {
        try (JobQueries queries = store.queries()) {
            return queries.history(Grain.MINUTE, NOW.minusSeconds(600), Grain.MINUTE.length(), null).stream()
                    .mapToLong(moment -> moment.activity().count(outcome))
                    .sum();
        }
    }

    @Test
    void whatIsCountedIsKeptOnceWithALaterTransaction() {
        transact(false, "a", "b");
        transact(false, "a");
        assertThat(kept()).isZero();
        assertThat(total()).isEqualTo(3);
        transact(true, "a");
        transact(true);
        assertThat(kept()).isEqualTo(4);
        assertThat(total()).isEqualTo(4);
    }

    @Test
    void whatATransactionCountedThatFailedCountsOnceWhenItIsMadeAgain() {
        activities.begin();
        count("a");
        transact(true, "a");
        assertThat(total()).isEqualTo(1);
        assertThat(kept()).isEqualTo(1);
    }

    @Test
    void whatDeadDaemonsLeftCountsOnceBetweenTransactions() {
        Claim claim = new Claim(1, 1, 1, 1, 0, NOW, "a", "mail", 0, List.of(), null, null, null, false, null);
        Verdict rerun = new Verdict.Rerun(new Verdict.AttemptRow("daemon died", null, null, "the daemon died"));
        transact(false, "a");
        activities.countCommitted(
                List.of(new Moves.Finish(claim, rerun, NOW), new Moves.Finish(claim, new Verdict.GiveBack(null), NOW)));
        transact(true);
        Activity all = activities.totals().get(new Activities.Lane("mail", "a"));
        assertThat(all.count("daemon died")).isEqualTo(1);
        assertThat(all.count("done")).isEqualTo(1);
        assertThat(all.ran().count()).isEqualTo(1);
        assertThat(kept("daemon died")).isEqualTo(1);
    }

    @Test
    void namesBeyondTwoHundredShareARow() {
        for (int i = 0; i < 300; i++) {
            transact(false, "name" + i);
        }
        transact(true);
        assertThat(activities.totals()).hasSize(201).containsKey(new Activities.Lane(Moves.OTHERS, Moves.OTHERS));
        assertThat(total()).isEqualTo(300);
        assertThat(kept()).isEqualTo(300);
    }
}
