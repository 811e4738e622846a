package org.workerd.http;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.config.Listen;
import org.workerd.ops.ListenState;

/**
 * One place where HTTP is to be spoken: tried until it can be, then held. Of a unix socket that somebody left the place
 * is taken over; what else is there is left alone. For one thread at a time.
 */
final class Port {
    private static final Logger LOG = LoggerFactory.getLogger(Port.class);
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration REMINDER = Duration.ofHours(1);
    private static final int BACKLOG = 128;
    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private final Listen listen;
    private @Nullable ServerSocketChannel channel;
    private @Nullable Object madeKey;
    private Instant since;
    private @Nullable String error = "not tried yet";
    private Duration wait = Duration.ZERO;
    private long dueAt = System.nanoTime();
    private long toldAt = System.nanoTime();

    Port(Listen listen, Instant now) {
        this.listen = listen;
        this.since = now;
    }

    Listen listen() {
        return listen;
    }

    ListenState state() {
        return new ListenState(listen.text(), since, error);
    }

    boolean isBound() {
        return channel != null;
    }

    /** Until it is tried again; zero: now. */
    Duration untilDue() {
        return Duration.ofNanos(Math.max(0, dueAt - System.nanoTime()));
    }

    void dueNow() {
        dueAt = System.nanoTime();
        wait = Duration.ZERO;
    }

    /** The bound channel. */
    ServerSocketChannel channel() {
        if (channel == null) {
            throw new IllegalStateException("not bound: " + listen.text());
        }
        return channel;
    }

    /** Tries to take the place. True: what is to be said of it changed. */
    boolean attempt(Instant now) {
        try {
            channel = listen instanceof Listen.Tcp tcp ? open(tcp) : open((Listen.Unix) listen);
            error = null;
            since = now;
            LOG.info("http listens on {}", listen.text());
            return true;
        } catch (IOException failure) {
            return failed(words(failure), now);
        } catch (RuntimeException noAddress) {
            return failed(
                    "this is no address of this machine ("
                            + noAddress.getClass().getSimpleName() + ")",
                    now);
        }
    }

    /** It cannot be taken, or not be used. */
    boolean failed(String why, Instant now) {
        boolean news = !why.equals(error);
        if (news || System.nanoTime() - toldAt > REMINDER.toNanos()) {
            LOG.warn("http cannot listen on {}: {}; jobs run all the same, it is tried again", listen.text(), why);
            toldAt = System.nanoTime();
        }
        if (error == null || wait.isZero()) {
            since = news ? now : since;
        }
        error = why;
        wait = wait.isZero() ? FIRST : wait.multipliedBy(2).compareTo(LONGEST) < 0 ? wait.multipliedBy(2) : LONGEST;
        dueAt = System.nanoTime() + wait.toNanos();
        return news;
    }

    /** Lets go of the place. */
    void close() {
        try {
            if (channel != null) {
                channel.close();
                channel = null;
            }
            if (listen instanceof Listen.Unix unix && madeKey != null && madeKey.equals(key(unix.path()))) {
                Files.deleteIfExists(unix.path());
            }
        } catch (IOException failure) {
            LOG.warn("http: while closing {}: {}", listen.text(), failure.getMessage());
        }
    }

    private static ServerSocketChannel open(Listen.Tcp tcp) throws IOException {
        ServerSocketChannel opened = ServerSocketChannel.open();
        try {
            opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            // Not through the resolver, which may wait for a name server.
            String address = tcp.host().equals("localhost") ? "127.0.0.1" : tcp.host();
            return opened.bind(new InetSocketAddress(address, tcp.port()), BACKLOG);
        } catch (IOException | RuntimeException failure) {
            opened.close();
            throw failure;
        }
    }

    /** Complete, with its permissions, the moment it has its name. */
    private ServerSocketChannel open(Listen.Unix unix) throws IOException {
        Path path = unix.path();
        checkFree(path);
        Path fresh = ListenState.fresh(path);
        Files.deleteIfExists(fresh);
        ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            opened.bind(UnixDomainSocketAddress.of(fresh), BACKLOG);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-rw----"));
            madeKey = key(fresh);
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
            return opened;
        } catch (IOException | RuntimeException failure) {
            opened.close();
            throw failure;
        }
    }

    private static void checkFree(Path path) throws IOException {
        int mode;
        try {
            mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException free) {
            return;
        }
        if ((mode & TYPE) != SOCKET) {
            throw new IOException("there is a file that is no socket; it is left alone");
        }
        try (SocketChannel somebody = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            somebody.connect(UnixDomainSocketAddress.of(path));
            throw new BindException("somebody listens there already");
        } catch (ConnectException stale) {
            LOG.info("http: nobody listens on the unix socket {} any more: it is taken over", path);
        }
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                ? Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS)
                : null;
    }

    private static String words(IOException failure) {
        if (failure instanceof FileSystemException file) {
            return "cannot use " + file.getFile() + ": "
                    + (file.getReason() == null ? "no such directory, or not permitted" : file.getReason());
        }
        return String.valueOf(failure.getMessage());
    }
}
