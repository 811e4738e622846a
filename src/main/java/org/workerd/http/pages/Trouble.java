package org.workerd.http.pages;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong, on top of the first page.
 *
 * @param isSevere jobs are lost to it, or stand still; else it only wants a look
 * @param href where to see it
 * @param remedy the address of what can be done about it; null: nothing from here
 */
public record Trouble(
        boolean isSevere,
        String what,
        String detail,
        String href,
        String link,
        @Nullable String remedy,
        String remedyName) {
    static Trouble severe(String what, String detail, String href, String link) {
        return new Trouble(true, what, detail, href, link, null, "");
    }

    static Trouble slight(String what, String detail, String href, String link) {
        return new Trouble(false, what, detail, href, link, null, "");
    }

    Trouble with(String address, String name) {
        return new Trouble(isSevere, what, detail, href, link, address, name);
    }
}
