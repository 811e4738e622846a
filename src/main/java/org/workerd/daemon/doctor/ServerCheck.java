package org.workerd.daemon.doctor;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.workerd.job.ByteSize;
import org.workerd.job.Span;
import org.workerd.store.QueueUrl;
import org.workerd.store.ServerState;
import org.workerd.store.ServerState.Holder;
import org.workerd.store.ServerState.Standby;
import org.workerd.store.ServerState.Table;

/** What a server says of itself: does it keep what it was given, clean up, and have room for us? Pure. */
final class ServerCheck {
    private static final String SERVER = "server";
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(2);
    /** Claims do not become slower by what is held back, but the tables grow. */
    private static final Duration LONG_TRANSACTION = Duration.ofMinutes(5);

    private static final long MANY_TRANSACTIONS = 100_000;
    private static final long MANY_DEAD_ROWS = 100_000;
    private static final double FULL = 0.9;
    private static final double HALF = 0.5;

    private final QueueUrl.Postgres url;
    private final ServerState state;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    /** By this machine's clock, when the server said what its own shows. */
    ServerCheck(QueueUrl.Postgres url, ServerState state, Instant now) {
        this.url = url;
        this.state = state;
        this.now = now;
    }

    List<Finding> look() {
        findings.add(Finding.ok(SERVER, "PostgreSQL " + state.identity().version()));
        pooler();
        settings();
        rights();
        clock();
        sessions();
        notifications();
        transactions();
        tables();
        standbys();
        return findings;
    }

    private void pooler() {
        if (state.pooled()) {
            findings.add(Finding.failure(
                    "pooler",
                    "queue.url leads through a connection pooler: enqueue works, but no daemon starts",
                    "set queue.url to the address of the server itself"));
        }
    }

    private void settings() {
        for (String setting : state.off()) {
            String what =
                    switch (setting) {
                        case "fsync", "full_page_writes" ->
                            "is off: after a power cut of the server jobs, or the whole database, may be lost";
                        default -> "is off: nothing cleans up after jobs, and the tables grow without end";
                    };
            findings.add(Finding.warning(
                    SERVER, setting + " " + what, "alter system set " + setting + " = on; select pg_reload_conf()"));
        }
    }

    private void rights() {
        String user = state.identity().user();
        findings.add(
                state.lacking().isEmpty()
                        ? Finding.ok("rights", "user " + user + " may do all that a daemon does")
                        : Finding.failure(
                                "rights",
                                "user " + user + " may not work as a daemon; what is missing: "
                                        + String.join("; ", state.lacking()),
                                "grant workerd_daemon to " + user + " (workerd schema prints the SQL for that role)"));
    }

    private void clock() {
        Instant server = state.identity().clock();
        Duration ahead = Duration.between(now, server);
        if (ahead.abs().compareTo(CLOCKS_DIFFER) > 0) {
            findings.add(Finding.warning(
                    "server clock",
                    "it is " + Span.brief(ahead.abs()) + (ahead.isNegative() ? " behind" : " ahead of")
                            + " this machine's; jobs are due by the server's",
                    "timedatectl status, here and there"));
        } else {
            findings.add(Finding.ok(
                    "server clock", server.truncatedTo(ChronoUnit.SECONDS).toString()));
        }
    }

    private void sessions() {
        int open = state.load().sessions();
        int most = state.load().most();
        String found = open + " of " + most + " are open";
        findings.add(
                open < most * FULL
                        ? Finding.ok("connections", found)
                        : Finding.warning(
                                "connections",
                                found + "; a daemon needs up to 6",
                                "raise max_connections, or see who has them: select usename, client_addr, count(*)"
                                        + " from pg_stat_activity group by 1, 2 order by 3 desc"));
    }

    private void notifications() {
        if (state.load().notifications() > HALF) {
            findings.add(Finding.warning(
                    SERVER,
                    "its queue of notifications is " + Math.round(state.load().notifications() * 100)
                            + " % full: a session listens and has a transaction open",
                    "end the oldest transaction (see transactions); when the queue is full, no NOTIFY can commit"));
        }
    }

    private void transactions() {
        List<Holder> old = state.holders().stream().filter(ServerCheck::isOld).toList();
        for (Holder holder : old) {
            Duration since = holder.since();
            findings.add(Finding.warning(
                    "transactions",
                    holder.who() + ", "
                            + (since == null
                                    ? "holds back vacuum since " + holder.transactions() + " transactions ago"
                                    : "has a transaction open for " + Span.brief(since))
                            + ": deleted rows stay, and the tables grow",
                    "end it there, or as a superuser: " + holder.release()));
        }
        if (old.isEmpty()) {
            findings.add(Finding.ok(
                    "transactions",
                    "none holds back vacuum"
                            + (state.identity().seesAll()
                                    ? ""
                                    : ", of those that user " + state.identity().user() + " may see (grant"
                                            + " pg_read_all_stats to see all)")));
        }
    }

    private static boolean isOld(Holder holder) {
        Duration since = holder.since();
        return since == null ? holder.transactions() > MANY_TRANSACTIONS : since.compareTo(LONG_TRANSACTION) > 0;
    }

    private void tables() {
        long bytes = state.tables().stream().mapToLong(Table::bytes).sum();
        List<Table> bloated = state.tables().stream()
                .filter(table -> table.dead() > Math.max(MANY_DEAD_ROWS, table.live()))
                .toList();
        for (Table table : bloated) {
            findings.add(Finding.warning(
                    "tables",
                    table.name() + " has " + table.dead() + " dead rows beside " + table.live() + " live ones ("
                            + ByteSize.brief(table.bytes()) + "), and was last vacuumed "
                            + (table.vacuumed() == null
                                    ? "never"
                                    : table.vacuumed().truncatedTo(ChronoUnit.SECONDS)),
                    "vacuum " + url.schema() + "." + table.name()
                            + " (of no use while a transaction holds it back); is autovacuum on?"));
        }
        if (bloated.isEmpty()) {
            findings.add(Finding.ok("tables", ByteSize.brief(bytes) + " with their indexes"));
        }
    }

    /** One of them is enough to keep all that was acknowledged. */
    private void standbys() {
        if (state.standbys().isEmpty()) {
            return;
        }
        String names =
                String.join(", ", state.standbys().stream().map(Standby::name).toList());
        findings.add(
                state.standbys().stream().anyMatch(Standby::isSynchronous)
                        ? Finding.ok("standbys", names)
                        : Finding.warning(
                                "standbys",
                                names + (state.standbys().size() == 1 ? " is" : " are")
                                        + " asynchronous: after a failover the last moments are missing, and jobs of"
                                        + " then may be lost or run twice",
                                "set synchronous_standby_names on the server, or accept it (workerd-postgres(7))"));
    }
}
