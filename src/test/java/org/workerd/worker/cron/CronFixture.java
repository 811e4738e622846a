package org.workerd.worker.cron;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.job.CronEntry;
import org.workerd.job.CronEntry.Missed;
import org.workerd.job.CronEntry.Overlap;
import org.workerd.job.NewJob;
import org.workerd.job.Schedule;
import org.workerd.store.JobQueries;
import org.workerd.store.JobStore;
import org.workerd.store.JobView;
import org.workerd.store.sqlite.SqliteEngine;

/** A real queue, a clock that is set by hand, and a schedule for every full hour that begins at half past. */
abstract class CronFixture {
    static final CronEntry HOURLY = entry("@hourly", Missed.ONCE, Overlap.QUEUE);

    @TempDir
    Path directory;

    JobStore store;
    Cron cron = new Cron();
    Instant now = Instant.parse("2026-11-23T12:30:00.250Z");
    List<CronEntry> entries = List.of(HOURLY);
    Instant next = now;

    static CronEntry entry(String schedule, Missed missed, Overlap overlap) {
        return new CronEntry(
                "report", Schedule.parse(schedule), ZoneOffset.UTC, NewJob.of("report", "-v"), missed, overlap);
    }

    @BeforeEach
    void open() {
        store = new SqliteEngine(directory.resolve("queue.db"), Duration.ofSeconds(10)).openOrCreate();
    }

    @AfterEach
    void close() {
        store.close();
    }

    void turn() {
        turn(cron);
    }

    void turn(Cron daemon) {
        Cron.Look look = store.transaction(moves -> daemon.turn(moves, entries, now));
        next = daemon.settle(look);
    }

    void turnAt(String time) {
        now = Instant.parse("2026-11-" + time + "Z");
        turn();
    }

    void restart() {
        cron = new Cron();
    }

    /** The slots that got a job, the oldest first, as day and hour. */
    List<String> slots() {
        try (JobQueries queries = store.queries()) {
            List<String> slots = new ArrayList<>();
            for (JobView job : queries.list(JobQueries.Filter.ALL, 10_000).jobs()) {
                slots.add(0, String.valueOf(job.runAt()).substring(8, 16));
            }
            return slots;
        }
    }
}
