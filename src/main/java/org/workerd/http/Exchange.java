package org.workerd.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Names;
import org.workerd.ops.Json;

/** One request and its answer, which is given once. Thread-safe as far as answers go. */
final class Exchange {
    static final String JSON = "application/json";
    /** What fits into buffers that there are anyway. */
    private static final int SMALL = 16 << 10;

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final Caller caller;
    private final Route.Match match;
    private final Fields query;
    private final Memory memory;
    private String base = "";
    private byte[] body = new byte[0];
    private volatile boolean begun;

    /** Writes one JSON value. */
    interface Writing {
        void to(Json document) throws IOException;
    }

    Exchange(
            Request request,
            Response response,
            Callback callback,
            Caller caller,
            Route.Match match,
            Fields query,
            Memory memory) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.caller = caller;
        this.match = match;
        this.query = query;
        this.memory = memory;
    }

    Caller caller() {
        return caller;
    }

    Request request() {
        return request;
    }

    Response response() {
        return response;
    }

    Callback callback() {
        return callback;
    }

    /** What stands in the path for this word of the route. */
    String named(String word) {
        return match.value(word);
    }

    /** A job's id in the path. */
    long id() {
        return number(named("id"), "job");
    }

    static long number(String digits, String what) {
        if (!digits.matches("[1-9][0-9]{0,17}")) {
            throw Problem.noSuch(what + " " + Names.printable(digits));
        }
        return Long.parseLong(digits);
    }

    @Nullable
    String parameter(String name) {
        return query.getValue(name);
    }

    /** All values of one that may be given again and again. */
    List<String> parameters(String name) {
        List<String> values = query.getValues(name);
        return values == null ? List.of() : values;
    }

    List<String> parameters() {
        return query.stream().map(Fields.Field::getName).toList();
    }

    /** Throws {@link Problem} when it is neither yes nor no. */
    boolean isSet(String name) {
        String value = parameter(name);
        return switch (value == null ? "0" : value) {
            case "", "1", "true" -> true;
            case "0", "false" -> false;
            default -> throw Problem.invalid(name + ": expected 1 or 0");
        };
    }

    @Nullable
    String header(HttpHeader name) {
        return request.getHeaders().get(name);
    }

    void take(byte[] bytes) {
        body = bytes;
    }

    byte[] body() {
        return body;
    }

    /** The body, which has to be UTF-8. */
    String text() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw new Problem(400, "not-utf8", "the body is not UTF-8 text", "");
        }
    }

    void header(String name, String value) {
        response.getHeaders().put(name, value);
    }

    /** Answers with one JSON document. */
    void json(int status, Writing writing) {
        bytes(status, JSON, document(writing));
    }

    /** Of an answer that has begun nothing can be said any more: it is broken off. */
    void problem(Problem problem) {
        if (begun) {
            callback.failed(new IOException(problem.getMessage()));
            return;
        }
        if (problem.status() == 401) {
            response.getHeaders().add(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"workerd\", charset=\"UTF-8\"");
        }
        if (problem.status() == 429 || problem.status() == 503) {
            header("Retry-After", problem.status() == 429 ? "60" : "1");
        }
        if (isForPerson()) {
            Pages.send(this, problem.status(), "error.jte", Pages.error(this, problem));
        } else {
            bytes(problem.status(), "application/problem+json", document(problem::write));
        }
    }

    /** A browser asks for a page, and not for a part of the API. */
    private boolean isForPerson() {
        String accepted = header(HttpHeader.ACCEPT);
        return accepted != null && accepted.contains("text/html") && !path().startsWith(base + "/api/");
    }

    private String path() {
        return String.valueOf(request.getHttpURI().getPath());
    }

    /** What stands before every path of ours from now on: empty, or with a slash in front. */
    Exchange below(String path) {
        base = path;
        return this;
    }

    String base() {
        return base;
    }

    void empty(int status) {
        if (answered.compareAndSet(false, true)) {
            begin(status);
            response.write(true, ByteBuffer.allocate(0), callback);
        }
    }

    /**
     * Keeps room in memory for what the client is slow to take, until the request is over.
     *
     * @throws Problem when all clients together are too slow
     */
    void reserve(long bytes) {
        if (!memory.take(bytes)) {
            throw Problem.busy("too many clients do not take their answers");
        }
        Request.addCompletionListener(request, failure -> memory.giveBack(bytes));
    }

    void bytes(int status, String type, byte[] bytes) {
        if (bytes.length > SMALL) {
            reserve(bytes.length);
        }
        if (answered.compareAndSet(false, true)) {
            begin(status);
            header("Content-Type", type);
            header("Content-Length", Integer.toString(bytes.length));
            response.write(true, ByteBuffer.wrap(bytes), callback);
        }
    }

    /** From now on the answer is written bit by bit. False: there is one already. */
    boolean begin(int status, String type) {
        if (!answered.compareAndSet(false, true)) {
            return false;
        }
        begun = true;
        begin(status);
        header("Content-Type", type);
        return true;
    }

    /** The connection ends with this answer, unless all of the body has come. */
    private void begin(int status) {
        response.setStatus(status);
        // A body that is too slow is being read still.
        if (status == 408 || ChannelConnector.isLeaving(request) || !request.consumeAvailable()) {
            header("Connection", "close");
        }
    }

    private static byte[] document(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
        try (Json document = new Json(bytes)) {
            writing.to(document);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
