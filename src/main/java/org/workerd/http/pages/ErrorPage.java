package org.workerd.http.pages;

/**
 * Why there is no other page.
 *
 * @param hint what to do about it; empty: there is nothing to be said
 */
public record ErrorPage(Frame frame, int status, String detail, String hint) {
    public String title() {
        return title(status);
    }

    /** In few words. */
    public static String title(int status) {
        return switch (status) {
            case 401 -> "Who are you?";
            case 404 -> "Not found";
            case 403 -> "Not allowed";
            case 409 -> "Not done";
            case 503 -> "Not now";
            default -> "Not answered";
        };
    }
}
