package org.workerd.http;

import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wrong tokens, by peer: after some within a minute it is told to wait. A right one always gets in. Thread-safe. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final int MOST = 10;
    private static final int MOST_PEERS = 1_000;
    private static final long MINUTE = 60_000_000_000L;

    private final Map<String, Minute> byPeer = new LinkedHashMap<>();

    private static final class Minute {
        private final long begun = System.nanoTime();
        private int count;
    }

    /** Notes one more. False: there were too many. */
    synchronized boolean allows(String peer) {
        Minute minute = byPeer.get(peer);
        if (minute == null || System.nanoTime() - minute.begun > MINUTE) {
            byPeer.remove(peer);
            minute = new Minute();
            byPeer.put(peer, minute);
            if (byPeer.size() > MOST_PEERS) {
                byPeer.remove(byPeer.keySet().iterator().next());
            }
        }
        minute.count++;
        if (minute.count == 1) {
            LOG.warn("http: a wrong token came from {}", peer);
        } else if (minute.count == MOST + 1) {
            LOG.warn("http: {} wrong tokens within a minute from {}: it is told to wait", MOST, peer);
        }
        return minute.count <= MOST;
    }
}
