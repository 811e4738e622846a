package org.workerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import org.junit.jupiter.api.Test;
import org.workerd.store.QueueUrl;

final class EmptyPostgresTest {
    @Test
    void theDriverConnectsAndFindsNothing() throws Exception {
        try (EmptyPostgres server = new EmptyPostgres()) {
            QueueUrl.Postgres.Host host =
                    QueueUrl.Postgres.parse(server.url()).hosts().get(0);
            for (int i = 0; i < 2; i++) {
                try (Connection connection = DriverManager.getConnection(
                                "jdbc:postgresql://" + host.name() + ":" + host.port() + "/any", "anybody", "");
                        PreparedStatement statement = connection.prepareStatement("select ?")) {
                    statement.setInt(1, 1);
                    try (ResultSet rows = statement.executeQuery()) {
                        assertThat(rows.next()).isFalse();
                    }
                }
            }
        }
    }
}
