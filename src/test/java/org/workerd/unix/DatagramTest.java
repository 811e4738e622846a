package org.workerd.unix;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

/** Who listens is tested as a black box; here is who does not. */
final class DatagramTest {
    @Test
    void whereNobodyListensItSaysSo() {
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> Datagram.send("/nowhere/at/all", "READY=1"))
                .withMessageContaining("/nowhere/at/all");
        assertThatExceptionOfType(UnixException.class)
                .isThrownBy(() -> Datagram.send("@workerd-nobody-has-this-name", "READY=1"));
    }

    @Test
    void whatIsNoAddressIsRefused() {
        for (String address : new String[] {"", "relative", "vsock:2:1234", "/" + "x".repeat(107)}) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .as(address)
                    .isThrownBy(() -> Datagram.send(address, "READY=1"));
        }
    }
}
