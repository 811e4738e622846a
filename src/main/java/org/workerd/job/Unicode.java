package org.workerd.job;

/** Is a text one that can be stored, and given to a program, as it is? */
public final class Unicode {
    private Unicode() {}

    /** One of a pair of surrogates that is there without the other: no UTF-8 can say it. Negative: there is none. */
    public static int halfCharacter(String text) {
        int i = 0;
        while (i < text.length()) {
            // A whole pair is one code point, and none of these.
            int character = text.codePointAt(i);
            if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
                return character;
            }
            i += Character.charCount(character);
        }
        return -1;
    }
}
