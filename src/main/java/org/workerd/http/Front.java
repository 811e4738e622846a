package org.workerd.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URLDecoder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Names;

/**
 * What every request goes through: its path, the guard, its body, and then the one thread of the API, which is never
 * given more than it can hold. Nothing here waits for a client. Thread-safe.
 */
final class Front extends Handler.Abstract {
    /** Of all bodies that are being read or looked at. */
    private static final long MOST_BYTES = 16L << 20;
    /** Of all answers that their clients have not taken yet. */
    private static final long MOST_ANSWERS = 32L << 20;

    private final Api api;
    private final Memory bodies = new Memory(MOST_BYTES);
    private final Memory answers = new Memory(MOST_ANSWERS);
    private volatile @Nullable Guard guard;

    Front(Parts parts, IntSupplier connections) {
        this.api = new Api(parts, connections);
    }

    void guard(Guard next) {
        guard = next;
    }

    void close() {
        api.close();
    }

    /** What Jetty itself refuses, like what is no HTTP. */
    Request.Handler errors() {
        return (request, response, callback) -> {
            Lingering.after(request);
            exchange(request, response, callback, Caller.nobody(""), none(), Fields.EMPTY)
                    .problem(Problem.ofServer(
                            response.getStatus(), (String) request.getAttribute(ErrorHandler.ERROR_MESSAGE)));
            return true;
        };
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Lingering.after(request);
        ChannelConnector.notice(request);
        Exchange nobodys = exchange(request, response, callback, Caller.nobody(""), none(), Fields.EMPTY);
        try {
            answer(request, response, callback);
        } catch (Problem problem) {
            api.count(problem);
            nobodys.problem(problem);
        }
        return true;
    }

    private void answer(Request request, Response response, Callback callback) {
        Guard door = guard;
        if (door == null) {
            throw Problem.busy("http is only just starting");
        }
        List<String> path = path(request, door.basePath());
        List<Route.Match> fitting = api.routes().stream()
                .map(route -> route.match(path))
                .flatMap(Optional::stream)
                .toList();
        String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        Optional<Route.Match> match = fitting.stream()
                .filter(one -> one.route().method().equals(method))
                .findFirst();
        Route.Access access = match.map(one -> one.route().access()).orElse(Route.Access.CALLERS);
        boolean isOpen = access == Route.Access.ANYBODY || (access == Route.Access.METRICS && door.isMetricsOpen());
        Caller caller = door.admit(asked(request), isOpen);
        if (match.isEmpty()) {
            throw refusal(fitting, response, path);
        }
        Route route = match.get().route();
        Fields query = query(request);
        route.check(query);
        if (route.longestBody() == 0) {
            api.submit(exchange(request, response, callback, caller, match.get(), query), route);
            return;
        }
        long reserved = reserve(request, route);
        Intake intake = new Intake(request, route.longestBody());
        gather(exchange(request, response, intake.last(callback), caller, match.get(), query), route, intake, reserved);
    }

    private static Problem refusal(List<Route.Match> fitting, Response response, List<String> path) {
        if (fitting.isEmpty()) {
            return new Problem(
                    404,
                    "not-found",
                    "there is nothing at /" + Names.printable(String.join("/", path)),
                    "What there is: /api/v1/openapi.json");
        }
        String allowed = fitting.stream()
                .map(one -> one.route().method())
                .distinct()
                .map(method -> method.equals("GET") ? "GET, HEAD" : method)
                .collect(Collectors.joining(", "));
        response.getHeaders().put(HttpHeader.ALLOW, allowed);
        return new Problem(405, "method-not-allowed", "here only " + allowed + " is understood", "");
    }

    /** Room in memory for its body: how many bytes. */
    private long reserve(Request request, Route route) {
        int most = route.longestBody();
        long told = request.getLength();
        if (told > most) {
            throw Intake.tooLarge(most);
        }
        long reserved = told >= 0 ? told : most;
        if (!bodies.take(reserved)) {
            throw Problem.busy("too much is being sent already");
        }
        return reserved;
    }

    private void gather(Exchange exchange, Route route, Intake intake, long reserved) {
        var unused = intake.start().whenComplete((body, failure) -> {
            if (failure != null) {
                bodies.giveBack(reserved);
                exchange.problem(Intake.problem(failure));
                return;
            }
            // What was made of it waits in memory, too, until it is stored.
            Request.addCompletionListener(exchange.request(), end -> bodies.giveBack(reserved));
            exchange.take(body);
            try {
                api.submit(exchange, route);
            } catch (Problem problem) {
                exchange.problem(problem);
            }
        });
    }

    private static List<String> path(Request request, String base) {
        String raw = String.valueOf(request.getHttpURI().getPath());
        if (!raw.startsWith("/")) {
            throw new Problem(400, "bad-request", "expected a path", "");
        }
        if (!raw.startsWith(base + "/") && !raw.equals(base)) {
            throw new Problem(404, "not-found", "there is nothing outside of " + base, "http.base_path is " + base);
        }
        String below = raw.substring(base.length());
        List<String> words = new ArrayList<>();
        for (String word : Route.words(below.isEmpty() ? "/" : below)) {
            try {
                words.add(URLDecoder.decode(word.replace("+", "%2B"), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException bad) {
                throw new Problem(400, "bad-request", "the path is not valid percent-encoded UTF-8", "");
            }
        }
        return words;
    }

    private static Asked asked(Request request) {
        SocketAddress remote = request.getConnectionMetaData().getRemoteSocketAddress();
        Object transport =
                request.getConnectionMetaData().getConnection().getEndPoint().getTransport();
        String peer = remote instanceof InetSocketAddress tcp ? tcp.getAddress().getHostAddress() : "";
        String group = null;
        if (!(remote instanceof InetSocketAddress) && transport instanceof SocketChannel channel) {
            try {
                UnixDomainPrincipal who = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
                peer = who.user().getName();
                group = who.group().getName();
            } catch (IOException gone) {
                throw new Problem(403, "forbidden", "nobody knows who asks", "");
            }
        }
        return new Asked(
                request.getMethod(),
                peer,
                group,
                orEmpty(request.getHeaders().get(HttpHeader.HOST)),
                only(request, HttpHeader.AUTHORIZATION.asString()),
                only(request, HttpHeader.ORIGIN.asString()),
                only(request, "Sec-Fetch-Site"));
    }

    /** Of two it would not be known which one is meant. */
    private static @Nullable String only(Request request, String header) {
        List<String> values = request.getHeaders().getValuesList(header);
        if (values.size() > 1) {
            throw new Problem(400, "bad-request", "the header " + header + " is given more than once", "");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private Exchange exchange(
            Request request, Response response, Callback callback, Caller caller, Route.Match match, Fields query) {
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put("Cache-Control", "no-store");
        response.getHeaders().put("Referrer-Policy", "same-origin");
        response.getHeaders()
                .put("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
        Guard door = guard;
        return new Exchange(request, response, callback, caller, match, query, answers)
                .below(door == null ? "" : door.basePath());
    }

    private static Fields query(Request request) {
        try {
            return Request.extractQueryParameters(request);
        } catch (RuntimeException bad) {
            throw new Problem(400, "bad-request", "the parameters are not valid percent-encoded UTF-8", "");
        }
    }

    private static Route.Match none() {
        return new Route.Match(Route.of("GET", "/", Route.Access.ANYBODY, 0, exchange -> {}), Map.of());
    }
}
