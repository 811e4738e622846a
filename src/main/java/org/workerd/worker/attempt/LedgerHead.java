package org.workerd.worker.attempt;

import org.workerd.unix.ProcessInfo;

/** The first line of a ledger: which process the daemon is, and how it goes. Thread-safe. */
final class LedgerHead {
    private final ProcessInfo self = ProcessInfo.self();
    private final int image;
    private int requests;
    private String state;
    private long died;

    LedgerHead(int image, int requests, String state) {
        this.image = image;
        this.requests = requests;
        this.state = state;
    }

    int image() {
        return image;
    }

    synchronized int requests() {
        return requests;
    }

    synchronized void refused() {
        requests++;
    }

    synchronized void state(String word) {
        state = word;
    }

    synchronized void died(long count) {
        died = count;
    }

    /** The state comes last. */
    synchronized String text() {
        return "workerd pid=" + self.pid() + " start=" + self.startTime() + " boot=" + ProcessInfo.bootId() + " sid="
                + self.session() + " pidns=" + namespace() + " image=" + image + " requests=" + requests + " died="
                + died + " state=" + state;
    }

    /** Of one word, as all that stands there. */
    static String namespace() {
        return ProcessInfo.pidNamespace().replaceAll("\\s", "");
    }
}
