package org.workerd.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.workerd.http.Route.Access;
import org.workerd.job.JobState;
import org.workerd.store.JobQueries.Filter;

/**
 * One change made to many jobs, in short transactions: those of some ids, or all that match a filter and are no younger
 * than the job that was seen. For the thread of the API.
 */
final class ChangeRoutes {
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

    private void carryOut(ChangeOrder order, long[] ids, Exchange exchange) throws Exception {
        if (order.dryRun()) {
            foresee(exchange, ids);
        } else {
            new ManyChanges(room, exchange, order.action(), order.force(), ids)
                    .then(outcome -> answer(exchange, outcome));
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

    private static void answer(Exchange exchange, ManyChanges.Outcome outcome) {
        exchange.json(200, document -> {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeNumberField("changed", outcome.changed());
            out.writeNumberField("refused", outcome.refused());
            out.writeArrayFieldStart("refusals");
            for (ManyChanges.Refused one : outcome.refusals()) {
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
