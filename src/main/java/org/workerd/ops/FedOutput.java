package org.workerd.ops;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import org.workerd.store.OutputFeed;
import org.workerd.store.OutputFeed.News;
import org.workerd.store.OutputFeed.Piece;
import org.workerd.worker.attempt.Output;

/**
 * What a feed brings of one attempt after the other. It begins with the begin of an attempt, also for who goes on where he
 * left off: what he has already is left out here. Of an attempt that ended before anything came, what is kept is taken.
 * For one thread.
 */
final class FedOutput {
    private final OutputFeed feed;
    /** Nothing is left out before. */
    private final long half;

    private final Deque<Piece> come = new ArrayDeque<>();
    private int number;
    /** Something of the attempt has come; then all of it does. */
    private boolean begun;
    /** Where what comes next stands in the attempt's output. */
    private long offset;
    /** What stands before is known already. */
    private long known;

    FedOutput(OutputFeed feed, long limit, int number, long known) {
        this.feed = feed;
        this.half = limit / 2;
        this.number = number;
        this.known = known;
    }

    long position() {
        return Math.max(known, offset);
    }

    void advance() {
        number++;
        begin(0);
    }

    private void begin(long have) {
        begun = false;
        offset = 0;
        known = have;
    }

    /**
     * What has come by now, but no more than about so many bytes at once; nothing: no more has come.
     *
     * @param over the attempt had ended before
     * @param kept what the queue keeps of it then
     */
    void copyTo(OutputStream to, boolean over, Supplier<Optional<ByteBuffer>> kept, long most) throws IOException {
        gather();
        if (over && !begun && !isThere()) {
            begun = true;
            kept.get().ifPresent(text -> come.addFirst(new Piece(number, text)));
        }
        WritableByteChannel channel = Channels.newChannel(to);
        long left = most;
        while (left > 0 && !come.isEmpty() && come.element().attempt() <= number) {
            Piece piece = come.element();
            if (piece.attempt() == number && piece.text().hasRemaining()) {
                begun = true;
                left -= copy(piece.text(), channel, left);
            } else {
                come.remove();
            }
        }
    }

    /** What has come already is copied first: no more of it is held here than the queue would hold. */
    private void gather() {
        if (!isThere()) {
            News news = feed.news();
            if (news.anew()) {
                come.clear();
                begin(position());
            }
            come.addAll(news.pieces());
        }
    }

    private boolean isThere() {
        return come.stream()
                .anyMatch(piece -> piece.attempt() == number && piece.text().hasRemaining());
    }

    /** Passes over what is known. How many bytes it wrote. */
    private int copy(ByteBuffer text, WritableByteChannel to, long most) throws IOException {
        OptionalLong gap = offset == half ? gap(text) : OptionalLong.empty();
        if (gap.isPresent()) {
            offset = half + gap.getAsLong();
            long leftOut = offset - Math.max(known, half);
            if (leftOut > 0) {
                to.write(ByteBuffer.wrap(Output.gap(leftOut).getBytes(StandardCharsets.UTF_8)));
            }
            return 0;
        }
        long end = offset < half ? half - offset : Long.MAX_VALUE;
        long here = Math.min(text.remaining(), end);
        int skipped = (int) Math.max(0, Math.min(here, known - offset));
        int written = (int) Math.min(here - skipped, most);
        to.write(text.slice(text.position() + skipped, written));
        text.position(text.position() + skipped + written);
        offset += skipped + written;
        return written;
    }

    /** How many bytes were left out here, if that is what is said; taken out of the text. */
    private static OptionalLong gap(ByteBuffer text) {
        byte[] begin = new byte[Math.min(text.remaining(), OutputTail.LONGEST_GAP)];
        text.duplicate().get(begin);
        Matcher gap = OutputTail.GAP.matcher(new String(begin, StandardCharsets.ISO_8859_1));
        if (!gap.lookingAt()) {
            return OptionalLong.empty();
        }
        text.position(text.position() + gap.end());
        return OptionalLong.of(Long.parseLong(gap.group(1)));
    }
}
