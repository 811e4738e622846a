package org.workerd.http.pages;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;

/**
 * The templates, compiled with everything else: a page that does not fit its record is an error of the compiler. What
 * records hold is text to them, never markup. Thread-safe.
 */
public final class Templates {
    private static final String PACKAGE = "org.workerd.http.pages.templates";
    private static final int USUAL_BYTES = 32 << 10;
    private static final TemplateEngine ENGINE =
            TemplateEngine.createPrecompiled(null, ContentType.Html, Templates.class.getClassLoader(), PACKAGE);

    private Templates() {}

    /** One page, as UTF-8. */
    public static byte[] render(String template, Object page) {
        Utf8ByteOutput output = new Utf8ByteOutput(USUAL_BYTES);
        ENGINE.render(template, page, output);
        return output.toByteArray();
    }
}
