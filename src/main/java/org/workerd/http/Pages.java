package org.workerd.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.workerd.config.HttpSettings;
import org.workerd.http.pages.ErrorPage;
import org.workerd.http.pages.Frame;
import org.workerd.http.pages.Said;
import org.workerd.http.pages.Templates;
import org.workerd.job.Printable;

/** What all pages have in common: what stands around them, how they are sent, and what their forms carry. */
final class Pages {
    /** Whatever a job holds, a browser runs nothing but our script, and sends nothing to anybody but us. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types workerd";

    private static final String MACHINE = machine();

    private final Room room;
    private final FormTokens tokens = new FormTokens();

    private Pages(Room room) {
        this.room = room;
    }

    static List<Route> routes(Room room) {
        Pages pages = new Pages(room);
        List<Route> all = new ArrayList<>();
        all.addAll(new OverviewPages(room, pages).routes());
        all.addAll(new JobPages(room, pages).routes());
        all.addAll(new ChangePages(room, pages).routes());
        all.addAll(new EnqueuePages(room, pages).routes());
        all.addAll(new QueuePages(room, pages).routes());
        all.addAll(new SchedulePages(room, pages).routes());
        all.addAll(new AssetRoutes().routes());
        return List.copyOf(all);
    }

    /** What stands around this answer. */
    Frame frame(Exchange exchange, String section, String title) {
        boolean readOnly = room.settings().http().map(HttpSettings::readOnly).orElse(false);
        String caller = exchange.caller().name();
        return new Frame(
                exchange.base(),
                MACHINE,
                exchange.caller().mayChange() && !readOnly,
                section,
                title,
                Said.of(exchange.parameter("said"), exchange.parameter("changed"), exchange.parameter("refused")),
                path -> tokens.of(caller, path));
    }

    /** For whoever gets no other page: nothing is known of him. */
    static ErrorPage error(Exchange exchange, Problem problem) {
        Frame frame =
                new Frame(exchange.base(), MACHINE, false, "", ErrorPage.title(problem.status()), null, path -> "");
        // The manual of the API is for programs.
        String hint = problem.hint().contains("/api/") ? "" : problem.hint();
        return new ErrorPage(frame, problem.status(), Printable.line(String.valueOf(problem.getMessage())), hint);
    }

    static void send(Exchange exchange, int status, String template, Object page) {
        exchange.header("Content-Security-Policy", POLICY);
        exchange.bytes(status, "text/html; charset=utf-8", Templates.render(template, page));
    }

    /** What a form of ours says. */
    Form form(Exchange exchange, String path) {
        Body.mustBe(exchange, "application/x-www-form-urlencoded");
        Form form = Form.parse(exchange.text());
        if (!tokens.isValid(exchange.caller().name(), path, form.value("token"))) {
            throw new Problem(
                    403,
                    "stale-form",
                    "this form was not given to you by this daemon, or the daemon has started anew since",
                    "Go back, load the page again, and try once more.");
        }
        return form;
    }

    /** It is done; the browser is to look at this, so that loading it again does nothing twice. */
    static void seeOther(Exchange exchange, String path) {
        exchange.header(HttpHeader.LOCATION.asString(), exchange.base() + path);
        exchange.empty(303);
    }

    private static String machine() {
        try {
            return Printable.line(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }
}
