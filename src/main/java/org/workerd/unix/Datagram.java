package org.workerd.unix;

import static org.workerd.unix.Libc.INT;
import static org.workerd.unix.Libc.LONG;
import static org.workerd.unix.Libc.POINTER;

import java.nio.charset.StandardCharsets;

/** Messages to a datagram socket of this machine, which Java cannot send. Thread-safe. */
public final class Datagram {
    private static final Libc SOCKET = Libc.bind("socket", INT, INT, INT);
    private static final Libc SENDTO = Libc.bind("sendto", INT, POINTER, LONG, INT, POINTER, INT);
    private static final int LOCAL = 1;
    /** Datagrams; close-on-exec; whoever does not listen shall not hold us up. The same on x86_64 and aarch64. */
    private static final int KIND = 2 | 0x80000 | 0x800;

    private static final int NO_SIGNAL = 0x4000;
    /** What struct sockaddr_un has room for, without the NUL. */
    private static final int LONGEST_ADDRESS = 107;

    private Datagram() {}

    /**
     * Sends one message.
     *
     * @param address a path, or a name in the abstract space with an @ in front
     * @throws UnixException nobody listens there, or does not keep up
     */
    public static void send(String address, String message) {
        byte[] to = socketAddress(address);
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        int socket = SOCKET.call("cannot make a socket", LOCAL, KIND, 0);
        try {
            SENDTO.call("cannot send to " + address, socket, bytes, (long) bytes.length, NO_SIGNAL, to, to.length);
        } finally {
            Posix.close(socket);
        }
    }

    private static byte[] socketAddress(String address) {
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length > LONGEST_ADDRESS || (name[0] != '/' && name[0] != '@')) {
            throw new IllegalArgumentException("not the address of a socket of this machine: " + address);
        }
        byte[] structure = new byte[2 + name.length];
        structure[0] = LOCAL; // little-endian, as all machines that we have libraries for
        System.arraycopy(name, 0, structure, 2, name.length);
        if (name[0] == '@') {
            structure[2] = 0;
        }
        return structure;
    }
}
