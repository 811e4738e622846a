package org.workerd.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workerd.daemon.doctor.Finding.Level;
import org.workerd.store.QueueUrl;
import org.workerd.store.ServerState;
import org.workerd.store.ServerState.Holder;
import org.workerd.store.ServerState.Identity;
import org.workerd.store.ServerState.Load;
import org.workerd.store.ServerState.Standby;
import org.workerd.store.ServerState.Table;

class ServerCheckTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Identity IDENTITY = new Identity("15.4", NOW, "ann", true);
    private static final Load LOAD = new Load(10, 100, 0);

    private static List<Finding> look(ServerState state) {
        return new ServerCheck(QueueUrl.Postgres.parse("postgresql://ann@db/jobs"), state, NOW).look();
    }

    /** But for those that are well. */
    private static List<String> told(ServerState state) {
        return look(state).stream()
                .filter(finding -> finding.level() != Level.OK)
                .map(finding -> finding.level().word() + " " + finding.check() + ": " + finding.found() + " -> "
                        + finding.mend())
                .toList();
    }

    private static ServerState holding(Holder holder) {
        return new ServerState(IDENTITY, false, List.of(), List.of(), LOAD, List.of(holder), List.of(), List.of());
    }

    private static ServerState with(List<Table> tables, List<Standby> standbys) {
        return new ServerState(IDENTITY, false, List.of(), List.of(), LOAD, List.of(), tables, standbys);
    }

    @Test
    void aServerThatIsWellIsToldAsSuch() {
        ServerState well = with(List.of(new Table("ready", 5, 3000, 1 << 20, null)), List.of(new Standby("b", true)));
        assertThat(told(well)).isEmpty();
        assertThat(look(well))
                .extracting(Finding::found)
                .contains("PostgreSQL 15.4", "10 of 100 are open", "none holds back vacuum", "b");
    }

    @Test
    void aPoolerAndMissingRightsAreFailures() {
        assertThat(told(new ServerState(
                        IDENTITY, true, List.of(), List.of("insert on jobs"), LOAD, List.of(), List.of(), List.of())))
                .containsExactly(
                        "failure pooler: queue.url leads through a connection pooler: enqueue works, but no daemon"
                                + " starts -> set queue.url to the address of the server itself",
                        "failure rights: user ann may not work as a daemon; what is missing: insert on jobs -> grant"
                                + " workerd_daemon to ann (workerd schema prints the SQL for that role)");
    }

    @Test
    void settingsThatLoseJobsOrGrowTablesAreTold() {
        assertThat(told(new ServerState(
                        IDENTITY,
                        false,
                        List.of("autovacuum", "fsync"),
                        List.of(),
                        LOAD,
                        List.of(),
                        List.of(),
                        List.of())))
                .containsExactly(
                        "warning server: autovacuum is off: nothing cleans up after jobs, and the tables grow without"
                                + " end -> alter system set autovacuum = on; select pg_reload_conf()",
                        "warning server: fsync is off: after a power cut of the server jobs, or the whole database,"
                                + " may be lost -> alter system set fsync = on; select pg_reload_conf()");
    }

    @Test
    void whoHoldsBackVacuumIsToldAfterAWhile() {
        assertThat(told(holding(new Holder("the session 7", Duration.ofMinutes(4), 9_999_999, "end 7"))))
                .isEmpty();
        assertThat(told(holding(new Holder("the session 7", Duration.ofMinutes(12), 1, "end 7"))))
                .containsExactly("warning transactions: the session 7, has a transaction open for 12m 0s: deleted rows"
                        + " stay, and the tables grow -> end it there, or as a superuser: end 7");
        assertThat(told(holding(new Holder("the slot s", null, 200_000, "drop s"))))
                .containsExactly("warning transactions: the slot s, holds back vacuum since 200000 transactions ago:"
                        + " deleted rows stay, and the tables grow -> end it there, or as a superuser: drop s");
    }

    @Test
    void bloatAsynchronousStandbysAndFewConnectionsAreTold() {
        ServerState state = new ServerState(
                IDENTITY,
                false,
                List.of(),
                List.of(),
                new Load(95, 97, 0.8),
                List.of(),
                List.of(new Table("ready", 5, 300_000, 40 << 20, NOW.minusSeconds(3600))),
                List.of(new Standby("b", false), new Standby("c", false)));
        assertThat(told(state))
                .satisfiesExactly(
                        connections -> assertThat(connections)
                                .startsWith("warning connections: 95 of 97 are open; a daemon needs up to 6 ->"),
                        notifications -> assertThat(notifications).contains("its queue of notifications is 80 % full"),
                        bloat -> assertThat(bloat)
                                .isEqualTo("warning tables: ready has 300000 dead rows beside 5 live ones (40.0 MiB),"
                                        + " and was last vacuumed 2026-11-23T11:00:00Z -> vacuum workerd.ready (of no"
                                        + " use while a transaction holds it back); is autovacuum on?"),
                        standbys -> assertThat(standbys)
                                .startsWith("warning standbys: b, c are asynchronous: after a failover the last"
                                        + " moments are missing"));
    }

    @Test
    void clocksThatDifferAreTold() {
        Identity late = new Identity("15.4", NOW.minusSeconds(90), "ann", true);
        assertThat(told(new ServerState(late, false, List.of(), List.of(), LOAD, List.of(), List.of(), List.of())))
                .containsExactly("warning server clock: it is 1m 30s behind this machine's; jobs are due by the"
                        + " server's -> timedatectl status, here and there");
    }
}
