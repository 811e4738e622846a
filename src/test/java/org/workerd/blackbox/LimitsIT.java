package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How many jobs run at once when two daemons serve the queue, and what is kept of those that ended. */
class LimitsIT extends DaemonTest {
    /** Each says how many of them run with it; the lock makes counting and saying one step. */
    private String counting(String what, double seconds) {
        return ("exec 9>'$top/lock'; flock 9; touch '$top/$what.'$$; ls '$top' | grep -c '^$what[.]' >>'$diary'; "
                        + "flock -u 9; exec 9>&-; sleep $seconds; rm '$top/$what.'$$")
                .replace("$top", at.top.toString())
                .replace("$what", what)
                .replace("$diary", diary().toString())
                .replace("$seconds", Double.toString(seconds));
    }

    private int mostAtOnce() {
        return diaryLines().stream().mapToInt(Integer::parseInt).max().orElse(0);
    }

    private Installation two(String limit, int most) {
        return two(limit, Integer.toString(most));
    }

    private Installation two(String limit, String most) {
        Installation other = other("other");
        for (Installation one : List.of(at, other)) {
            one.set(limit, most).configure();
            one.start();
        }
        return other;
    }

    private void enqueue(String name, int count) {
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < " + count
                + ") insert into jobs(name) select '" + name + "' from n");
    }

    @Test
    void aNamesLimitHoldsUnderTwoDaemonsAndHoldsNobodyElseUp() {
        at.handler("narrow", counting("narrow", 0.05));
        at.handler("free", "exit 0");
        two("jobs.narrow.concurrency", 2);
        enqueue("narrow", 40);
        long free = jobs().enqueue("free");
        jobs().awaitState(free, "done");
        assertThat(jobs().count("ready")).as("the narrow ones still wait").isPositive();
        jobs().awaitAllDone();
        assertThat(mostAtOnce()).isEqualTo(2);
        assertThat(diaryLines()).hasSize(40);
    }

    @Test
    void aQueuesLimitHoldsOverItsNames() {
        at.handler("a", counting("job", 0.05));
        at.handler("b", counting("job", 0.05));
        two("queues.default.concurrency", 3);
        enqueue("a", 20);
        enqueue("b", 20);
        jobs().awaitAllDone();
        assertThat(mostAtOnce()).isEqualTo(3);
    }

    @Test
    void aDeadDaemonsPlacesAreFreeAtOnce() {
        at.handler("narrow", "echo $$ >>'" + diary() + "'; [ -e '" + at.top + "/go' ] || sleep 600");
        Installation other = two("jobs.narrow.concurrency", 1);
        long first = jobs().enqueue("narrow");
        until("the first runs", () -> diaryLines().size() == 1);
        long second = jobs().enqueue("narrow");
        Installation.write(at.top.resolve("go"), "");
        String owner = jobs().ask("select pid from running join daemons on daemons.id = claimed_by");
        (owner.equals(Long.toString(at.pid())) ? at : other).kill9();
        jobs().awaitState(first, "done");
        jobs().awaitState(second, "done");
    }

    @Test
    void aRateHoldsUnderTwoDaemonsOfWhichOneDies() {
        at.handler("rated", "date +%s%N >>'" + diary() + "'");
        Installation other = two("jobs.rated.rate", "\"5/1s\"");
        enqueue("rated", 20);
        until("the first have started", () -> diaryLines().size() >= 5);
        other.kill9();
        jobs().awaitAllDone();
        List<Long> starts = diaryLines().stream().map(Long::valueOf).sorted().toList();
        assertThat(starts).hasSizeGreaterThanOrEqualTo(20);
        for (int i = 5; i < starts.size(); i++) {
            // By their own clocks, at which they look only when the machine lets them: the exact figure is the store's
            // test.
            assertThat(starts.get(i) - starts.get(i - 5))
                    .as("nanoseconds from start %d to start %d", i - 5, i)
                    .isGreaterThanOrEqualTo(700_000_000L);
        }
    }

    @Test
    void whatEndedLongEnoughAgoGoesWithItsOutput() throws Exception {
        at.handler("hello", "echo hello");
        at.set("retention.done", "\"1s\"").configure();
        at.start();
        long id = jobs().enqueue("hello");
        jobs().awaitState(id, "done");
        until("it is gone", () -> jobs().count("jobs") == 0);
        until(
                "its output is gone",
                () -> !java.nio.file.Files.exists(at.queue.resolveSibling("output/0/" + id + ".1.log")));
        until("nothing is counted any more", () -> jobs().ask("select count(*) from lanes")
                .equals("0"));
    }
}
