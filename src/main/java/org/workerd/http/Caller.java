package org.workerd.http;

/**
 * Who asks.
 *
 * @param name for the log
 * @param peer the address, or the name of the user behind a unix socket
 * @param mayChange false: he may look only
 * @param isSure a browser cannot have been made to ask in his name: a bearer's token, or a unix socket
 */
record Caller(String name, String peer, boolean mayChange, boolean isSure) {
    static Caller nobody(String peer) {
        return new Caller("nobody", peer, false, false);
    }
}
