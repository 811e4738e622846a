package org.workerd.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.workerd.http.Route.Access;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.ops.JobAction;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.Moves;
import org.workerd.store.Moves.Removed;
import org.workerd.worker.attempt.OutputFiles;

/**
 * One change made to many jobs, in short transactions: those of some ids, or all that match a filter and are no younger
 * than the job that was seen. For the thread of the API.
 */
final class ChangeRoutes {
    private static final int AT_ONCE = 500;
    private static final int TOLD = 20;
    private static final int LONGEST = 256 << 10;

    private final Room room;
    private final MatchingIds matching;

    ChangeRoutes(Room room) {
        this.room = room;
        this.matching = new MatchingIds(room);
    }

    List<Route> routes() {
        return List.of(Route.of("POST", "/api/v1/changes", Access.CALLERS, LONGEST, this::change));
    }

    private void change(Exchange exchange) throws Exception {
        Body.mustBe(exchange, "application/json");
        ChangeOrder order = ChangeOrder.parse(exchange.text());
        List<Long> ids = order.ids();
        if (ids == null) {
            ofFilter(order, exchange);
        } else {
            carryOut(order, ids.stream().mapToLong(id -> id).distinct().sorted().toArray(), exchange);
        }
    }

    private void ofFilter(ChangeOrder order, Exchange exchange) throws Exception {
        Filter asked = Filters.of(order.filter(), room.now());
        Set<JobState> wanted = EnumSet.copyOf(order.action().from());
        if (!asked.states().isEmpty()) {
            wanted.retainAll(asked.states());
        }
        if (wanted.isEmpty()) {
            carryOut(order, new long[0], exchange);
        } else {
            long upto = order.upto() == null ? Long.MAX_VALUE : order.upto();
            matching.of(asked.withStates(wanted), upto, exchange, ids -> carryOut(order, ids, exchange));
        }
    }

    private void carryOut(ChangeOrder order, long[] ids, Exchange exchange) {
        if (order.dryRun()) {
            foresee(exchange, ids);
        } else {
            new Run(exchange, order, ids).next();
        }
    }

    private static void foresee(Exchange exchange, long[] ids) {
        exchange.json(200, document -> {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeNumberField("count", ids.length);
            out.writeArrayFieldStart("sample");
            for (int i = 0; i < Math.min(TOLD, ids.length); i++) {
                out.writeNumber(ids[i]);
            }
            out.writeEndArray();
            document.number("upto", ids.length == 0 ? null : ids[ids.length - 1]);
            out.writeEndObject();
        });
    }

    /** Why a job was not changed. */
    private record Refused(long id, String detail) {}

    /** What became of some of them. */
    private record Part(List<Long> changed, List<Refused> refused, List<Removed> removed) {}

    /** One part after the other; between them others get their turn. */
    private final class Run {
        private final Exchange exchange;
        private final JobAction action;
        private final boolean force;
        private final long[] ids;
        private final List<Refused> refused = new ArrayList<>();
        private int from;
        private int changed;
        private int refusals;

        Run(Exchange exchange, ChangeOrder order, long[] ids) {
            this.exchange = exchange;
            this.action = order.action();
            this.force = order.force();
            this.ids = ids;
        }

        void next() {
            if (from >= ids.length) {
                answer();
                return;
            }
            long[] part = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + AT_ONCE));
            List<Long> some = Arrays.stream(part).boxed().toList();
            String what = action.verb() + " of " + (some.size() == 1 ? "job " : "jobs ") + few(some);
            room.change(exchange, what, moves -> change(some, moves), done -> {
                from += some.size();
                changed += done.changed().size();
                refusals += done.refused().size();
                done.refused().stream().limit(TOLD - refused.size()).forEach(refused::add);
                if (!done.removed().isEmpty()) {
                    new OutputFiles(room.settings().directory()).remove(done.removed());
                }
                next();
            });
        }

        private Part change(List<Long> some, Moves moves) {
            Part part = new Part(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (long id : some) {
                change(id, moves, part)
                        .ifPresentOrElse(
                                why -> part.refused().add(new Refused(id, "job " + id + " " + why)),
                                () -> part.changed().add(id));
            }
            return part;
        }

        private Optional<String> change(long id, Moves moves, Part part) {
            return switch (action) {
                case RETRY -> JobAction.retry(id, force, moves);
                case CANCEL -> cancel(id, moves);
                case DELETE -> {
                    Optional<Removed> job = moves.delete(id);
                    job.ifPresent(part.removed()::add);
                    yield job.isPresent() ? Optional.empty() : Optional.of("is not there, or has not ended");
                }
            };
        }

        private Optional<String> cancel(long id, Moves moves) {
            String reason = "cancelled over HTTP by "
                    + Names.printable(exchange.caller().name());
            boolean done = moves.cancel(id, reason, room.now()) || moves.requestCancel(id, reason, room.now());
            return done ? Optional.empty() : Optional.of("is not there, or has ended already");
        }

        private void answer() {
            exchange.json(200, document -> {
                JsonGenerator out = document.generator();
                out.writeStartObject();
                out.writeNumberField("changed", changed);
                out.writeNumberField("refused", refusals);
                out.writeArrayFieldStart("refusals");
                for (Refused one : refused) {
                    out.writeStartObject();
                    out.writeNumberField("id", one.id());
                    out.writeStringField("detail", one.detail());
                    out.writeEndObject();
                }
                out.writeEndArray();
                out.writeEndObject();
            });
        }
    }

    private static String few(List<Long> ids) {
        String first =
                String.join(", ", ids.stream().limit(TOLD).map(String::valueOf).toList());
        return ids.size() > TOLD
                ? first + " and " + (ids.size() - TOLD) + " more, up to " + ids.get(ids.size() - 1)
                : first;
    }
}
