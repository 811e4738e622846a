package org.workerd.unix;

/** What kind of file one is. */
public enum FileType {
    REGULAR,
    PIPE,
    SOCKET,
    CHARACTER_DEVICE,
    OTHER;

    private static final int TYPE = 0170000;

    /** As its mode says. */
    static FileType of(int mode) {
        return switch (mode & TYPE) {
            case 0100000 -> REGULAR;
            case 0010000 -> PIPE;
            case 0140000 -> SOCKET;
            case 0020000 -> CHARACTER_DEVICE;
            default -> OTHER;
        };
    }
}
