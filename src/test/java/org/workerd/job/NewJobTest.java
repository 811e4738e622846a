package org.workerd.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class NewJobTest {
    private static final Instant FIRST = Instant.parse("2001-01-01T00:00:00Z");

    @Test
    void aJobOfANameHasNothingElseSet() {
        NewJob job = NewJob.of("resize", "a", "");
        assertThat(job.name()).isEqualTo("resize");
        assertThat(job.args()).containsExactly("a", "");
        assertThat(job.payload()).isNull();
        assertThat(job.queue()).isEqualTo("default");
        assertThat(job.priority()).isZero();
        assertThat(job.runAt()).isNull();
        assertThat(job.key()).isNull();
        assertThat(job.maxAttempts()).isNull();
        assertThat(job.timeout()).isNull();
        assertThat(job.after()).isEmpty();
    }

    @Test
    void theBuilderSetsEachThingInAnyOrder() {
        NewJob job = NewJob.named("resize")
                .after(7)
                .timeout(Duration.ofSeconds(1))
                .maxAttempts(3)
                .key("k")
                .runAt(FIRST)
                .priority(5)
                .queue("media")
                .payload("p")
                .arg("a")
                .arg("b")
                .after(8)
                .build();
        assertThat(job.args()).containsExactly("a", "b");
        assertThat(job.payload()).isEqualTo("p");
        assertThat(job.queue()).isEqualTo("media");
        assertThat(job.priority()).isEqualTo(5);
        assertThat(job.runAt()).isEqualTo(FIRST);
        assertThat(job.key()).isEqualTo("k");
        assertThat(job.maxAttempts()).isEqualTo(3);
        assertThat(job.timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(job.after()).containsExactly(7L, 8L);
    }

    @Test
    void eachWithSetsOneThing() {
        NewJob job = NewJob.of("resize", "a")
                .withPayload("p")
                .withQueue("media")
                .withPriority(5)
                .withRunAt(FIRST)
                .withKey("k")
                .withMaxAttempts(3)
                .withTimeout(Duration.ofSeconds(1))
                .withAfter(List.of(7L));
        assertThat(job)
                .isEqualTo(NewJob.named("resize")
                        .arg("a")
                        .payload("p")
                        .queue("media")
                        .priority(5)
                        .runAt(FIRST)
                        .key("k")
                        .maxAttempts(3)
                        .timeout(Duration.ofSeconds(1))
                        .after(7)
                        .build());
        refused(() -> NewJob.of("resize").withPriority(101), "the priority must be -100 to 100, was 101");
    }

    @Test
    void tagsAreShortWordsEachOnce() {
        assertThat(NewJob.named("resize").tag("b").tag("a").tag("b").build().tags())
                .containsExactly("b", "a");
        assertThat(NewJob.of("resize").withTags(List.of("b")).toBuilder()
                        .tag("a")
                        .build()
                        .tags())
                .containsExactly("b", "a");
        refused(() -> NewJob.of("resize").withTags(List.of("")), "a tag must be 1 to 128 bytes");
        refused(() -> NewJob.of("resize").withTags(List.of("é".repeat(65))), "a tag must be 1 to 128 bytes");
        refused(() -> NewJob.of("resize").withTags(List.of("a\nb")), "a tag must not contain control characters");
        refused(
                () -> NewJob.of("resize")
                        .withTags(
                                IntStream.range(0, 33).mapToObj(String::valueOf).toList()),
                "a job has at most 32 tags");
    }

    @Test
    void aBuilderThatGoesOnChangesNoJobThatItHasBuilt() {
        NewJob.Builder builder = NewJob.named("resize").arg("a").after(1);
        NewJob first = builder.build();
        NewJob second = builder.arg("b").after(2).priority(9).build();
        assertThat(first).isEqualTo(NewJob.of("resize", "a").withAfter(List.of(1L)));
        assertThat(second.args()).containsExactly("a", "b");
        assertThat(second.after()).containsExactly(1L, 2L);
        assertThat(first.toBuilder().priority(9).build()).isEqualTo(first.withPriority(9));
    }

    @Test
    void nobodyCanMakeAJobByThePositionOfItsValues() {
        assertThat(NewJob.class.getConstructors()).isEmpty();
        assertThat(NewJob.Builder.class.getConstructors()).isEmpty();
    }

    @Test
    void twoJobsAreEqualWhenAllIsThatTheyAskFor() {
        NewJob job = NewJob.of("resize", "a").withKey("k");
        assertThat(job)
                .isEqualTo(NewJob.of("resize", "a").withKey("k"))
                .hasSameHashCodeAs(NewJob.of("resize", "a").withKey("k"));
        assertThat(job).isNotEqualTo(NewJob.of("resize", "a")).isNotEqualTo("resize");
        assertThat(job.toString()).startsWith("NewJob[name=resize, args=[a]").contains("key=k");
    }

    @Test
    void theListsAreItsOwn() {
        List<String> args = new ArrayList<>(List.of("a"));
        List<Long> after = new ArrayList<>(List.of(1L));
        NewJob job = NewJob.named("resize").args(args).after(after).build();
        args.add("b");
        after.add(2L);
        assertThat(job.args()).containsExactly("a");
        assertThat(job.after()).containsExactly(1L);
    }

    @Test
    void theNamesAreChecked() {
        refused(
                () -> NewJob.of("-rf"),
                "the job's name must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter"
                        + " or digit, was \"-rf\"");
        refused(
                () -> NewJob.named("a").queue("no queue").build(),
                "the queue's name must be 1 to 128 of A-Z a-z 0-9 . _ - and begin with a letter or digit, was"
                        + " \"no queue\"");
    }

    @Test
    void anArgumentHoldsNoNul() {
        refused(() -> NewJob.of("resize", "fine", "a\0b"), "an argument must not contain a NUL character");
    }

    @Test
    void theArgumentsFitIntoOneCommandLine() {
        String sentence = "the arguments must be at most 128 KiB together; use the payload for more";
        int most = NewJob.LONGEST_ARGS;
        // Each argument ends in a NUL, which counts, and no single one may be longer either.
        accepted(() -> NewJob.of("resize", "x".repeat(most - 1)));
        refused(() -> NewJob.of("resize", "x".repeat(most)), sentence);
        accepted(() -> NewJob.of("resize", "é".repeat(most / 4 - 1), "x".repeat(most / 2)));
        refused(() -> NewJob.of("resize", "é".repeat(most / 4), "x".repeat(most / 2)), sentence);
        refused(() -> NewJob.of("resize", Collections.nCopies(most + 1, "").toArray(String[]::new)), sentence);
    }

    @Test
    void thePayloadIsAtMostAMebibyteOfUtf8() {
        accepted(() -> withPayload("x".repeat(1 << 20)));
        accepted(() -> withPayload(""));
        refused(() -> withPayload("x".repeat((1 << 20) + 1)), "the payload must be at most 1 MiB");
        refused(() -> withPayload("é".repeat((1 << 19) + 1)), "the payload must be at most 1 MiB");
    }

    @Test
    void thePriorityHasBounds() {
        accepted(() -> withPriority(-100));
        accepted(() -> withPriority(100));
        refused(() -> withPriority(-101), "the priority must be -100 to 100, was -101");
        refused(() -> withPriority(101), "the priority must be -100 to 100, was 101");
    }

    @Test
    void aKeyIsNeitherEmptyNorLong() {
        accepted(() -> withKey("é".repeat(256)));
        refused(() -> withKey(""), "the key must be 1 to 512 bytes; leave it out for no key");
        refused(() -> withKey("é".repeat(256) + "x"), "the key must be 1 to 512 bytes; leave it out for no key");
    }

    @Test
    void maxAttemptsHaveBounds() {
        accepted(() -> withMaxAttempts(1));
        accepted(() -> withMaxAttempts(1000));
        refused(() -> withMaxAttempts(0), "max attempts must be 1 to 1000, was 0");
        refused(() -> withMaxAttempts(1001), "max attempts must be 1 to 1000, was 1001");
    }

    @Test
    void aTimeoutIsAMillisecondAtLeast() {
        accepted(() -> withTimeout(Duration.ofMillis(1)));
        refused(() -> withTimeout(Duration.ZERO), "the timeout must be at least 1ms, was 0s");
        refused(() -> withTimeout(Duration.ofNanos(999_999)), "the timeout must be at least 1ms, was 0s");
        refused(() -> withTimeout(Duration.ofSeconds(-1)), "the timeout must be at least 1ms, was -1s");
    }

    @Test
    void theTimeToRunAtIsOneThatTheDatabaseCanHold() {
        String sentence = "the time to run at must be between the years 2001 and 9999";
        accepted(() -> withRunAt(FIRST));
        refused(() -> withRunAt(Instant.EPOCH), sentence);
        accepted(() -> withRunAt(Instant.parse("9999-12-31T23:59:59.999Z")));
        refused(() -> withRunAt(FIRST.minusNanos(1)), sentence);
        refused(() -> withRunAt(Instant.parse("9999-12-31T23:59:59.999Z").plusMillis(1)), sentence);
        refused(() -> withRunAt(Instant.MAX), sentence);
    }

    @Test
    void halfACharacterIsRefusedForItWouldBecomeAnother() {
        for (String half : List.of("z\ud800", "\udc00z", "\ud800\ud800\udc00", "\udc00\ud800")) {
            for (ThrowingCallable making : List.<ThrowingCallable>of(
                    () -> NewJob.of("resize").withKey(half),
                    () -> NewJob.of("resize").withPayload(half),
                    () -> NewJob.of("resize", half))) {
                assertThatThrownBy(making)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(" is not Unicode: it holds half a character, \\ud");
            }
        }
        accepted(() ->
                NewJob.of("resize", "\ud83d\udd52").withKey("\ud83d\udd52").withPayload("\ud83d\udd52"));
    }

    @Test
    void theIdsToWaitForArePositive() {
        accepted(() -> withAfter(List.of(1L, Long.MAX_VALUE, 1L)));
        refused(() -> withAfter(List.of(1L, 0L)), "the ids to wait for must be positive");
    }

    private static NewJob withPayload(String payload) {
        return NewJob.named("resize").payload(payload).build();
    }

    private static NewJob withPriority(int priority) {
        return NewJob.named("resize").priority(priority).build();
    }

    private static NewJob withKey(String key) {
        return NewJob.named("resize").key(key).build();
    }

    private static NewJob withMaxAttempts(int maxAttempts) {
        return NewJob.named("resize").maxAttempts(maxAttempts).build();
    }

    private static NewJob withTimeout(Duration timeout) {
        return NewJob.named("resize").timeout(timeout).build();
    }

    private static NewJob withRunAt(Instant runAt) {
        return NewJob.named("resize").runAt(runAt).build();
    }

    private static NewJob withAfter(List<Long> after) {
        return NewJob.named("resize").after(after).build();
    }

    private static void accepted(org.assertj.core.api.ThrowableAssert.ThrowingCallable making) {
        assertThatCode(making).doesNotThrowAnyException();
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable making, String sentence) {
        assertThatThrownBy(making).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
    }
}
