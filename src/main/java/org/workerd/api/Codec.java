package org.workerd.api;

/**
 * Values of one type as the text of a payload. The program brings what reads and writes them; with Jackson's {@code
 * ObjectMapper}:
 *
 * <pre>{@code
 * record Photo(String file, int width) {}
 *
 * Codec<Photo> photos = Codec.of(text -> mapper.readValue(text, Photo.class), mapper::writeValueAsString);
 * }</pre>
 *
 * <p>Used by several threads at once.
 *
 * @param <T> the type of the values
 */
public interface Codec<T> {
    /**
     * Reads a value.
     *
     * @param text the payload: JSON or any text
     * @return the value that it says
     * @throws Exception it says none; the message is for people
     */
    T decode(String text) throws Exception;

    /**
     * Writes a value.
     *
     * @param value to be read again by {@link #decode}
     * @return the payload, at most 1 MiB of UTF-8
     * @throws Exception it cannot be written
     */
    String encode(T value) throws Exception;

    /**
     * Half of a codec.
     *
     * @param <A> what goes in
     * @param <B> what comes out
     */
    @FunctionalInterface
    interface Step<A, B> {
        /**
         * Turns one into the other.
         *
         * @param from what goes in
         * @return what comes out
         * @throws Exception it cannot be done
         */
        B apply(A from) throws Exception;
    }

    /**
     * A codec of two functions.
     *
     * @param <T> the type of the values
     * @param decode from text
     * @param encode to text
     * @return the codec
     */
    static <T> Codec<T> of(Step<String, T> decode, Step<T, String> encode) {
        return new Codec<>() {
            @Override
            public T decode(String text) throws Exception {
                return decode.apply(text);
            }

            @Override
            public String encode(T value) throws Exception {
                return encode.apply(value);
            }
        };
    }
}
