package org.workerd.ops;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobPolicy;
import org.workerd.job.JobState;
import org.workerd.job.NewJob;
import org.workerd.job.Printable;
import org.workerd.job.Progress;
import org.workerd.store.JobQueries.CronView;
import org.workerd.store.JobView;

/** The JSON of jobs: every key always there, null for what does not apply. One document; not thread-safe. */
public final class Json implements AutoCloseable {
    /** What is nested more deeply is shown as a string: most programs would refuse to read the whole document. */
    public static final int DEEPEST = 500;

    /** Writes and reads as everything of ours does. */
    public static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(com.fasterxml.jackson.core.StreamWriteFeature.AUTO_CLOSE_TARGET)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();

    private final JsonGenerator json;
    private final OutputStream out;

    /** Of a document that ends up there, with a newline behind it. */
    public Json(OutputStream out) throws IOException {
        this.out = out;
        this.json = FACTORY.createGenerator(out);
        json.setCharacterEscapes(new PlainJson());
    }

    /** For what is not a job. */
    public JsonGenerator generator() {
        return json;
    }

    /**
     * A job with its attempts.
     *
     * @param policy what holds where the job itself says nothing
     * @param waitsFor null: nothing
     */
    public void job(JobView job, List<JobView.Attempt> attempts, JobPolicy policy, @Nullable WaitsFor waitsFor)
            throws IOException {
        json.writeStartObject();
        asEnqueued(job);
        time("run_at", job.runAt());
        json.writeNumberField("attempt", job.attempt());
        json.writeNumberField("max_attempts", job.maxAttempts(policy));
        json.writeNumberField("last_attempt", job.lastAttempt(policy));
        text("key", job.key());
        json.writeArrayFieldStart("after");
        for (long id : job.after()) {
            json.writeNumber(id);
        }
        json.writeEndArray();
        number("timeout_ms", job.timeoutMillis() == null ? policy.timeout().toMillis() : job.timeoutMillis());
        asItWent(job);
        waitsFor(waitsFor);
        json.writeArrayFieldStart("attempts");
        for (JobView.Attempt attempt : attempts) {
            attempt(attempt);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** What a schedule enqueues, with the keys of a job. */
    public void template(NewJob job) throws IOException {
        json.writeStringField("name", job.name());
        json.writeStringField("queue", job.queue());
        strings("args", job.args());
        value("payload", job.payload());
        number("max_attempts", job.maxAttempts());
        Duration timeout = job.timeout();
        number("timeout_ms", timeout == null ? null : timeout.toMillis());
        strings("tags", job.tags());
    }

    /** What a schedule did last; null: nothing yet. */
    public void lastRun(@Nullable CronView view) throws IOException {
        JobState state = view == null ? null : view.state();
        time("last_run", view == null ? null : view.slot());
        number("last_job", view == null ? null : view.job());
        text("last_state", state == null ? null : state.word());
    }

    @Override
    public void close() throws IOException {
        json.close();
        out.write('\n');
    }

    private void asEnqueued(JobView job) throws IOException {
        json.writeNumberField("id", job.id());
        json.writeStringField("name", job.name());
        json.writeStringField("queue", job.queue());
        json.writeStringField("state", job.state().word());
        json.writeNumberField("priority", job.priority());
        strings("args", job.args());
        value("payload", job.payload());
    }

    private void asItWent(JobView job) throws IOException {
        time("created_at", job.createdAt());
        time("started_at", job.startedAt());
        time("finished_at", job.finishedAt());
        number("exit_code", job.exitCode());
        number("signal", job.signal());
        text("error", job.error());
        value("result", job.result());
        progress(job.progress());
        strings("tags", job.tags());
        text("cron", job.cron());
    }

    /** Null: none. */
    void progress(@Nullable Progress progress) throws IOException {
        json.writeFieldName("progress");
        if (progress == null) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        json.writeNumberField("percent", progress.percent());
        text("message", progress.message());
        json.writeEndObject();
    }

    /** Null: nothing. */
    public void waitsFor(@Nullable WaitsFor waitsFor) throws IOException {
        json.writeFieldName("waits_for");
        if (waitsFor == null) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        json.writeStringField("reason", waitsFor.reason().word());
        json.writeStringField("detail", waitsFor.detail());
        time("until", waitsFor.until());
        json.writeEndObject();
    }

    private void attempt(JobView.Attempt attempt) throws IOException {
        json.writeStartObject();
        json.writeNumberField("number", attempt.number());
        time("started_at", attempt.startedAt());
        time("finished_at", attempt.finishedAt());
        text("outcome", attempt.outcome());
        number("exit_code", attempt.exitCode());
        number("signal", attempt.signal());
        text("error", attempt.error());
        number("daemon_pid", attempt.daemonPid());
        text("host", attempt.host());
        json.writeEndObject();
    }

    void strings(String key, List<String> all) throws IOException {
        json.writeArrayFieldStart(key);
        for (String one : all) {
            json.writeString(one);
        }
        json.writeEndArray();
    }

    /** Null is null, here and below. */
    public void text(String key, @Nullable String text) throws IOException {
        json.writeFieldName(key);
        json.writeString(text); // null is null
    }

    /** A whole one. */
    public void number(String key, @Nullable Number number) throws IOException {
        json.writeFieldName(key);
        if (number == null) {
            json.writeNull();
        } else {
            json.writeNumber(number.longValue());
        }
    }

    /** As RFC 3339 has it. */
    public void time(String key, @Nullable Instant time) throws IOException {
        text(key, time == null ? null : Rfc3339.format(time));
    }

    /** What is JSON as it stands, so that no number loses a digit; else as a string. */
    public void value(String key, @Nullable String text) throws IOException {
        json.writeFieldName(key);
        if (text != null && isJson(text)) {
            json.writeRawValue(Printable.json(text.strip()));
        } else {
            json.writeString(text);
        }
    }

    /** Exactly one value? */
    public static boolean isJson(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return false;
            }
            parser.skipChildren();
            if (first.isNumeric()) {
                parser.getNumberType(); // else 1x would still pass
            }
            return parser.nextToken() == null;
        } catch (JsonProcessingException notJson) {
            return false;
        } catch (IOException impossible) {
            throw new java.io.UncheckedIOException(impossible);
        }
    }
}
