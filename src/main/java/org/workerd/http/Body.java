package org.workerd.http;

import java.util.Arrays;
import java.util.Locale;
import org.eclipse.jetty.http.HttpHeader;
import org.workerd.job.Names;

/** What kind of body came. */
final class Body {
    private Body() {}

    /** A form of another site cannot send one of these types without being asked first. */
    static void mustBe(Exchange exchange, String... types) {
        String given = exchange.header(HttpHeader.CONTENT_TYPE);
        String type = given == null ? "" : given.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!Arrays.asList(types).contains(type)) {
            throw new Problem(
                    415,
                    "unsupported-type",
                    "expected the Content-Type " + types[0] + ", found \"" + Names.printable(type) + "\"",
                    "");
        }
    }
}
