package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code restart}, and the port that it listens on. */
class RestartHttpIT extends HttpTest {
    @Test
    void itListensAgainOnTheSamePort() throws Exception {
        long daemon = at.start();
        awaitListening();
        for (int round = 0; round < 2; round++) {
            assertThat(at.workerd("restart").code()).isZero();
            awaitListening();
        }
        assertThat(at.pid()).isEqualTo(daemon);
        assertThat(at.workerd("status", "--json").out()).contains("\"state\":\"listening\"");
    }
}
