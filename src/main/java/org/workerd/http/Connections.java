package org.workerd.http;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.io.EndPoint;

/**
 * The connections that are open, and which of them ask for nothing: idle ones, and those whose request does not come to the
 * end of its head. When there are too many, the one that has done so for longest gives way. Thread-safe.
 */
final class Connections {
    private final int most;
    private final Map<EndPoint, Long> idle = new LinkedHashMap<>();
    private int open;

    Connections(int most) {
        this.most = most;
    }

    synchronized int open() {
        return open;
    }

    /** One more was accepted. False: there is no room, and it is to be closed. */
    boolean admit() {
        Optional<EndPoint> oldest;
        synchronized (this) {
            oldest = open < most ? Optional.empty() : idle.keySet().stream().findFirst();
            if (open >= most && oldest.isEmpty()) {
                return false;
            }
            oldest.ifPresent(idle::remove);
            open++;
        }
        // It counts until it says that it is closed.
        oldest.ifPresent(EndPoint::close);
        return true;
    }

    /** One that was admitted is of no use. */
    synchronized void withdraw() {
        open--;
    }

    synchronized void opened(EndPoint end) {
        idle.put(end, System.nanoTime());
    }

    synchronized void closed(EndPoint end) {
        idle.remove(end);
        open--;
    }

    /** A whole head came from there. */
    synchronized void asks(EndPoint end) {
        idle.remove(end);
    }

    /** It was answered; the first time counts. */
    synchronized void answered(EndPoint end) {
        if (end.isOpen()) {
            idle.putIfAbsent(end, System.nanoTime());
        }
    }

    /** Closes those of them that ask for nothing. */
    void closeIdle(Collection<EndPoint> some) {
        List<EndPoint> silent;
        synchronized (this) {
            silent = some.stream().filter(idle::containsKey).toList();
            silent.forEach(idle::remove);
        }
        silent.forEach(EndPoint::close);
    }

    /** Closes those that have asked for nothing for so long. */
    void closeIdle(long nanos) {
        long now = System.nanoTime();
        List<EndPoint> late;
        synchronized (this) {
            late = idle.entrySet().stream()
                    .filter(one -> now - one.getValue() > nanos)
                    .map(Map.Entry::getKey)
                    .toList();
            late.forEach(idle::remove);
        }
        late.forEach(EndPoint::close);
    }
}
