package org.workerd.http.pages;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of what was asked for, told by the page that one is sent to afterwards. An address holds only which of
 * these it is and numbers: nobody can put words of his own into a page by a link.
 *
 * @param isBad it was not all done
 */
public record Said(String text, boolean isBad) {
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("retried", "retried"),
            Map.entry("cancelled", "cancelled, or told to end"),
            Map.entry("deleted", "deleted"),
            Map.entry("paused", "Paused: nothing more is claimed."),
            Map.entry("resumed", "Resumed."),
            Map.entry("disabled", "Disabled: its times pass without a job."),
            Map.entry("enabled", "Enabled."),
            Map.entry("stored", "Stored."),
            Map.entry("kept", "Not stored: this job has the key, and has not ended."));

    /**
     * What the parameters of an address say.
     *
     * @param what the word for it; null: nothing
     */
    public static @Nullable Said of(@Nullable String what, @Nullable String changed, @Nullable String refused) {
        String words = what == null ? null : WORDS.get(what);
        if (words == null) {
            return null;
        }
        Optional<Long> done = number(changed);
        if (done.isEmpty()) {
            return new Said(words, false);
        }
        long not = number(refused).orElse(0L);
        String left = not == 0 ? "" : " " + jobs(not) + (not == 1 ? " was" : " were") + " not: not in a state for it.";
        return new Said(jobs(done.get()) + " " + words + "." + left, not > 0);
    }

    private static String jobs(long count) {
        return count == 1 ? "1 job" : String.format(Locale.ROOT, "%,d jobs", count);
    }

    private static Optional<Long> number(@Nullable String digits) {
        return digits != null && digits.matches("[0-9]{1,9}") ? Optional.of(Long.valueOf(digits)) : Optional.empty();
    }
}
