package org.workerd.worker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.workerd.api.JobResult;
import org.workerd.job.Alarms;
import org.workerd.job.Claim;
import org.workerd.job.JobState;
import org.workerd.job.Limits;
import org.workerd.job.NewJob;
import org.workerd.job.Outcome;
import org.workerd.job.Progress;
import org.workerd.job.Rate;
import org.workerd.job.Verdict;
import org.workerd.store.Fence;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.unix.LockFile;
import org.workerd.worker.attempt.EndLog;
import org.workerd.worker.attempt.EndNote;
import org.workerd.worker.attempt.Ledger;
import org.workerd.worker.attempt.Output;
import org.workerd.worker.attempt.Premises;

/** The loop, turn by turn, on a real queue, with handlers in this JVM and a clock that only the test moves. */
@Timeout(60)
class WorkerTest extends WorkerFixture {
    private static final Duration LONG = Duration.ofSeconds(10);

    /** As the main loop does it: turns, and sleeps until it is woken, at most for as long as the turn said. */
    private void turnUntil(BooleanSupplier reached) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(50).toNanos();
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it never came to that").isLessThan(deadline);
            Duration idle = worker.turn();
            if (!reached.getAsBoolean()) {
                wakeup.await(idle.compareTo(LONG) < 0 ? idle : LONG, worker.isGathering());
            }
        }
    }

    @Test
    void whatIsReadyIsRunAndItsEndIsWritten() throws Exception {
        handler("resize", job -> JobResult.done("42"));
        start(1);
        long first = enqueue("resize");
        long second = enqueue("resize");

        turnUntil(() -> state(first) == JobState.DONE && state(second) == JobState.DONE);

        assertThat(view(first).result()).isEqualTo("42");
        assertThat(worker.busy()).isZero();
    }

    @Test
    void anAttemptBeginsNotBeforeTheTransactionThatClaimsIt() throws Exception {
        handler("resize", job -> JobResult.done("42"));
        start(1);
        long id = enqueue("resize");
        Instant claimed = now.plusSeconds(9);
        store.waiting(() -> now = claimed);

        turnUntil(() -> state(id) == JobState.DONE);

        assertThat(view(id).startedAt()).isEqualTo(claimed);
    }

    @Test
    void theTimeOfAProgramStandsStillWithIt() throws Exception {
        Path begun = top.resolve("begun");
        Path go = top.resolve("go");
        Path program = Files.writeString(
                top.resolve("wait"),
                "#!/bin/sh\n: >'" + begun + "'\nwhile [ ! -e '" + go + "' ]; do sleep 0.05; done\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Duration timeout = Duration.ofSeconds(4);
        start(1);
        long id = store.transaction(moves ->
                        moves.enqueue(NewJob.named("wait").timeout(timeout).build()))
                .id();
        worker.turn();
        Awaitility.await().until(() -> Files.exists(begun));
        Fence fence = worker.fence(false);

        fence.cutOff();
        long stopped = System.nanoTime();
        Awaitility.await().until(() -> System.nanoTime() - stopped > timeout.toNanos());
        fence.back();
        Files.createFile(go);
        turnUntil(() -> state(id) != JobState.READY && state(id) != JobState.RUNNING);

        assertThat(view(id).error()).isNull();
        assertThat(state(id)).isEqualTo(JobState.DONE);
    }

    @Test
    void aFailedAttemptIsTriedAgainWhenTheClockHasComeThere() throws Exception {
        handler("resize", job -> {
            throw new IllegalStateException("no room");
        });
        start(1);
        long id = enqueue("resize");
        turnUntil(() -> state(id) == JobState.RETRYING);

        worker.turn();
        assertThat(state(id)).isEqualTo(JobState.RETRYING);
        now = now.plusSeconds(21);
        turnUntil(() -> state(id) == JobState.DEAD);

        assertThat(view(id).attempt()).isEqualTo(2);
    }

    /** A queue on a full disk: the ends wait in memory, and nothing runs again for it. */
    @Test
    void anEndThatCannotBeWrittenIsWrittenLater() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        List<Integer> ran = new CopyOnWriteArrayList<>();
        handler("resize", job -> {
            ran.add(job.attempt());
            end.await();
            return JobResult.done();
        });
        start(1);
        long id = enqueue("resize");
        turnUntil(() -> ran.size() == 1);

        store.failBefore(Integer.MAX_VALUE);
        end.countDown();
        turnUntil(() -> worker.unwritten() == 1);
        assertThat(worker.hasUnwritten()).isTrue();
        store.failBefore(0);
        turnUntil(() -> state(id) == JobState.DONE);

        assertThat(worker.hasUnwritten()).isFalse();
        assertThat(ran).containsExactly(1);
    }

    /** The answer to a commit was lost: the database says that we run a job that we know nothing of. */
    @Test
    void aClaimThatWeNeverHeardOfIsGivenBackAndRunOnce() throws Exception {
        List<Integer> ran = new CopyOnWriteArrayList<>();
        handler("resize", job -> {
            ran.add(job.attempt());
            return JobResult.done();
        });
        start(1);
        long id = enqueue("resize");

        store.failAfter(1);
        worker.turn();
        assertThat(state(id)).isEqualTo(JobState.RUNNING);
        assertThat(ran).isEmpty();
        turnUntil(() -> state(id) == JobState.DONE);

        assertThat(ran).containsExactly(1);
    }

    @Test
    void whileItDrainsWhatRunsEndsAndNothingElseBegins() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        handler("resize", job -> {
            begun.countDown();
            end.await();
            return JobResult.done();
        });
        start(1);
        long runs = enqueue("resize");
        long waits = enqueue("resize");
        turnUntil(() -> begun.getCount() == 0);

        worker.stop(Stop.DRAIN);
        worker.turn();
        assertThat(worker.isDone()).isFalse();
        end.countDown();
        turnUntil(worker::isDone);

        assertThat(state(runs)).isEqualTo(JobState.DONE);
        assertThat(state(waits)).isEqualTo(JobState.READY);
    }

    @Test
    void toldToStopNowItGivesBackWhatRunsWithItsAttempt() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        handler("resize", job -> {
            begun.countDown();
            new CountDownLatch(1).await();
            return JobResult.done();
        });
        start(1);
        long id = enqueue("resize");
        turnUntil(() -> begun.getCount() == 0);

        worker.stop(Stop.NOW);
        turnUntil(worker::isDone);

        assertThat(state(id)).isEqualTo(JobState.READY);
        assertThat(view(id).attempt()).isZero();
    }

    @Test
    void toldToStopNowItBeginsNothingThatWaits() throws Exception {
        List<Long> begun = new CopyOnWriteArrayList<>();
        handler("quick", job -> JobResult.done());
        handler("slow", job -> {
            begun.add(job.id());
            new CountDownLatch(1).await();
            return JobResult.done();
        });
        start(1);
        // Quick ones, so that what follows is claimed ahead of its slot.
        for (int i = 0; i < 30; i++) {
            long quick = enqueue("quick");
            turnUntil(() -> state(quick) == JobState.DONE);
        }
        List<Long> slow = List.of(enqueue("slow"), enqueue("slow"));
        turnUntil(() -> !begun.isEmpty());

        worker.stop(Stop.NOW);
        turnUntil(worker::isDone);

        assertThat(begun).hasSize(1);
        assertThat(slow).allMatch(id -> state(id) == JobState.READY && view(id).attempt() == 0);
    }

    @Test
    void asManyAsOneTurnPromotesAreFollowedByAnotherTurnAtOnce() {
        start(1);
        store.transaction(moves -> {
            for (int i = 0; i < 501; i++) {
                moves.enqueue(NewJob.of("unknown").withRunAt(now.plusSeconds(10)));
            }
            return "";
        });
        worker.turn();
        now = now.plusSeconds(11);
        assertThat(worker.turn()).isZero();
        assertThat(worker.turn()).isPositive();
        assertThat(view(501).state()).isEqualTo(JobState.READY);
    }

    @Test
    void aJobWithoutAHandlerHoldsUpNobodyElse() throws Exception {
        handler("resize", job -> JobResult.done());
        start(1);
        long stranger = enqueue("unknown");
        long known = enqueue("resize");

        turnUntil(() -> state(known) == JobState.DONE);

        assertThat(state(stranger)).isEqualTo(JobState.READY);
    }

    @Test
    void aChangedPlanHoldsFromTheNextTurnOn() throws Exception {
        start(1);
        long id = enqueue("resize");
        worker.turn();
        assertThat(state(id)).isEqualTo(JobState.READY);

        handler("resize", job -> JobResult.done());
        worker.change(plan(1));

        turnUntil(() -> state(id) == JobState.DONE);
    }

    @Test
    void aRunningJobIsEndedWhenSomebodyAsksForIt() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        handler("resize", job -> {
            begun.countDown();
            new CountDownLatch(1).await();
            return JobResult.done();
        });
        start(1);
        long id = enqueue("resize");
        turnUntil(() -> begun.getCount() == 0);

        store.transaction(moves -> moves.requestCancel(id, "by root", now));
        turnUntil(() -> state(id) == JobState.CANCELLED);

        assertThat(view(id).error()).isEqualTo("by root");
    }

    /** Nobody holds its lock any more: by that alone it is known to be dead. */
    @Test
    void whatADeadDaemonHadClaimedIsPutBackAndRun() throws Exception {
        handler("resize", job -> JobResult.done());
        long id = enqueue("resize");
        long dead = claimedByAnother();
        start(1);

        turnUntil(() -> state(id) == JobState.DONE);

        try (JobQueries queries = store.queries()) {
            turnUntil(() -> queries.daemons().stream().noneMatch(daemon -> daemon.id() == dead));
            assertThat(queries.attempts(id))
                    .extracting(JobView.Attempt::outcome)
                    .containsExactly("daemon died", "done");
        }
    }

    @Test
    void whatALivingDaemonHasClaimedIsItsOwn() throws Exception {
        handler("resize", job -> JobResult.done());
        long theirs = enqueue("resize");
        long living = claimedByAnother();
        Optional<LockFile> lock = LockFile.tryAcquire(Ledger.path(directory.ledgers(), living), 0600);
        long ours = enqueue("resize");
        start(1);
        try {
            turnUntil(() -> state(ours) == JobState.DONE);
            assertThat(state(theirs)).isEqualTo(JobState.RUNNING);
        } finally {
            lock.orElseThrow().close();
        }
        turnUntil(() -> state(theirs) == JobState.DONE);
    }

    /** Killed between the end of the attempt and the transaction that would have told the database. */
    @Test
    void whatHadEndedBeforeItsDaemonDiedIsSettledAndDoesNotRunAgain() throws Exception {
        List<Long> ran = new CopyOnWriteArrayList<>();
        handler("resize", job -> {
            ran.add(job.id());
            return JobResult.done();
        });
        long done = enqueue("resize");
        long failed = enqueue("resize");
        long snoozed = enqueue("resize");
        Instant before = now.minusSeconds(2);
        dieAfter(
                claim -> claim.jobId() == done
                        ? new Outcome.Returned("42")
                        : claim.jobId() == failed
                                ? new Outcome.Exited(3, null, "10m", "no room")
                                : new Outcome.Snoozed(Duration.ofMinutes(5)),
                before);
        start(2);

        turnUntil(() -> state(done) == JobState.DONE
                && state(failed) == JobState.RETRYING
                && state(snoozed) == JobState.SCHEDULED);

        assertThat(view(done).result()).isEqualTo("42");
        assertThat(view(done).finishedAt()).isEqualTo(before);
        assertThat(view(done).progress()).isEqualTo(new Progress(70, "of 100"));
        assertThat(view(failed).error()).isEqualTo("exit code 3: no room");
        assertThat(view(failed).runAt()).isEqualTo(before.plus(Duration.ofMinutes(10)));
        assertThat(view(snoozed).runAt()).isEqualTo(before.plus(Duration.ofMinutes(5)));
        assertThat(ran).isEmpty();
    }

    /** The same job, of which an older attempt had ended. */
    @Test
    void theEndOfAnotherClaimSaysNothingOfThisOne() throws Exception {
        handler("resize", job -> JobResult.done("ran"));
        long id = enqueue("resize");
        long dead = claimedByAnother();
        try (EndLog ends = endsOf(dead)) {
            long token = claims(dead).get(0).token();
            ends.note(new EndNote(token + 1, now, null, new Outcome.Returned("another's")));
        }
        start(1);

        turnUntil(() -> state(id) == JobState.DONE);

        assertThat(view(id).result()).isEqualTo("ran");
    }

    /** Its slot's line is another attempt's by now, or tells of an older one of the same job. */
    @Test
    void whatTheDeadDaemonHadNotBegunIsGivenBackWithItsAttempt() throws Exception {
        handler("resize", job -> JobResult.done());
        long id = enqueue("resize");
        long dead = claimedByAnother();
        try (Ledger ledger = Ledger.create(directory.ledgers(), dead)) {
            ledger.startedHere(0, another(claims(dead).get(0)));
        }
        start(1);

        turnUntil(() -> state(id) == JobState.DONE);

        assertThat(view(id).attempt()).isEqualTo(1);
    }

    /** A daemon that noted an end of each of its claims. */
    private void dieAfter(Function<Claim, Outcome> outcome, Instant at) {
        long dead = store.transaction(moves -> {
            long daemon = moves.register(2, "here", 1, now);
            moves.claim(daemon, moves.lanesWithReady(), 10, now);
            return daemon;
        });
        try (EndLog ends = endsOf(dead)) {
            claims(dead)
                    .forEach(claim -> ends.note(
                            new EndNote(claim.token(), at, new Progress(70, "of 100"), outcome.apply(claim))));
        }
    }

    private EndLog endsOf(long daemon) {
        return new EndLog(Premises.of(directory, daemon).scratch(), () -> now);
    }

    private List<Claim> claims(long daemon) {
        return store.transaction(moves -> moves.claimedBy(daemon));
    }

    private static Claim another(Claim claim) {
        return new Claim(
                claim.jobId(),
                claim.token() + 1,
                claim.lane(),
                claim.attempt(),
                claim.forgiven(),
                claim.startedAt(),
                claim.name(),
                claim.queue(),
                claim.priority(),
                claim.args(),
                claim.payload(),
                claim.maxAttempts(),
                claim.timeout(),
                claim.keyed(),
                claim.defect());
    }

    private long claimedByAnother() {
        return store.transaction(moves -> {
            long daemon = moves.register(2, "here", 1, now);
            assertThat(moves.claim(daemon, moves.lanesWithReady(), 1, now)).hasSize(1);
            return daemon;
        });
    }

    /** Of all alarms that are stored, what they tell, in their order. */
    private List<String> alarms() {
        try (JobQueries queries = store.queries()) {
            return queries.list(JobQueries.Filter.ALL.withQueue(Alarms.QUEUE), 100).jobs().stream()
                    .sorted(java.util.Comparator.comparingLong(JobView::id))
                    .map(job -> job.name() + ": " + job.payload())
                    .toList();
        }
    }

    @Test
    void eachFailedAttemptAndTheDeathRaiseAnAlarmThatTellsOfThem() throws Exception {
        onDead = "mail";
        onFailure = "post";
        handler("resize", job -> {
            Files.createDirectories(Output.path(directory.output(), job.id(), 1).getParent());
            Files.writeString(Output.path(directory.output(), job.id(), job.attempt()), "no room");
            return JobResult.retryIn(Duration.ofSeconds(1), "no room");
        });
        start(1);
        long id = enqueue("resize");
        turnUntil(() -> state(id) == JobState.RETRYING);
        assertThat(alarms()).containsExactly("post: failure " + id + " retrying 1 no room");

        now = now.plusSeconds(2);
        turnUntil(() -> state(id) == JobState.DEAD);
        assertThat(alarms())
                .containsExactly(
                        "post: failure " + id + " retrying 1 no room",
                        "mail: dead " + id + " dead 2 no room",
                        "post: failure " + id + " dead 2 no room");
    }

    @Test
    void anAlarmIsStoredOnceHoweverOftenItsVerdictHasToBeWritten() throws Exception {
        onDead = "mail";
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        handler("resize", job -> {
            begun.countDown();
            end.await();
            return JobResult.giveUp("no such image");
        });
        start(1);
        long id = enqueue("resize");
        turnUntil(() -> begun.getCount() == 0);

        store.failBefore(1);
        store.failAfter(1);
        end.countDown();
        turnUntil(() -> state(id) == JobState.DEAD);
        worker.turn();

        assertThat(alarms()).hasSize(1);
    }

    @Test
    void anAlarmRunsWhileAllSlotsAreTakenAndQueuesPausedAndOneAtATime() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        List<Long> ran = new CopyOnWriteArrayList<>();
        handler("long", job -> {
            end.await();
            return JobResult.done();
        });
        handler("mail", job -> {
            ran.add(job.id());
            end.await();
            return JobResult.done();
        });
        start(1);
        long running = enqueue("long");
        turnUntil(() -> state(running) == JobState.RUNNING);
        long waiting = enqueue("long");
        store.transaction(moves -> moves.pause(null, now));

        NewJob alarm = NewJob.named("mail").queue(Alarms.QUEUE).build();
        long first = store.transaction(moves -> moves.enqueue(alarm)).id();
        long second = store.transaction(moves -> moves.enqueue(alarm)).id();
        turnUntil(() -> ran.size() == 1);
        worker.turn();
        assertThat(List.of(state(first), state(second), state(waiting)))
                .containsExactly(JobState.RUNNING, JobState.READY, JobState.READY);
        assertThat(worker.busy()).isEqualTo(2);

        end.countDown();
        turnUntil(() -> state(second) == JobState.DONE && state(running) == JobState.DONE);
        assertThat(ran).containsExactly(first, second);
        assertThat(state(waiting)).isEqualTo(JobState.READY);
    }

    @Test
    void anAlarmTakesNoSlotFromOthers() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        for (String name : List.of("mail", "resize")) {
            handler(name, job -> {
                end.await();
                return JobResult.done();
            });
        }
        start(1);
        long alarm = store.transaction(moves ->
                        moves.enqueue(NewJob.named("mail").queue(Alarms.QUEUE).build()))
                .id();
        turnUntil(() -> state(alarm) == JobState.RUNNING);
        long id = enqueue("resize");
        turnUntil(() -> worker.busy() == 2);
        assertThat(state(id)).isEqualTo(JobState.RUNNING);
        end.countDown();
        turnUntil(() -> state(id) == JobState.DONE && state(alarm) == JobState.DONE);
    }

    @Test
    void itIsNotDoneBeforeTheLastEndIsWritten() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        handler("resize", job -> {
            begun.countDown();
            end.await();
            return JobResult.done();
        });
        start(1);
        long id = enqueue("resize");
        turnUntil(() -> begun.getCount() == 0);

        worker.stop(Stop.DRAIN);
        store.failBefore(Integer.MAX_VALUE);
        end.countDown();
        turnUntil(() -> worker.unwritten() == 1);
        assertThat(worker.busy()).isZero();
        assertThat(worker.isDone()).isFalse();
        store.failBefore(0);
        turnUntil(worker::isDone);

        assertThat(state(id)).isEqualTo(JobState.DONE);
    }

    /** The attempt's claim is not ours any more when it ends: what it came to is nobody's business. */
    @Test
    void theEndOfALostClaimRaisesNoAlarmAndIsNoDeath() throws Exception {
        onDead = "mail";
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        handler("resize", job -> {
            begun.countDown();
            end.await();
            return JobResult.giveUp("no such image");
        });
        start(1);
        long id = enqueue("resize");
        turnUntil(() -> begun.getCount() == 0);

        store.transaction(moves -> {
            Claim ours = moves.claimedBy(identity.daemon()).get(0);
            // So that it is not claimed again.
            moves.pause(null, now);
            return moves.finish(ours, new Verdict.GiveBack(null), identity.runner(), now);
        });
        end.countDown();
        turnUntil(() -> worker.busy() == 0 && !worker.hasUnwritten());
        assertThat(state(id)).isEqualTo(JobState.READY);
        assertThat(worker.died()).isZero();
        assertThat(alarms()).isEmpty();
    }

    @Test
    void eachJobThatDiesHereIsCountedOnceAndAlsoForWhoReadsTheLedger() throws Exception {
        handler("resize", job -> JobResult.giveUp("no such image"));
        handler("copy", job -> JobResult.done());
        start(1);
        List<Long> jobs = List.of(enqueue("resize"), enqueue("copy"), enqueue("resize"));

        turnUntil(() -> jobs.stream().allMatch(id -> state(id).isFinal()));

        assertThat(worker.died()).isEqualTo(2);
        assertThat(Files.readString(Ledger.path(directory.ledgers(), identity.daemon()), StandardCharsets.ISO_8859_1))
                .contains("died=2");
    }

    /** What a rate lets through has begun by then, for others count it as started. */
    @Test
    void whatIsRatedIsNotClaimedAheadOfItsSlot() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        handler("quick", job -> JobResult.done());
        handler("slow", job -> {
            end.await();
            return JobResult.done();
        });
        limits = new Limits(
                Limits.Bounds.NONE,
                new Limits.Bounds(Map.of(), Map.of("slow", new Rate(100, Duration.ofMinutes(1)))),
                Map.of());
        start(1);
        for (int i = 0; i < 30; i++) {
            long quick = enqueue("quick");
            turnUntil(() -> state(quick) == JobState.DONE);
        }

        List<Long> slow = List.of(enqueue("slow"), enqueue("slow"), enqueue("slow"));
        turnUntil(() -> worker.busy() == 1);
        worker.turn();

        assertThat(slow).extracting(this::state).containsExactly(JobState.RUNNING, JobState.READY, JobState.READY);
        end.countDown();
        turnUntil(() -> slow.stream().allMatch(id -> state(id) == JobState.DONE));
    }
}
