package org.workerd.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workerd.api.TestedAttempt.Outcome;

/** A handler whose payload is a record, with the JSON library of whoever wrote it. */
final class TypedJobHandlerTest {
    record Photo(String file, int width) {}

    private static final Codec<Photo> PHOTOS = Codec.of(
            text -> {
                Map<String, Object> json = JSON.std.mapFrom(text);
                return json == null ? null : new Photo((String) json.get("file"), (int) json.get("width"));
            },
            photo -> JSON.std.asString(Map.of("file", photo.file(), "width", photo.width())));

    private static JobHandlerTester resize() {
        return JobHandlerTester.of(TypedJobHandler.of(
                "resize",
                PHOTOS,
                (job, photo) -> JobResult.done(job.name() + " " + photo.file() + " " + photo.width())));
    }

    @Test
    void theHandlerGetsTheValueThatWasEncoded() {
        TestedAttempt attempt =
                resize().payload(PHOTOS, new Photo("a.png", 800)).run();
        assertThat(attempt.result()).contains("resize a.png 800");
    }

    @Test
    void aPayloadThatIsNoneIsDeadAtOnceAndSaysWhy() {
        TestedAttempt none = resize().run();
        assertThat(none.outcome()).isEqualTo(Outcome.DEAD);
        assertThat(none.error()).contains("the job has no payload");
        TestedAttempt broken = resize().payload("{\"file\":").run();
        assertThat(broken.outcome()).isEqualTo(Outcome.DEAD);
        assertThat(broken.error().orElseThrow()).startsWith("cannot read the payload: ");
        assertThat(broken.log().get(0)).startsWith("ERROR cannot read the payload\n");
        assertThat(resize().payload("null").run().error().orElseThrow()).contains("payload");
    }

    @Test
    void whatTheHandlerItselfThrowsIsAFailureLikeAnyOther() {
        TestedAttempt attempt = JobHandlerTester.of(TypedJobHandler.of("resize", PHOTOS, (job, photo) -> {
                    throw new java.io.IOException("the disk is full");
                }))
                .payload(PHOTOS, new Photo("a.png", 1))
                .run();
        assertThat(attempt.outcome()).isEqualTo(Outcome.RETRYING);
        assertThat(attempt.error().orElseThrow()).contains("the disk is full");
    }

    @Test
    void aValueThatCannotBeWrittenIsTheTestsMistake() {
        Codec<Photo> broken = Codec.of(PHOTOS::decode, photo -> {
            throw new java.io.IOException("no");
        });
        assertThatThrownBy(() -> resize().payload(broken, new Photo("a.png", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the codec cannot write Photo[file=a.png");
    }

    @Test
    void aFunctionBecomesAHandlerByItsName() {
        assertThat(JobHandlerTester.of(JobHandler.of(
                                "shout",
                                job -> JobResult.done(
                                        job.payload().orElseThrow().toUpperCase(java.util.Locale.ROOT))))
                        .payload("hi")
                        .run()
                        .result())
                .contains("HI");
    }
}
