package org.workerd.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.workerd.http.Route.Access;
import org.workerd.ops.JobOutput;
import org.workerd.ops.Json;
import org.workerd.ops.OutputFollower;
import org.workerd.ops.OutputTail;
import org.workerd.store.JobView;
import org.workerd.store.OutputFeed;

/** What attempts print: whole, or as it comes. For the thread of the API. */
final class OutputRoutes {
    private static final int CHUNK = 64 << 10;

    private final Room room;
    private final Live live;
    private final SharedFeeds feeds;

    OutputRoutes(Room room, Live live) {
        this.room = room;
        this.live = live;
        this.feeds = new SharedFeeds(room.parts().engine());
    }

    List<Route> routes() {
        return List.of(Route.of("GET", "/api/v1/jobs/{id}/attempts/{n}/output", Access.CALLERS, 0, this::output)
                .taking(Set.of("follow")));
    }

    private void output(Exchange exchange) {
        long id = exchange.id();
        long number = Exchange.number(exchange.named("n"), "attempt");
        JobView job = room.read(queries -> JobRoutes.find(queries, id));
        boolean isNext = number == job.attempt() + 1L;
        boolean isToCome = isNext && !job.state().isFinal() && exchange.isSet("follow");
        if (number > job.attempt() && !isToCome && !(isNext && wasGivenBack(id, number))) {
            throw Problem.noSuch("attempt " + number + " of job " + id);
        }
        OutputTail tail = OutputTail.of(room.settings(), job, (int) number);
        if (exchange.isSet("follow")) {
            follow(exchange, job, (int) number);
            return;
        }
        exchange.reserve(2L * CHUNK);
        // Nothing in it may be taken for a page, whatever a browser thinks that it is.
        exchange.header("Content-Security-Policy", "sandbox; default-src 'none'");
        exchange.header("Content-Disposition", "attachment; filename=\"" + id + "." + number + ".log\"");
        Optional<ByteBuffer> kept = room.read(queries -> queries.output(id, (int) number));
        if (exchange.begin(200, "text/plain; charset=utf-8")) {
            if (kept.isPresent()) {
                exchange.response().write(true, kept.get(), exchange.callback());
            } else {
                copy(exchange, tail);
            }
        }
    }

    /** As one that snoozed: what it printed is there until the next one begins. */
    private boolean wasGivenBack(long id, long number) {
        return room.read(queries -> queries.attempts(id)).stream().anyMatch(attempt -> attempt.number() == number);
    }

    private void follow(Exchange exchange, JobView job, int attempt) {
        JobOutput output = room.read(queries -> new JobOutput(room.settings(), queries, job));
        OutputFeed feed = feeds.follow(job.id()).orElse(null);
        OutputFollower follower = new OutputFollower(output, feed, attempt, resumed(exchange));
        live.add(new Following(exchange, job.id(), follower, feed));
    }

    private static long resumed(Exchange exchange) {
        String last = exchange.request().getHeaders().get("Last-Event-ID");
        return last != null && last.matches("[0-9]{1,18}") ? Long.parseLong(last) : 0;
    }

    /** Piece by piece, the next one when the client has taken the last. */
    private void copy(Exchange exchange, OutputTail tail) {
        byte[] piece;
        try {
            piece = next(tail);
        } catch (IOException | RuntimeException failure) {
            exchange.callback().failed(failure);
            return;
        }
        if (piece.length == 0) {
            exchange.response().write(true, ByteBuffer.allocate(0), exchange.callback());
            return;
        }
        Callback then =
                Callback.from(() -> room.thread().execute(() -> copy(exchange, tail)), exchange.callback()::failed);
        exchange.response().write(false, ByteBuffer.wrap(piece), then);
    }

    private static byte[] next(OutputTail tail) throws IOException {
        ByteArrayOutputStream piece = new ByteArrayOutputStream();
        tail.copyTo(piece, CHUNK);
        return piece.toByteArray();
    }

    /** Server-sent events: text with the offset behind it as the event's id, then the end. */
    private final class Following extends Live.Stream {
        private final long id;
        private final OutputFollower follower;
        private final @Nullable OutputFeed feed;
        private final CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        private ByteBuffer rest = ByteBuffer.allocate(0);
        private boolean told;

        /** @param feed null: the job runs on this machine */
        Following(Exchange exchange, long id, OutputFollower follower, @Nullable OutputFeed feed) {
            super(exchange);
            this.id = id;
            this.follower = follower;
            this.feed = feed;
        }

        @Override
        @Nullable
        String next(boolean changed) throws IOException {
            if (told) {
                return null;
            }
            // The state before the output: what was printed before the end is there when the end is seen.
            JobOutput now = room.read(queries -> new JobOutput(room.settings(), queries, JobRoutes.find(queries, id)));
            String text = decode(piece(now));
            if (!text.isEmpty()) {
                return "id: " + (follower.position() - rest.remaining()) + "\nevent: output\ndata: "
                        + json("text", text) + "\n\n";
            }
            JobView job = now.job();
            told = job.state().isFinal() || job.isOver(follower.number());
            return told ? "event: end\ndata: " + json("state", job.state().word()) + "\n\n" : "";
        }

        private byte[] piece(JobOutput now) throws IOException {
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            follower.copyTo(piece, now, CHUNK);
            return piece.toByteArray();
        }

        @Override
        public void close() {
            if (feed != null) {
                feed.close();
            }
        }

        private String decode(byte[] piece) {
            ByteBuffer bytes = ByteBuffer.allocate(rest.remaining() + piece.length)
                    .put(rest)
                    .put(piece)
                    .flip();
            CharBuffer chars = CharBuffer.allocate(bytes.remaining() + 1);
            decoder.decode(bytes, chars, false);
            rest = bytes;
            return chars.flip().toString();
        }
    }

    private static String json(String field, String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Json document = new Json(bytes)) {
            document.generator().writeStartObject();
            document.text(field, text);
            document.generator().writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }
}
