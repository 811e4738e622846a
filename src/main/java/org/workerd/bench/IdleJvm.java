package org.workerd.bench;

import java.io.IOException;

/** The least that a JVM uses: it waits for the end of its input. */
final class IdleJvm {
    private IdleJvm() {}

    public static void main(String[] none) throws IOException {
        int unused = System.in.read();
    }
}
