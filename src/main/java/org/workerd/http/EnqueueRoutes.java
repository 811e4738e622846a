package org.workerd.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.workerd.http.Route.Access;
import org.workerd.job.NewJob;
import org.workerd.ops.BatchLine;
import org.workerd.ops.HandlerView;
import org.workerd.ops.WaitReasons;
import org.workerd.store.JobView;
import org.workerd.store.Moves;

/** Stores jobs, one or many, in the form of a line of {@code enqueue --batch}. For the thread of the API. */
final class EnqueueRoutes {
    /** A payload of a megabyte takes three where each of its letters, of two bytes, is written as \\uxxxx. */
    private static final int LONGEST = 4 << 20;

    private static final int LONGEST_BATCH = 8 << 20;
    private static final int MOST_LINES = 10_000;
    private static final int TOLD = 20;

    private final Room room;
    private final AcceptedNames accepted = new AcceptedNames(System::nanoTime);

    EnqueueRoutes(Room room) {
        this.room = room;
    }

    List<Route> routes() {
        return List.of(
                Route.of("POST", "/api/v1/jobs", Access.CALLERS, LONGEST, this::one)
                        .taking(Set.of("force")),
                Route.of("POST", "/api/v1/jobs/batch", Access.CALLERS, LONGEST_BATCH, this::batch)
                        .taking(Set.of("force")));
    }

    private void one(Exchange exchange) {
        Body.mustBe(exchange, "application/json");
        NewJob job;
        try {
            job = BatchLine.parse(exchange.text(), room.now());
        } catch (IllegalArgumentException wrong) {
            throw Problem.invalid(String.valueOf(wrong.getMessage()));
        }
        missingParent(job).ifPresent(missing -> {
            throw Problem.invalid(missing);
        });
        if (!exchange.isSet("force")) {
            accepted.refusal(job.name(), room::handlers).ifPresent(refusal -> {
                throw new Problem(422, "no-handler", refusal.message(), hint(refusal));
            });
        }
        room.change(exchange, stored -> told(job.name(), stored), moves -> moves.enqueue(job), stored -> {
            exchange.header("Location", exchange.base() + "/api/v1/jobs/" + stored.id());
            room.read(queries -> {
                JobView found = JobRoutes.find(queries, stored.id());
                exchange.json(stored.stored() ? 201 : 200, document -> {
                    document.generator().writeStartObject();
                    document.generator().writeNumberField("id", stored.id());
                    document.generator().writeBooleanField("stored", stored.stored());
                    document.generator().writeFieldName("job");
                    if (stored.stored() && found.attempt() == 0) {
                        JobRoutes.writeNew(document, found, room);
                    } else {
                        JobRoutes.write(document, found, queries, room, null);
                    }
                    document.generator().writeEndObject();
                });
                return found;
            });
        });
    }

    static String told(String name, Moves.Enqueued stored) {
        return stored.stored()
                ? "enqueue of job " + stored.id() + " named " + name
                : "enqueue of nothing: job " + stored.id() + " has the key";
    }

    private static String told(List<Moves.Enqueued> stored) {
        return stored.isEmpty()
                ? "enqueue of no jobs"
                : "enqueue of " + stored.size() + " jobs, " + stored.get(0).id() + " to "
                        + stored.get(stored.size() - 1).id();
    }

    /** What is wrong with the jobs that it waits for, which the database would say less well. Who has its key may be there. */
    private Optional<String> missingParent(NewJob job) {
        return job.after().isEmpty() || job.key() != null
                ? Optional.empty()
                : room.read(queries -> WaitReasons.missing(job.after(), queries));
    }

    private static String hint(HandlerView.Refusal refusal) {
        return refusal.meant().map(meant -> "Did you mean " + meant + "? ").orElse("")
                + "?force=1 stores the job all the same.";
    }

    private void batch(Exchange exchange) {
        Body.mustBe(
                exchange, "application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines");
        List<NewJob> jobs = parse(exchange);
        room.change(exchange, EnqueueRoutes::told, moves -> moves.enqueue(jobs), stored -> {
            exchange.json(201, document -> {
                JsonGenerator out = document.generator();
                out.writeStartObject();
                out.writeArrayFieldStart("ids");
                for (var one : stored) {
                    out.writeNumber(one.id());
                }
                out.writeEndArray();
                out.writeNumberField(
                        "stored", stored.stream().filter(one -> one.stored()).count());
                out.writeEndObject();
            });
        });
    }

    private List<NewJob> parse(Exchange exchange) {
        List<NewJob> jobs = new ArrayList<>();
        List<Problem.Line> wrong = new ArrayList<>();
        Map<String, Optional<HandlerView.Refusal>> known = new HashMap<>();
        HandlerView handlers = room.handlers();
        boolean force = exchange.isSet("force");
        int number = 0;
        for (String line : exchange.text().split("\n", -1)) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            try {
                NewJob job = BatchLine.parse(line, room.now());
                if (!force) {
                    known.computeIfAbsent(job.name(), handlers::refusal).ifPresent(refusal -> {
                        throw new IllegalArgumentException(refusal.message());
                    });
                }
                missingParent(job).ifPresent(missing -> {
                    throw new IllegalArgumentException(missing);
                });
                jobs.add(job);
            } catch (IllegalArgumentException bad) {
                wrong.add(new Problem.Line(number, String.valueOf(bad.getMessage())));
            }
            if (wrong.size() >= TOLD || jobs.size() > MOST_LINES) {
                break;
            }
        }
        if (jobs.size() > MOST_LINES) {
            throw Problem.invalid("at most " + MOST_LINES + " jobs at once");
        }
        if (!wrong.isEmpty()) {
            throw new Problem(
                    422,
                    "invalid",
                    "line " + wrong.get(0).line() + ": " + wrong.get(0).detail(),
                    "Nothing was stored.",
                    wrong);
        }
        return jobs;
    }
}
