package org.workerd.http.pages;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What stands around every page. Immutable.
 *
 * @param base what stands before every path; empty, or with a slash in front and none behind
 * @param machine the name of the machine
 * @param mayChange no: there are no forms that change anything
 * @param section the path of the entry of the menu, like {@code /jobs}
 * @param said what became of what was asked for last; null: nothing was
 * @param tokens makes the token of a form from the path that it is sent to
 */
public record Frame(
        String base,
        String machine,
        boolean mayChange,
        String section,
        String title,
        @Nullable Said said,
        UnaryOperator<String> tokens) {
    /** An address of ours. */
    public String href(String path) {
        return base + path;
    }

    /** What a form has to carry that is sent there. */
    public String token(String path) {
        return tokens.apply(path);
    }

    /** Of a file that stands beside the pages. */
    public String asset(String name) {
        return base + "/assets/" + name + "?v=" + Assets.VERSION;
    }

    /** Whether that is where one is. */
    public @Nullable String current(String path) {
        return section.equals(path) ? "page" : null;
    }
}
