package org.workerd.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Names;
import org.workerd.ops.Json;

/** Why a request is not answered as it wishes, as RFC 9457 has it: what failed, and what to do about it. */
final class Problem extends RuntimeException {
    private final int status;
    private final String type;
    private final String hint;
    private final List<Line> lines;

    /** One line of a batch, counted from 1. */
    record Line(int line, String detail) {}

    /**
     * A problem.
     *
     * @param type the end of {@code urn:workerd:problem:…}
     * @param hint empty: there is nothing to be said
     */
    Problem(int status, String type, String detail, String hint) {
        this(status, type, detail, hint, List.of());
    }

    Problem(int status, String type, String detail, String hint, List<Line> lines) {
        super(detail);
        this.status = status;
        this.type = type;
        this.hint = hint;
        this.lines = List.copyOf(lines);
    }

    static Problem invalid(String detail) {
        return new Problem(422, "invalid", detail, "The manual of the API: /api/v1/openapi.json");
    }

    /**
     * What the server itself refuses before anybody of ours sees it.
     *
     * @param reason its words; null: it has none
     */
    static Problem ofServer(int status, @Nullable String reason) {
        String why = reason == null ? "" : ": " + Names.printable(reason);
        return switch (status) {
            case 408 -> new Problem(status, "too-slow", "the request did not come in time", "");
            case 414 -> new Problem(status, "uri-too-long", "the path and its parameters are too long", "");
            case 417 -> new Problem(status, "expectation", "the only Expect that is supported is 100-continue", "");
            case 426, 505 ->
                new Problem(
                        status,
                        "http-version",
                        "this is not HTTP/1.0 or HTTP/1.1",
                        "Is it HTTPS? There is no TLS here: put a proxy in front.");
            case 431 -> new Problem(status, "head-too-large", "the head must be at most 8 KiB", "");
            default ->
                new Problem(
                        status,
                        status >= 500 ? "failure" : "bad-request",
                        status >= 500 ? "the request failed" + why : "this is not a valid request" + why,
                        "");
        };
    }

    static Problem noSuch(String what) {
        return new Problem(404, "not-found", "there is no " + what, "");
    }

    static Problem busy(String detail) {
        return new Problem(503, "busy", detail, "Try again; nothing was changed.");
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    /** What to do about it; empty: there is nothing to be said. */
    String hint() {
        return hint;
    }

    void write(Json document) throws IOException {
        JsonGenerator out = document.generator();
        out.writeStartObject();
        out.writeStringField("type", "urn:workerd:problem:" + type);
        out.writeStringField("title", type.replace('-', ' '));
        out.writeNumberField("status", status);
        out.writeStringField("detail", getMessage());
        document.text("hint", orNull(hint));
        if (!lines.isEmpty()) {
            out.writeArrayFieldStart("errors");
            for (Line line : lines) {
                out.writeStartObject();
                out.writeNumberField("line", line.line());
                out.writeStringField("detail", line.detail());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
