package org.workerd.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.http.Route.Access;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.ops.JobAction;
import org.workerd.ops.Json;
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
    private static final int MOST_IDS = 10_000;
    private static final int TOLD = 20;
    private static final int LONGEST = 256 << 10;

    private final Room room;

    ChangeRoutes(Room room) {
        this.room = room;
    }

    List<Route> routes() {
        return List.of(Route.of("POST", "/api/v1/changes", Access.CALLERS, LONGEST, this::change));
    }

    /** What was asked for. */
    private static final class Order {
        private @Nullable JobAction action;
        private @Nullable List<Long> ids;
        private @Nullable Map<String, String> filter;
        private @Nullable Long upto;
        private boolean dryRun;
        private boolean force;
    }

    private void change(Exchange exchange) {
        Body.mustBe(exchange, "application/json");
        Order order = parse(exchange.text());
        JobAction action = order.action;
        if (action == null) {
            throw Problem.invalid("\"action\" is missing: retry, cancel or delete");
        }
        if ((order.ids == null) == (order.filter == null)) {
            throw Problem.invalid("give \"ids\" or a \"filter\", one of the two");
        }
        if (order.filter != null && order.filter.isEmpty()) {
            throw Problem.invalid("the \"filter\" is empty: say which jobs");
        }
        if (order.filter != null && order.upto == null && !order.dryRun) {
            throw Problem.invalid("a filter needs \"upto\", so that later jobs are not hit: \"dry_run\" tells it");
        }
        List<Long> ids = ids(order, action);
        if (order.dryRun) {
            foresee(exchange, ids);
        } else {
            new Run(exchange, action, order.force, ids).next();
        }
    }

    private List<Long> ids(Order order, JobAction action) {
        if (order.ids != null) {
            return order.ids.stream().distinct().sorted().toList();
        }
        Filter asked = Filters.of(order.filter == null ? Map.of() : order.filter, room.now());
        Set<JobState> wanted = EnumSet.copyOf(action.from());
        if (!asked.states().isEmpty()) {
            wanted.retainAll(asked.states());
        }
        if (wanted.isEmpty()) {
            return List.of();
        }
        long upto = order.upto == null ? Long.MAX_VALUE : order.upto;
        List<Long> found = room.read(queries -> queries.ids(asked.withStates(wanted)));
        return found.stream().filter(id -> id <= upto).toList();
    }

    private static void foresee(Exchange exchange, List<Long> ids) {
        exchange.json(200, document -> {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeNumberField("count", ids.size());
            writeIds("sample", ids.subList(0, Math.min(TOLD, ids.size())), out);
            document.number("upto", ids.isEmpty() ? null : ids.get(ids.size() - 1));
            out.writeEndObject();
        });
    }

    private static void writeIds(String field, List<Long> ids, JsonGenerator out) throws IOException {
        out.writeArrayFieldStart(field);
        for (long id : ids) {
            out.writeNumber(id);
        }
        out.writeEndArray();
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
        private final List<Long> ids;
        private final List<Refused> refused = new ArrayList<>();
        private int from;
        private int changed;
        private int refusals;

        Run(Exchange exchange, JobAction action, boolean force, List<Long> ids) {
            this.exchange = exchange;
            this.action = action;
            this.force = force;
            this.ids = ids;
        }

        void next() {
            if (from >= ids.size()) {
                answer();
                return;
            }
            List<Long> some = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
            String what = action.verb() + " of " + (some.size() == 1 ? "job " : "jobs ") + few(some);
            room.change(exchange, what, moves -> carryOut(some, moves), part -> {
                from += some.size();
                changed += part.changed().size();
                refusals += part.refused().size();
                part.refused().stream().limit(TOLD - refused.size()).forEach(refused::add);
                if (!part.removed().isEmpty()) {
                    new OutputFiles(room.settings().directory()).remove(part.removed());
                }
                next();
            });
        }

        private Part carryOut(List<Long> some, Moves moves) {
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

    private static Order parse(String text) {
        try (JsonParser json = Json.FACTORY.createParser(text)) {
            json.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw Problem.invalid("expected a JSON object");
            }
            Order order = new Order();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                json.nextToken();
                take(field, order, json);
            }
            if (json.nextToken() != null) {
                throw Problem.invalid("one object, and nothing behind it");
            }
            return order;
        } catch (JsonProcessingException notJson) {
            throw Problem.invalid("the body is not JSON");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static void take(String field, Order order, JsonParser json) throws IOException {
        switch (field) {
            case "action" -> {
                String verb = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
                order.action = JobAction.ofVerb(verb)
                        .orElseThrow(() -> Problem.invalid("\"action\": expected retry, cancel or delete"));
            }
            case "ids" -> order.ids = ids(json);
            case "filter" -> order.filter = filter(json);
            case "upto" -> order.upto = id("upto", json);
            case "dry_run" -> order.dryRun = truth(field, json);
            case "force" -> order.force = truth(field, json);
            default -> throw Problem.invalid("unknown key \"" + Names.printable(field) + "\"");
        }
    }

    private static boolean truth(String field, JsonParser json) {
        JsonToken token = json.currentToken();
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw Problem.invalid("\"" + field + "\": expected true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    private static long id(String field, JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw Problem.invalid("\"" + field + "\": expected an id");
        }
        return json.getLongValue();
    }

    private static List<Long> ids(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw Problem.invalid("\"ids\": expected an array of ids");
        }
        List<Long> ids = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            ids.add(id("ids", json));
            if (ids.size() > MOST_IDS) {
                throw Problem.invalid("\"ids\": at most " + MOST_IDS);
            }
        }
        return ids;
    }

    private static Map<String, String> filter(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw Problem.invalid("\"filter\": expected an object like {\"state\":\"dead\"}");
        }
        Map<String, String> filter = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw Problem.invalid("\"filter\": expected texts, as the parameters of GET /jobs");
            }
            filter.put(field, json.getText());
        }
        return filter;
    }
}
