package org.workerd.http.pages;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong, on top of the first page.
 *
 * @param isSevere jobs are lost to it, or stand still; else it only wants a look
 * @param href where to see it
 * @param parts what it is made of, the most frequent first
 * @param remedy the address of what can be done about it; null: nothing from here
 */
public record Trouble(
        boolean isSevere,
        String what,
        String detail,
        String href,
        String link,
        List<Part> parts,
        @Nullable String remedy,
        String remedyName) {
    static Trouble severe(String what, String detail, String href, String link) {
        return new Trouble(true, what, detail, href, link, List.of(), null, "");
    }

    static Trouble slight(String what, String detail, String href, String link) {
        return new Trouble(false, what, detail, href, link, List.of(), null, "");
    }

    /**
     * Some of it that is alike.
     *
     * @param href where to see these; null: they cannot be told from the others
     */
    public record Part(String count, String what, @Nullable String href) {}

    public Trouble {
        parts = List.copyOf(parts);
    }

    Trouble of(List<Part> all) {
        return new Trouble(isSevere, what, detail, href, link, all, remedy, remedyName);
    }

    Trouble with(String address, String name) {
        return new Trouble(isSevere, what, detail, href, link, parts, address, name);
    }
}
