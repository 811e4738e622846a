package org.workerd.cli.text;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.workerd.job.Printable;

/**
 * What a program printed, made fit for a terminal: colours are dropped, a lone carriage return begins a line, bytes that
 * are not UTF-8 are replaced, and what else is not to be printed is a question mark. Not thread-safe.
 */
public final class PlainOutput extends FilterOutputStream {
    private static final Pattern COLOUR = Pattern.compile("\033\\[[0-9;:]*m");
    /** The beginning of a colour, or a return, of which the next write holds the rest. */
    private static final Pattern UNFINISHED = Pattern.compile("(?:\r|\033(?:\\[[0-9;:]{0,40})?)\\z");

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] undecoded = {};
    private String unfinished = "";

    public PlainOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(undecoded.length + length);
        in.put(undecoded).put(bytes, offset, length).flip();
        CharBuffer text = CharBuffer.allocate(in.remaining() + 1);
        decoder.decode(in, text, false);
        undecoded = new byte[in.remaining()];
        in.get(undecoded);
        print(unfinished + text.flip());
    }

    private void print(String text) throws IOException {
        java.util.regex.Matcher end = UNFINISHED.matcher(text);
        String whole = end.find() ? text.substring(0, end.start()) : text;
        unfinished = text.substring(whole.length());
        String plain =
                COLOUR.matcher(whole).replaceAll("").replace("\r\n", "\n").replace('\r', '\n');
        out.write(Printable.lines(plain).getBytes(StandardCharsets.UTF_8));
    }
}
