package org.workerd.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private final Connections connections = new Connections(2);

    private ByteArrayEndPoint open() {
        assertThat(connections.admit()).isTrue();
        ByteArrayEndPoint end = new ByteArrayEndPoint();
        connections.opened(end);
        return end;
    }

    @Test
    void theOneThatHasAskedForNothingForLongestGivesWay() {
        ByteArrayEndPoint first = open();
        ByteArrayEndPoint second = open();
        connections.asks(first);
        connections.answered(first);
        ByteArrayEndPoint third = open();
        assertThat(second.isOpen()).isFalse();
        assertThat(first.isOpen()).isTrue();
        assertThat(third.isOpen()).isTrue();
    }

    @Test
    void whatIsAnsweredJustNowStays() {
        connections.asks(open());
        connections.asks(open());
        assertThat(connections.admit()).isFalse();
        assertThat(connections.open()).isEqualTo(2);
    }

    @Test
    void thoseThatHaveAskedForNothingForTooLongAreClosed() {
        ByteArrayEndPoint idle = open();
        ByteArrayEndPoint asks = open();
        connections.asks(asks);
        connections.closeIdle(Long.MAX_VALUE);
        assertThat(idle.isOpen()).isTrue();
        connections.closeIdle(-1);
        assertThat(idle.isOpen()).isFalse();
        assertThat(asks.isOpen()).isTrue();
        connections.closed(idle);
        assertThat(connections.open()).isEqualTo(1);
    }
}
