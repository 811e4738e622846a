package org.workerd.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Names;
import org.workerd.ops.JobAction;
import org.workerd.ops.Json;

/**
 * A change that is asked for: of some ids, or of all that match a filter.
 *
 * @param ids null: it is a filter
 * @param upto null: not said
 */
record ChangeOrder(
        JobAction action,
        @Nullable List<Long> ids,
        Map<String, String> filter,
        @Nullable Long upto,
        boolean dryRun,
        boolean force) {
    private static final int MOST_IDS = 10_000;

    /** What the body said so far. */
    private static final class Given {
        private @Nullable JobAction action;
        private @Nullable List<Long> ids;
        private @Nullable Map<String, String> filter;
        private @Nullable Long upto;
        private boolean dryRun;
        private boolean force;

        ChangeOrder order() {
            if (action == null) {
                throw Problem.invalid("\"action\" is missing: retry, cancel or delete");
            }
            if ((ids == null) == (filter == null)) {
                throw Problem.invalid("give \"ids\" or a \"filter\", one of the two");
            }
            if (filter != null && filter.isEmpty()) {
                throw Problem.invalid("the \"filter\" is empty: say which jobs");
            }
            if (filter != null && upto == null && !dryRun) {
                throw Problem.invalid("a filter needs \"upto\", so that later jobs are not hit: \"dry_run\" tells it");
            }
            return new ChangeOrder(action, ids, filter == null ? Map.of() : filter, upto, dryRun, force);
        }
    }

    /** Of a body. Throws {@link Problem} when it is none. */
    static ChangeOrder parse(String text) {
        try (JsonParser json = Json.FACTORY.createParser(text)) {
            json.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw Problem.invalid("expected a JSON object");
            }
            Given given = new Given();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                json.nextToken();
                take(field, given, json);
            }
            if (json.nextToken() != null) {
                throw Problem.invalid("one object, and nothing behind it");
            }
            return given.order();
        } catch (JsonProcessingException notJson) {
            throw Problem.invalid("the body is not JSON");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static void take(String field, Given given, JsonParser json) throws IOException {
        switch (field) {
            case "action" -> {
                String verb = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
                given.action = JobAction.ofVerb(verb)
                        .orElseThrow(() -> Problem.invalid("\"action\": expected retry, cancel or delete"));
            }
            case "ids" -> given.ids = ids(json);
            case "filter" -> given.filter = filter(json);
            case "upto" -> given.upto = id("upto", json);
            case "dry_run" -> given.dryRun = truth(field, json);
            case "force" -> given.force = truth(field, json);
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
