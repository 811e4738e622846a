package org.workerd.http.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.workerd.job.Activity;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.Limits;
import org.workerd.job.Progress;
import org.workerd.ops.History;
import org.workerd.ops.JobAction;
import org.workerd.ops.QueueList;
import org.workerd.ops.QueueNumbers;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobQueries.Cause;
import org.workerd.store.JobQueries.Deaths;
import org.workerd.store.JobQueries.Moment;
import org.workerd.store.JobView;

/** What pages show, without a server. */
class PagesTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final Frame FRAME = new Frame("/q", "db1", true, "/jobs", "Jobs", null, path -> "token of " + path);

    private static JobView job(JobState state, @Nullable String error, @Nullable Progress progress) {
        return new JobView(
                7,
                "mail",
                "default",
                state,
                0,
                List.of("a b", "<b>"),
                null,
                NOW.plusSeconds(90),
                2,
                null,
                0,
                null,
                List.of(),
                null,
                NOW.minusSeconds(100),
                NOW.minusSeconds(30),
                state.isFinal() ? NOW.minusSeconds(20) : null,
                null,
                null,
                error,
                null,
                progress,
                List.of(),
                null);
    }

    private static JobLine line(JobView job, @Nullable WaitsFor waits) {
        return JobLine.of(job, JobPolicy.DEFAULT, waits, NOW);
    }

    @Test
    void aLineSaysWhatOneAsksNextOfAJobInItsState() {
        JobLine dead = line(job(JobState.DEAD, "exit code 1: no\nmore \u001b[31m of it", null), null);
        assertThat(dead.note()).isEqualTo("exit code 1: no");
        assertThat(dead.attempt()).isEqualTo("2/10");
        assertThat(dead.took()).isEqualTo("10.0s");
        assertThat(dead.args()).isEqualTo("'a b' '<b>'");
        assertThat(dead.when().words()).isEqualTo("20s ago");

        JobLine running = line(job(JobState.RUNNING, "an old error", new Progress(40, "half")), null);
        assertThat(running.percent()).isEqualTo(40);
        assertThat(running.note()).isEqualTo("half");
        assertThat(running.took()).isEqualTo("30.0s");

        WaitsFor due = new WaitsFor(WaitsFor.Reason.TIME, "it is not due yet", NOW.plusSeconds(90), null);
        JobLine retrying = line(job(JobState.RETRYING, "exit code 1", null), due);
        assertThat(retrying.note()).isEqualTo("exit code 1");
        assertThat(retrying.when().words()).isEqualTo("in 1m 30s");

        WaitsFor paused = new WaitsFor(WaitsFor.Reason.PAUSED, "all queues are paused", null, null);
        assertThat(line(job(JobState.READY, null, null), paused).note()).isEqualTo("all queues are paused");
    }

    @Test
    void attemptsStandWhereTheyRanInTheLifeOfTheirJob() {
        Instant begin = NOW.minusSeconds(100);
        JobView job = job(JobState.RUNNING, null, null);
        JobView.Attempt first = new JobView.Attempt(
                1, begin.plusSeconds(10), begin.plusSeconds(30), "failed", 1, null, "no", 12L, "db1");
        JobView.Attempt second =
                new JobView.Attempt(2, begin.plusSeconds(70), null, null, null, null, null, 12L, "db1");

        Timeline timeline = Timeline.of(job, List.of(first, second), NOW);
        assertThat(timeline.marks())
                .extracting(Timeline.Mark::x, Timeline.Mark::width, Timeline.Mark::look)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(100L, 200L, "failed"),
                        org.assertj.core.groups.Tuple.tuple(700L, 300L, "running"));
        assertThat(AttemptLine.of(job, List.of(first, second), NOW))
                .extracting(AttemptLine::waited, AttemptLine::took, AttemptLine::status, AttemptLine::daemon)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("10.0s", "20.0s", "exit 1", "12@db1"),
                        org.assertj.core.groups.Tuple.tuple("40.0s", "30.0s", "", "12@db1"));
    }

    @Test
    void aBarIsAsHighAsItsShareOfTheHighest() {
        List<Moment> points = new ArrayList<>();
        for (long ready : new long[] {0, 50, 200}) {
            points.add(new Moment(NOW.minusSeconds(180 - 60L * points.size()), new Activity(), ready));
        }
        Charts charts = Charts.of(new History(History.Window.HOUR, null, points), NOW);
        Chart waiting = charts.all().get(1);

        assertThat(charts.step()).isEqualTo("1m");
        assertThat(waiting.peak()).isEqualTo("at most 200");
        assertThat(waiting.columns().get(0).parts()).isEmpty();
        assertThat(waiting.columns().get(1).parts()).containsExactly(new Chart.Part(11, 75, 8, 25, "ready"));
        assertThat(waiting.columns().get(2).parts()).containsExactly(new Chart.Part(21, 0, 8, 100, "ready"));
        assertThat(waiting.told()).extracting(column -> column.numbers().get(0)).containsExactly("200", "50");
        assertThat(charts.all().get(0).peak()).isEqualTo("nothing");
    }

    @Test
    void whatIsWorstStandsFirst() {
        Troubles troubles = new Troubles(FRAME, NOW);
        QueueNumbers old = new QueueNumbers(Map.of(JobState.READY, 3L), null, Duration.ofMinutes(9), 4L);
        WaitsFor handler = new WaitsFor(WaitsFor.Reason.NO_HANDLER, "there is none", null, null);
        troubles.queues(new QueueList(
                Map.of("bulk", new QueueNumbers(NOW.minusSeconds(7_200)), "fax", old, "mail", old),
                Map.of("fax", handler),
                Limits.NONE));
        troubles.deaths(
                Deaths.of(
                        true,
                        List.of(
                                new Cause("exit code 1: SMTP 451\nmore", 9),
                                new Cause("", 2),
                                new Cause("exit code 2", 1))),
                Duration.ofDays(1));
        troubles.claiming(true, false);
        troubles.disk("/var/lib/workerd", 5L << 30);

        List<Trouble> found = troubles.found();
        assertThat(found.stream().map(Trouble::isSevere).toList()).containsExactly(true, true, false);
        assertThat(found.stream().map(Trouble::what).collect(Collectors.toSet()))
                .isEqualTo(Set.of(
                        "mail: a job has been ready for 9m 0s", "12 jobs died in the last 24 hours", "bulk is paused"));
        Trouble deaths = found.stream()
                .filter(one -> one.what().startsWith("12"))
                .findFirst()
                .orElseThrow();
        assertThat(deaths.parts())
                .containsExactly(
                        new Trouble.Part(
                                "9 ×",
                                "exit code 1: SMTP 451",
                                "/q/jobs?state=dead&finished_since=1d&error=exit+code+1%3A+SMTP+451%0Amore"),
                        new Trouble.Part("2 ×", "without an error message", null),
                        new Trouble.Part(
                                "1 ×", "exit code 2", "/q/jobs?state=dead&finished_since=1d&error=exit+code+2"));
        assertThat(deaths.remedy()).isEqualTo("/q/changes?state=dead&finished_since=1d&action=retry&all=1");
        assertThat(found.get(2).detail()).startsWith("since ").contains(", 2h 0m ago; nothing waits in it");
    }

    @Test
    void nobodyPutsHisWordsIntoAPageByALink() {
        assertThat(Said.of("<b>you won</b>", "1", null)).isNull();
        assertThat(Said.of("retried", "<b>", null)).isEqualTo(new Said("retried", false));
        assertThat(Said.of("retried", "1204", "1"))
                .isEqualTo(new Said("1,204 jobs retried. 1 job was not: not in a state for it.", true));
    }

    @Test
    void aPageIsTextAroundWhatJobsHold() {
        JobLine hostile = line(job(JobState.DEAD, "<script>alert(1)</script>", null), null);
        JobsPage page = new JobsPage(
                FRAME, Query.of("error", "\"><i>"), Map.of(JobState.DEAD, 1204L), List.of(hostile), null, null, null);
        String html = new String(Templates.render("jobs.jte", page), StandardCharsets.UTF_8);

        assertThat(html)
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "<span class=\"count\">1,204</span>")
                .contains("href=\"/q/jobs/7\"", "name=\"id\" value=\"7\"", "'a b' '&lt;b&gt;'")
                .doesNotContain("<script>alert", "\"><i>");
        assertThat(page.toAll(JobAction.DELETE)).isEqualTo("/q/changes?error=%22%3E%3Ci%3E&action=delete&all=1");
    }

    @Test
    void onlyTheBeginningOfALargeTextIsShown() {
        Text text = Text.of("é".repeat(70_000));

        assertThat(text).isNotNull();
        assertThat(text.isCut()).isTrue();
        assertThat(text.shown()).hasSize(64 << 10);
        assertThat(text.size()).isEqualTo("136 KiB");
        assertThat(Text.of("a\u001b[31mb\u202ec\n")).isEqualTo(new Text("a?[31mb?c\n", "12 B", false));
        assertThat(Text.of(null)).isNull();
    }
}
