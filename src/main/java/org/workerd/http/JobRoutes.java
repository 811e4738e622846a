package org.workerd.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.http.Route.Access;
import org.workerd.job.Span;
import org.workerd.ops.JobAction;
import org.workerd.ops.JobChange;
import org.workerd.ops.JobWait;
import org.workerd.ops.Json;
import org.workerd.ops.WaitsFor;
import org.workerd.store.JobQueries;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.JobQueries.Found;
import org.workerd.store.JobView;

/** Jobs: to be looked at, waited for, retried, cancelled and deleted. For the thread of the API. */
final class JobRoutes {
    private static final int USUAL = 20;
    private static final int MOST = 500;
    /** With payloads and results of a megabyte each there must not be many in memory at once. */
    private static final int AT_ONCE = 10;

    private static final int ENOUGH_BYTES = 4 << 20;
    private static final Duration USUAL_WAIT = Duration.ofSeconds(30);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final int SMALL = 1 << 10;
    private static final Set<String> PAGING = Set.of("limit", "before");
    private static final Set<String> LISTED =
            Stream.concat(Filters.NAMES.stream(), PAGING.stream()).collect(Collectors.toUnmodifiableSet());

    private final Room room;
    private final Live live;

    JobRoutes(Room room, Live live) {
        this.room = room;
        this.live = live;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/api/v1/jobs", Access.CALLERS, 0, this::list).taking(LISTED),
                Route.of("GET", "/api/v1/jobs/{id}", Access.CALLERS, 0, this::show),
                Route.of("DELETE", "/api/v1/jobs/{id}", Access.CALLERS, 0, this::delete),
                Route.of("GET", "/api/v1/jobs/{id}/wait", Access.CALLERS, 0, this::await)
                        .taking(Set.of("timeout")),
                Route.of("POST", "/api/v1/jobs/{id}/retry", Access.CALLERS, SMALL, this::retry)
                        .taking(Set.of("force")),
                Route.of("POST", "/api/v1/jobs/{id}/cancel", Access.CALLERS, SMALL, this::cancel));
    }

    /** Writes a job as everywhere. */
    static void write(Json document, JobView job, JobQueries queries, Room room, @Nullable WaitsFor waitsFor)
            throws IOException {
        document.job(job, queries.attempts(job.id()), room.settings().policies().of(job.name()), waitsFor);
    }

    /** The same of one that was stored just now: it had no attempt yet. */
    static void writeNew(Json document, JobView job, Room room) throws IOException {
        document.job(job, List.of(), room.settings().policies().of(job.name()), null);
    }

    private void list(Exchange exchange) {
        Filter filter = Filters.of(exchange, PAGING, room.now());
        int limit = (int) number(exchange, "limit", USUAL, MOST);
        long before = number(exchange, "before", Long.MAX_VALUE, Long.MAX_VALUE);
        exchange.bytes(200, Exchange.JSON, room.read(queries -> page(queries, filter, limit, before)));
    }

    /** As many as fit; the next page begins where this one ends. */
    private byte[] page(JobQueries queries, Filter filter, int limit, long before) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Json document = new Json(bytes)) {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeArrayFieldStart("jobs");
            long below = before;
            int count = 0;
            Long next = null;
            Long lookedBackTo = null;
            boolean more = true;
            while (more && count < limit) {
                Found found = queries.list(filter, Math.min(AT_ONCE, limit - count), below);
                Map<Long, WaitsFor> waits = room.reasons(queries).of(found.jobs());
                for (JobView job : found.jobs()) {
                    write(document, job, queries, room, waits.get(job.id()));
                    below = job.id();
                }
                count += found.jobs().size();
                lookedBackTo = found.lookedBackTo();
                out.flush();
                boolean full = count >= limit || bytes.size() > ENOUGH_BYTES;
                next = found.more() ? Long.valueOf(below) : lookedBackTo;
                more = found.more() && !full;
            }
            out.writeEndArray();
            document.number("next", next);
            document.number("looked_back_to", lookedBackTo);
            out.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private void show(Exchange exchange) {
        show(exchange, 200, exchange.id());
    }

    private void show(Exchange exchange, int status, long id) {
        room.read(queries -> {
            JobView job = find(queries, id);
            WaitsFor reason = room.reasons(queries).of(job).orElse(null);
            exchange.json(status, document -> write(document, job, queries, room, reason));
            return job;
        });
    }

    static JobView find(JobQueries queries, long id) {
        return queries.find(id).orElseThrow(() -> Problem.noSuch("job " + id));
    }

    private void await(Exchange exchange) {
        String given = exchange.parameter("timeout");
        Duration timeout;
        try {
            timeout = given == null ? USUAL_WAIT : Span.parse(given);
        } catch (IllegalArgumentException wrong) {
            throw Problem.invalid("timeout: " + wrong.getMessage());
        }
        if (timeout.compareTo(LONGEST_WAIT) > 0) {
            throw Problem.invalid("timeout: at most " + Span.format(LONGEST_WAIT));
        }
        live.add(new Waiter(exchange, exchange.id(), new JobWait(timeout)));
    }

    /** Until the job has ended, or the time is up. */
    private final class Waiter implements Live.Waiter {
        private final Exchange exchange;
        private final long id;
        private final JobWait wait;

        Waiter(Exchange exchange, long id, JobWait wait) {
            this.exchange = exchange;
            this.id = id;
            this.wait = wait;
        }

        @Override
        public Exchange exchange() {
            return exchange;
        }

        @Override
        public boolean look(boolean changed) {
            boolean ended =
                    changed && room.read(queries -> find(queries, id)).state().isFinal();
            boolean over = ended || wait.isTimeUp();
            if (over) {
                show(exchange, ended ? 200 : 202, id);
            }
            return over;
        }

        @Override
        public void end() {
            exchange.problem(Problem.busy("the daemon stops"));
        }
    }

    private void retry(Exchange exchange) throws Exception {
        change(exchange, JobAction.RETRY, outcome -> answer(exchange, JobAction.RETRY.done()));
    }

    private void cancel(Exchange exchange) throws Exception {
        change(
                exchange,
                JobAction.CANCEL,
                outcome -> answer(exchange, outcome.toldToEnd() > 0 ? "told to end" : JobAction.CANCEL.done()));
    }

    private void delete(Exchange exchange) throws Exception {
        change(exchange, JobAction.DELETE, outcome -> exchange.empty(204));
    }

    private void change(Exchange exchange, JobAction action, Room.Then<ManyChanges.Outcome> then) throws Exception {
        long id = exchange.id();
        JobChange change = ManyChanges.of(action, exchange.isSet("force"), false, exchange);
        room.read(queries -> find(queries, id));
        new ManyChanges(room, exchange, change, new long[] {id}).then(outcome -> {
            if (outcome.changed() == 0) {
                throw new Problem(409, "conflict", outcome.refusals().get(0).sentence(), "");
            }
            then.with(outcome);
        });
    }

    private void answer(Exchange exchange, String outcome) {
        room.read(queries -> {
            JobView job = find(queries, exchange.id());
            exchange.json(200, document -> {
                document.generator().writeStartObject();
                document.generator().writeNumberField("id", job.id());
                document.text("outcome", outcome);
                document.generator().writeFieldName("job");
                write(document, job, queries, room, null);
                document.generator().writeEndObject();
            });
            return job;
        });
    }

    private static long number(Exchange exchange, String name, long otherwise, long most) {
        String given = exchange.parameter(name);
        if (given == null) {
            return otherwise;
        }
        if (!given.matches("[1-9][0-9]{0,17}") || Long.parseLong(given) > most) {
            throw Problem.invalid(name + ": expected a whole number 1 to " + most);
        }
        return Long.parseLong(given);
    }
}
