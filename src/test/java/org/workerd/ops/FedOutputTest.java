package org.workerd.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workerd.store.OutputFeed;

/** A feed that brings what the test says, to who follows with a limit of twenty bytes. */
class FedOutputTest {
    private static final int LIMIT = 20;
    private static final String GAP = "\n[workerd: 100 bytes left out here]\n";

    private final Deque<OutputFeed.News> coming = new ArrayDeque<>();

    private final OutputFeed feed = new OutputFeed() {
        @Override
        public News news() {
            return coming.isEmpty() ? new News(false, List.of()) : coming.remove();
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    };

    private void comes(int attempt, String... texts) {
        coming.add(news(false, attempt, texts));
    }

    private static OutputFeed.News news(boolean anew, int attempt, String... texts) {
        List<OutputFeed.Piece> pieces = new ArrayList<>();
        for (String text : texts) {
            pieces.add(new OutputFeed.Piece(attempt, bytes(text)));
        }
        return new OutputFeed.News(anew, pieces);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private FedOutput from(int attempt, long known) {
        return new FedOutput(feed, LIMIT, attempt, known);
    }

    private static String copied(FedOutput output, long most) throws IOException {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        output.copyTo(to, false, Optional::empty, most);
        return to.toString(StandardCharsets.UTF_8);
    }

    private static String copied(FedOutput output) throws IOException {
        return copied(output, Long.MAX_VALUE);
    }

    private static String ended(FedOutput output, String kept) throws IOException {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        output.copyTo(to, true, () -> Optional.of(bytes(kept)), Long.MAX_VALUE);
        return to.toString(StandardCharsets.UTF_8);
    }

    @Test
    void oneAttemptIsCopiedAfterTheOtherAndWhatIsOfAnotherWaitsOrIsLeftOut() throws IOException {
        FedOutput output = from(2, 0);
        comes(1, "first");
        comes(2, "sec", "ond");
        comes(3, "third");
        assertThat(copied(output)).isEmpty();
        assertThat(copied(output)).isEqualTo("second");
        assertThat(output.position()).isEqualTo(6);
        assertThat(copied(output)).isEmpty();
        output.advance();
        assertThat(output.position()).isZero();
        assertThat(copied(output)).isEqualTo("third");
    }

    @Test
    void noMoreIsCopiedAtOnceThanAskedForAndNoMoreIsAskedForWhileSomeIsThere() throws IOException {
        FedOutput output = from(1, 0);
        comes(1, "abcdefg");
        comes(1, "h");
        assertThat(copied(output, 5)).isEqualTo("abcde");
        assertThat(coming).hasSize(1);
        assertThat(copied(output, 5)).isEqualTo("fg");
        assertThat(copied(output, 5)).isEqualTo("h");
    }

    /** An empty answer tells who asks that nothing has come, and at the end that there is no more. */
    @Test
    void whatIsKnownDoesNotCountAgainstWhatIsCopiedAtOnce() throws IOException {
        String printed = "0123456789".repeat(20_000);
        FedOutput output = new FedOutput(feed, printed.length(), 1, 99_999);
        comes(1, printed.substring(0, 80_000), printed.substring(80_000));
        StringBuilder whole = new StringBuilder();
        for (int length : List.of(65_536, 34_465, 0)) {
            String copied = copied(output, 65_536);
            assertThat(copied).hasSize(length);
            whole.append(copied);
        }
        assertThat(whole).hasToString(printed.substring(99_999));
        assertThat(output.position()).isEqualTo(200_000);
    }

    @Test
    void moreIsAskedForWhenAllThatCameWasJustAsMuchAsIsCopiedAtOnce() throws IOException {
        FedOutput output = from(1, 0);
        comes(1, "abcde");
        comes(1, "f");
        assertThat(copied(output, 5)).isEqualTo("abcde");
        assertThat(copied(output, 5)).isEqualTo("f");
    }

    @Test
    void whatIsKeptIsCopiedOfAnAttemptThatEndedBeforeAnythingCame() throws IOException {
        assertThat(ended(from(1, 0), "kept")).isEqualTo("kept");
        assertThat(ended(from(1, 3), "kept")).isEqualTo("t");
        FedOutput output = from(1, 0);
        comes(1, "came");
        assertThat(copied(output)).isEqualTo("came");
        assertThat(ended(output, "came")).isEmpty();
    }

    @Test
    void whatIsKnownIsLeftOutAlsoWhenTheMiddleIsNotThereAnyMore() throws IOException {
        String now = "0123456789" + GAP + "abcdefghij";
        assertThat(resumed(0, now)).isEqualTo(now);
        assertThat(resumed(4, now)).isEqualTo("456789" + GAP + "abcdefghij");
        assertThat(resumed(50, now)).isEqualTo(GAP.replace("100", "60") + "abcdefghij");
        assertThat(resumed(110, now)).isEqualTo("abcdefghij");
        assertThat(resumed(115, now)).isEqualTo("fghij");
        assertThat(resumed(12, "0123456789abcdefghij")).isEqualTo("cdefghij");
    }

    private String resumed(long known, String text) throws IOException {
        FedOutput output = from(1, known);
        comes(1, text);
        String copied = copied(output);
        assertThat(output.position()).isEqualTo(text.contains(GAP) ? 120 : 20);
        return copied;
    }

    /** As one does whose terminal was stopped for a while. */
    @Test
    void whoWasGivenUpGoesOnWhereHeWas() throws IOException {
        FedOutput output = from(1, 0);
        comes(1, "one ");
        assertThat(copied(output)).isEqualTo("one ");
        coming.add(news(true, 1, "one two "));
        assertThat(copied(output)).isEqualTo("two ");
        coming.add(news(true, 1));
        assertThat(ended(output, "one two three")).isEqualTo("three");
    }
}
