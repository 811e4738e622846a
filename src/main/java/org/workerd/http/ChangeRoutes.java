package org.workerd.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.workerd.http.Route.Access;
import org.workerd.ops.JobChange;
import org.workerd.ops.JobChange.Refusal;
import org.workerd.store.JobQueries.Filter;

/**
 * One change made to many jobs, in short transactions: those of some ids, or all that match a filter and are no younger
 * than the job that was seen. For the thread of the API.
 */
final class ChangeRoutes {
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
            Long upto = order.upto();
            carryOut(
                    order,
                    ids.stream()
                            .mapToLong(id -> id)
                            .filter(id -> upto == null || id <= upto)
                            .distinct()
                            .sorted()
                            .toArray(),
                    exchange);
        }
    }

    private void ofFilter(ChangeOrder order, Exchange exchange) throws Exception {
        Optional<Filter> possible = order.action().among(Filters.of(order.filter(), room.now()));
        if (possible.isEmpty()) {
            carryOut(order, new long[0], exchange);
        } else {
            long upto = order.upto() == null ? Long.MAX_VALUE : order.upto();
            matching.of(possible.get(), upto, exchange, ids -> carryOut(order, ids, exchange));
        }
    }

    private void carryOut(ChangeOrder order, long[] ids, Exchange exchange) throws Exception {
        JobChange change = ManyChanges.of(order.action(), order.force(), order.ids() == null, exchange);
        ManyChanges changes = new ManyChanges(room, exchange, change, ids);
        if (order.dryRun()) {
            Long upto = ids.length == 0 ? null : ids[ids.length - 1];
            changes.foresee(outcome -> tellForeseen(exchange, outcome, upto));
        } else {
            changes.then(outcome -> answer(exchange, outcome));
        }
    }

    private static void tellForeseen(Exchange exchange, ManyChanges.Outcome outcome, @Nullable Long upto) {
        exchange.json(200, document -> {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeNumberField("count", outcome.changed());
            out.writeArrayFieldStart("sample");
            for (long id : outcome.sample()) {
                out.writeNumber(id);
            }
            out.writeEndArray();
            document.number("upto", upto);
            writeRefused(out, outcome);
            out.writeEndObject();
        });
    }

    private static void answer(Exchange exchange, ManyChanges.Outcome outcome) {
        exchange.json(200, document -> {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeNumberField("changed", outcome.changed());
            writeRefused(out, outcome);
            out.writeEndObject();
        });
    }

    private static void writeRefused(JsonGenerator out, ManyChanges.Outcome outcome) throws IOException {
        out.writeNumberField("refused", outcome.refused());
        out.writeArrayFieldStart("refusals");
        for (Refusal one : outcome.refusals()) {
            out.writeStartObject();
            out.writeNumberField("id", one.id());
            out.writeStringField("detail", one.sentence());
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
