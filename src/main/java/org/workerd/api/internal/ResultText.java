package org.workerd.api.internal;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** How long a job's result may be. */
public final class ResultText {
    private static final int LONGEST = 1 << 20;

    private ResultText() {}

    /** As much of the text as 1 MiB of UTF-8 holds, cut between two characters. */
    public static String cut(String text) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.min(LONGEST, 3 * text.length()));
        CharBuffer rest = CharBuffer.wrap(text);
        // Stops before the first character that has no room.
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(rest, bytes, true);
        return text.substring(0, rest.position());
    }
}
