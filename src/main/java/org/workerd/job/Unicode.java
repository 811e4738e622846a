package org.workerd.job;

/** Is a text one that can be stored, and given to a program, as it is? */
public final class Unicode {
    private Unicode() {}

    /** One of a pair of surrogates that is there without the other: no UTF-8 can say it. Negative: there is none. */
    public static int halfCharacter(String text) {
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (!Character.isSurrogate(character)) {
                continue;
            }
            boolean whole = Character.isHighSurrogate(character)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (!whole) {
                return character;
            }
            i++;
        }
        return -1;
    }
}
