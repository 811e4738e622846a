package org.workerd.ops;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Printable;

/** Escapes in JSON what must not reach a terminal as it is: more than JSON asks for. */
final class PlainJson extends CharacterEscapes {
    private static final long serialVersionUID = 1;
    private static final int DELETE = 0x7f;

    @Override
    public int[] getEscapeCodesForAscii() {
        int[] codes = standardAsciiEscapesForJSON();
        codes[DELETE] = ESCAPE_STANDARD;
        return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
        return Printable.is(character) || Character.isSurrogate((char) character)
                ? null
                : new SerializedString(Printable.escape(character));
    }
}
