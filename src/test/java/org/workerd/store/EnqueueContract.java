package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;

interface EnqueueContract extends StoreFixture {
    @Test
    default void aJobOfANameAloneIsReadyAndHasTheDefaults() {
        Instant before = Instant.now().minusMillis(1);
        long id = enqueue("resize");
        JobView job = view(id);
        assertThat(job)
                .isEqualTo(new JobView(
                        id,
                        "resize",
                        "default",
                        JobState.READY,
                        0,
                        List.of(),
                        null,
                        null,
                        0,
                        null,
                        0,
                        null,
                        List.of(),
                        null,
                        job.createdAt(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(),
                        null));
        assertThat(job.createdAt()).isBetween(before, Instant.now().plusMillis(1));
        assertThat(attempts(id)).isEmpty();
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L));
    }

    @Test
    default void everythingThatAJobSaysIsStored() {
        long first = enqueue("resize");
        Instant runAt = NOW.plusSeconds(60);
        long id = enqueue(NewJob.named("send.mail")
                .args(List.of("-n", ""))
                .payload("{\"to\":1}")
                .queue("mail")
                .priority(-7)
                .runAt(runAt)
                .key("k")
                .maxAttempts(3)
                .timeout(Duration.ofMillis(1500))
                .after(first)
                .tag("a\"b")
                .tags(List.of("customer:42", "größe"))
                .build());
        JobView job = view(id);
        assertThat(job)
                .isEqualTo(new JobView(
                        id,
                        "send.mail",
                        "mail",
                        JobState.BLOCKED,
                        -7,
                        List.of("-n", ""),
                        "{\"to\":1}",
                        runAt,
                        0,
                        3,
                        0,
                        "k",
                        List.of(first),
                        1500L,
                        job.createdAt(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of("customer:42", "größe"),
                        null));
    }

    /** Plain ones go to the store many at a time: each still gets its own id, between those of the others. */
    @Test
    default void manyAtOnceAreStoredAsEachByItself() {
        long first = enqueue("a");
        NewJob keyed = NewJob.of("k").withKey("k");
        List<NewJob> jobs = List.of(
                NewJob.of("b", "1"),
                NewJob.of("c").withPayload("c"),
                keyed,
                NewJob.of("d"),
                keyed,
                NewJob.of("e").withAfter(List.of(first)),
                NewJob.of("f"),
                NewJob.of("g"));
        List<Moves.Enqueued> stored = store().transaction(moves -> moves.enqueue(jobs));
        assertThat(stored)
                .extracting(Moves.Enqueued::stored)
                .containsExactly(true, true, true, true, false, true, true, true);
        assertThat(stored.get(4).id()).isEqualTo(stored.get(2).id());
        assertThat(stored)
                .extracting(Moves.Enqueued::id)
                .filteredOn(id -> id > first)
                .hasSize(8);
        assertThat(stored.stream().map(Moves.Enqueued::id).distinct()).isSorted();
        assertThat(stored.stream().map(job -> view(job.id()).name()))
                .containsExactly("b", "c", "k", "d", "k", "e", "f", "g");
        assertThat(view(stored.get(0).id()).args()).containsExactly("1");
        assertThat(view(stored.get(1).id()).payload()).isEqualTo("c");
        assertThat(view(stored.get(5).id()).state()).isEqualTo(JobState.BLOCKED);
        List<Moves.Enqueued> many =
                store().transaction(moves -> moves.enqueue(Collections.nCopies(1200, NewJob.of("h"))));
        assertThat(many.stream().map(Moves.Enqueued::id).distinct())
                .hasSize(1200)
                .isSorted();
        assertThat(view(many.get(1199).id()).name()).isEqualTo("h");
        List<Moves.Enqueued> none = store().transaction(moves -> moves.enqueue(List.of()));
        assertThat(none).isEmpty();
    }

    @Test
    default void theIdsIncreaseByAgeEvenAfterAJobWasNotStored() {
        long first = enqueue("a");
        assertThatThrownBy(() -> enqueueAfter(999L)).isInstanceOf(StoreException.class);
        long second = enqueue("a");
        long third = enqueue("b");
        assertThat(List.of(first, second, third)).isSorted().doesNotHaveDuplicates();
        assertThat(first).isPositive();
    }

    @Test
    default void textOfEveryKindComesBackAsItWas() {
        List<String> args = List.of(
                "",
                " ",
                "'",
                "\"",
                "\\",
                "\\u0000",
                "\\\\u0000",
                "\\\\\\u0000x",
                "a\nb\tc\r",
                "\u0001\u001f\u007f",
                "$(id)",
                "grüße",
                "日本",
                "🕒",
                "\u2028",
                "%s",
                "-",
                "--",
                "[]",
                "null",
                "x".repeat(10_000));
        String payload = "quotes:'\"\\ lines:\n\r\n emoji:🕒 not JSON: {";
        long id = enqueue(NewJob.named("resize")
                .args(args)
                .payload(payload)
                .key("kéy ' \"")
                .build());
        assertThat(view(id).args()).isEqualTo(args);
        assertThat(view(id).payload()).isEqualTo(payload);
        assertThat(view(id).key()).isEqualTo("kéy ' \"");
        assertThat(claimOne()).satisfies(claim -> {
            assertThat(claim.args()).isEqualTo(args);
            assertThat(claim.payload()).isEqualTo(payload);
        });
    }

    @Test
    default void anEmptyPayloadIsNotNone() {
        long id = enqueue(NewJob.named("resize").payload("").build());
        assertThat(view(id).payload()).isEmpty();
        assertThat(claimOne().payload()).isEmpty();
    }

    @Test
    default void theLargestJobThatMayBeIsStored() {
        String payload = "é".repeat(NewJob.LONGEST_PAYLOAD / 2);
        // Control characters grow sixfold in JSON.
        List<String> args = Collections.nCopies(NewJob.LONGEST_ARGS / 128, "\u0001".repeat(127));
        long id = enqueue(NewJob.named("x".repeat(128))
                .args(args)
                .payload(payload)
                .queue("q".repeat(128))
                .priority(100)
                .runAt(NewJobLimits.LATEST)
                .key("k".repeat(512))
                .maxAttempts(1000)
                .timeout(Duration.ofDays(36_525))
                .build());
        assertThat(view(id).payload()).isEqualTo(payload);
        assertThat(view(id).args()).isEqualTo(args);
        assertThat(view(id).runAt()).isEqualTo(NewJobLimits.LATEST);
        assertThat(view(id).timeoutMillis()).isEqualTo(Duration.ofDays(36_525).toMillis());
    }

    /** What the schema and NewJob must agree about. */
    final class NewJobLimits {
        static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

        private NewJobLimits() {}
    }

    @Test
    default void aBrokenRuleIsAnExceptionOfTheMoveItselfAndNothingIsStored() {
        AtomicReference<RuntimeException> thrown = new AtomicReference<>();
        assertThatThrownBy(() -> inTransaction(moves -> {
                    moves.enqueue(NewJob.of("resize"));
                    try {
                        moves.enqueue(NewJob.named("after").after(999).build());
                    } catch (RuntimeException refusal) {
                        thrown.set(refusal);
                        throw refusal;
                    }
                }))
                .isSameAs(thrown.get());
        assertThat(thrown.get())
                .isInstanceOf(StoreException.class)
                .hasMessage("after must be a JSON array of the ids of jobs that exist")
                .extracting(refusal -> ((StoreException) refusal).kind())
                .isEqualTo(StoreException.Kind.INVALID);
        assertThat(counts()).isEmpty();
    }

    @Test
    default void aTransactionThatThrowsStoresNothing() {
        RuntimeException ours = new IllegalStateException("changed my mind");
        assertThatThrownBy(() -> inTransaction(moves -> {
                    moves.enqueue(NewJob.of("resize"));
                    throw ours;
                }))
                .isSameAs(ours);
        assertThat(counts()).isEmpty();
        assertThat(enqueue("resize")).isPositive();
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1L));
    }

    @Test
    default void aTransactionOfAThousandJobsIsSeenAsAWhole() {
        JobStore reader = another();
        inTransaction(moves -> {
            for (int i = 0; i < 1_000; i++) {
                moves.enqueue(NewJob.of("job" + i % 7));
            }
            try (JobQueries queries = reader.queries()) {
                assertThat(queries.counts()).isEmpty();
            }
        });
        assertThat(counts()).isEqualTo(Map.of(JobState.READY, 1_000L));
    }
}
