package org.workerd.config;

import java.nio.file.Path;

/** Where HTTP is spoken. Immutable. */
public sealed interface Listen {
    /** As the configuration writes it. */
    String text();

    /**
     * An address of this machine.
     *
     * @param host a literal address without brackets, or localhost
     */
    record Tcp(String host, int port) implements Listen {
        @Override
        public String text() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }

        /** Nobody but processes of this machine reaches it. */
        public boolean isLoopback() {
            return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
        }
    }

    /** A unix socket; an absolute path. */
    record Unix(Path path) implements Listen {
        static final String SCHEME = "unix:";

        @Override
        public String text() {
            return SCHEME + path;
        }
    }
}
