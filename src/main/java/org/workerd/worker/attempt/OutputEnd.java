package org.workerd.worker.attempt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.workerd.job.Claim;
import org.workerd.unix.UnixException;

/** The last of what an attempt printed that has ended. Stateless. */
public final class OutputEnd {
    static final int LONGEST = 4096;

    private OutputEnd() {}

    /** At most 4 KiB of it; empty: it printed nothing, or nobody can read it here. */
    public static String of(Path directory, Claim claim) {
        StringBuilder end = new StringBuilder();
        try {
            OutputFiles.read(
                    Output.path(directory, claim.jobId(), claim.attempt()), channel -> end.append(read(channel)));
        } catch (IOException | UnixException failure) {
            JobLog.warn(claim, "its output cannot be read for the alarm: " + failure.getMessage());
        }
        return end.toString();
    }

    private static String read(FileChannel channel) throws IOException {
        long from = Math.max(0, channel.size() - LONGEST);
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {
            // Until all of it is here.
        }
        bytes.flip();
        while (from > 0 && bytes.hasRemaining() && isInsideCharacter(bytes.get(bytes.position()))) {
            bytes.get();
        }
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    /** In UTF-8 no character begins with such a byte. */
    private static boolean isInsideCharacter(byte one) {
        return (one & 0xC0) == 0x80;
    }
}
