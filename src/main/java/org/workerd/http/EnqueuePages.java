package org.workerd.http;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.workerd.http.Route.Access;
import org.workerd.http.pages.EnqueuePage;
import org.workerd.http.pages.Query;
import org.workerd.job.NewJob;
import org.workerd.job.Span;
import org.workerd.ops.BatchLine;
import org.workerd.ops.HandlerView;
import org.workerd.ops.Rfc3339;
import org.workerd.store.JobView;

/** The form that stores a job, empty or filled with what another one was. For the thread of the API. */
final class EnqueuePages {
    /** A payload of a megabyte takes three where each of its bytes is written as %xx. */
    private static final int LONGEST = 4 << 20;

    private static final String PATH = "/enqueue";

    private final Room room;
    private final Pages pages;

    EnqueuePages(Room room, Pages pages) {
        this.room = room;
        this.pages = pages;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", PATH, Access.CALLERS, 0, this::form),
                Route.of("POST", PATH, Access.CALLERS, LONGEST, this::store));
    }

    private void form(Exchange exchange) {
        String copied = exchange.parameter("copy");
        Map<String, String> values = copied == null ? new LinkedHashMap<>() : values(find(copied));
        for (String field : List.of("name", "queue")) {
            String given = exchange.parameter(field);
            if (given != null) {
                values.put(field, given);
            }
        }
        show(exchange, 200, values, null, false);
    }

    private JobView find(String id) {
        long number = Exchange.number(id, "job");
        return room.read(queries -> JobRoutes.find(queries, number));
    }

    /** What another one was given; not its key, which it may still have. */
    private static Map<String, String> values(JobView job) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("copy", Long.toString(job.id()));
        values.put("name", job.name());
        values.put("queue", job.queue());
        values.put("args", String.join("\n", job.args()));
        values.put("payload", job.payload() == null ? "" : job.payload());
        values.put("tags", String.join(" ", job.tags()));
        values.put("priority", job.priority() == 0 ? "" : Integer.toString(job.priority()));
        values.put(
                "max_attempts",
                job.maxAttempts() == null ? "" : job.maxAttempts().toString());
        Long timeout = job.timeoutMillis();
        values.put("timeout", timeout == null ? "" : Span.format(Duration.ofMillis(timeout)));
        return values;
    }

    private void show(
            Exchange exchange, int status, Map<String, String> values, @Nullable String objection, boolean isForced) {
        HandlerView handlers = room.handlers();
        List<String> names = handlers.handlers().all().entrySet().stream()
                .filter(one -> HandlerView.isAccepted(one.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        List<String> queues = room.read(queries -> List.copyOf(queries.counts().keySet()));
        Pages.send(
                exchange,
                status,
                "enqueue.jte",
                new EnqueuePage(
                        pages.frame(exchange, PATH, "Enqueue a job"), values, objection, names, queues, isForced));
    }

    private void store(Exchange exchange) {
        Form form = pages.form(exchange, PATH);
        NewJob job;
        try {
            job = job(form);
        } catch (IllegalArgumentException wrong) {
            show(exchange, 422, form.first(), wrong.getMessage(), false);
            return;
        }
        Optional<HandlerView.Refusal> refusal = form.value("force").equals("1")
                ? Optional.empty()
                : room.handlers().refusal(job.name());
        if (refusal.isPresent()) {
            show(exchange, 422, form.first(), told(refusal.get()), true);
            return;
        }
        room.change(
                exchange,
                stored -> EnqueueRoutes.told(job.name(), stored),
                moves -> moves.enqueue(job),
                stored -> Pages.seeOther(
                        exchange,
                        Query.of("said", stored.stored() ? "stored" : "kept").behind("/jobs/" + stored.id())));
    }

    private static String told(HandlerView.Refusal refusal) {
        return refusal.message()
                + refusal.meant().map(meant -> ". Did you mean " + meant + "?").orElse("");
    }

    /**
     * The job that the form describes.
     *
     * @throws IllegalArgumentException with a sentence
     */
    private NewJob job(Form form) {
        String copied = form.valueOrNull("copy");
        Optional<JobView> original =
                copied == null ? Optional.empty() : room.read(queries -> queries.find(Exchange.number(copied, "job")));
        String delay = form.valueOrNull("delay");
        String at = form.valueOrNull("at");
        if (delay != null && at != null) {
            throw new IllegalArgumentException("give a delay or a time, not both");
        }
        String queue = form.valueOrNull("queue");
        String priority = form.valueOrNull("priority");
        String key = form.value("key");
        return NewJob.named(form.value("name").strip())
                .args(args(form, original))
                .payload(payload(form, original))
                .queue(queue == null ? NewJob.DEFAULT_QUEUE : queue)
                .priority(priority == null ? 0 : whole("the priority", priority))
                .runAt(BatchLine.runAt(
                        parsed("the delay", delay, Span::parse),
                        parsed("the time", at, EnqueuePages::time),
                        room.now()))
                .key(key.isEmpty() ? null : key)
                .tags(words(form.value("tags")))
                .maxAttempts(parsed("max attempts", form.valueOrNull("max_attempts"), text -> whole("", text)))
                .timeout(parsed("the timeout", form.valueOrNull("timeout"), Span::parse))
                .build();
    }

    /** Browsers send other ends of lines than they were given: what was not changed is taken as it was. */
    private static @Nullable String payload(Form form, Optional<JobView> original) {
        String given = lines(form.value("payload"));
        Optional<String> was = original.map(JobView::payload);
        if (was.isPresent() && lines(was.get()).equals(given)) {
            return was.get();
        }
        return given.isEmpty() ? null : given;
    }

    private static List<String> args(Form form, Optional<JobView> original) {
        String given = lines(form.value("args"));
        if (original.isPresent()
                && lines(String.join("\n", original.get().args())).equals(given)) {
            return original.get().args();
        }
        String text = given.endsWith("\n") ? given.substring(0, given.length() - 1) : given;
        return text.isEmpty() ? List.of() : List.of(text.split("\n", -1));
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+", -1));
    }

    private static String lines(String text) {
        return text.replace("\r\n", "\n").replace('\r', '\n');
    }

    private static Instant time(String text) {
        return Rfc3339.parse(text);
    }

    private static Integer whole(String what, String text) {
        if (!text.matches("[+-]?[0-9]{1,6}")) {
            throw new IllegalArgumentException((what + " must be a whole number").strip());
        }
        return Integer.valueOf(text);
    }

    private static <T> @Nullable T parsed(String what, @Nullable String text, Function<String, T> parsing) {
        try {
            return text == null ? null : parsing.apply(text);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(what + ": " + wrong.getMessage(), wrong);
        }
    }
}
