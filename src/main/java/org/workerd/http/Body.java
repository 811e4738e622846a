package org.workerd.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.workerd.job.Names;

/** What kind of body came. */
final class Body {
    private static final Pattern CHARSET = Pattern.compile(";\\s*charset\\s*=\\s*\"?([^;\"\\s]*)");

    private Body() {}

    /** A form of another site cannot send one of these types without being asked first. */
    static void mustBe(Exchange exchange, String... types) {
        String given = exchange.header(HttpHeader.CONTENT_TYPE);
        String type = given == null ? "" : given.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        String coding = exchange.header(HttpHeader.CONTENT_ENCODING);
        if (coding != null && !coding.strip().equalsIgnoreCase("identity")) {
            throw new Problem(
                    415,
                    "unsupported-type",
                    "the Content-Encoding " + Names.printable(coding) + " is not supported",
                    "Send the body as it is.");
        }
        boolean isUtf8 = CHARSET.matcher(given == null ? "" : given.toLowerCase(Locale.ROOT))
                .results()
                .allMatch(charset ->
                        charset.group(1).equals("utf-8") || charset.group(1).equals("us-ascii"));
        if (!isUtf8) {
            throw new Problem(
                    415, "unsupported-type", "the charset of the body must be UTF-8", "Send it as UTF-8, and say so.");
        }
        if (!Arrays.asList(types).contains(type)) {
            throw new Problem(
                    415,
                    "unsupported-type",
                    "expected the Content-Type " + types[0] + ", found "
                            + (type.isEmpty() ? "none" : "\"" + Names.printable(type) + "\""),
                    "");
        }
    }
}
