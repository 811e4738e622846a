package org.workerd.daemon.doctor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.workerd.config.Settings;
import org.workerd.store.Health;
import org.workerd.store.Health.Running;
import org.workerd.store.JobQueries.DaemonView;
import org.workerd.unix.ProcessInfo;
import org.workerd.worker.handlers.OwnUser;
import org.workerd.worker.loop.Remains;
import org.workerd.worker.loop.Survival;

/** What dead daemons left: attempts that go on without them, and files that nobody has removed. */
final class DeadDaemonsCheck {
    private static final String CHECK = "daemons";

    private final Settings settings;
    private final Health health;
    private final List<Finding> findings = new ArrayList<>();

    DeadDaemonsCheck(Settings settings, Health health) {
        this.settings = settings;
        this.health = health;
    }

    List<Finding> look() throws IOException {
        // Whoever else looks sees neither the locks nor the files.
        if (OwnUser.id() == 0 || OwnUser.id() == DaemonUser.of(settings).id()) {
            List<DaemonView> known = health.queries().daemons();
            known.stream().filter(one -> !health.queries().isAlive(one)).forEach(this::attempts);
            files(known.stream().map(DaemonView::id).collect(Collectors.toSet()));
        }
        return findings;
    }

    private void attempts(DaemonView dead) {
        Survival survival = Survival.of(settings.directory(), dead.id());
        for (Running one : health.runningOf(dead.id())) {
            if (survival.isAlive(one.job(), one.attempt())) {
                String holders = ProcessInfo.all().stream()
                        .filter(survival.holders(one.job(), one.attempt()))
                        .map(process -> Integer.toString(process.pid()))
                        .collect(Collectors.joining(", "));
                findings.add(Finding.warning(
                        CHECK,
                        "job " + one.job() + ", attempt " + one.attempt()
                                + " is still running although its daemon, pid "
                                + dead.pid()
                                + ", is dead: "
                                + (holders.isEmpty()
                                        ? "in another PID namespace, which is not visible from here"
                                        : "process " + holders + " has its input or output open")
                                + "; the job runs again when it has ended",
                        holders.isEmpty()
                                ? "stop the container that it runs in, or wait"
                                : "see what it is: ps -fp " + holders.replace(" ", "")));
            }
        }
    }

    private void files(Set<Long> known) {
        long newest = known.stream().mapToLong(id -> id).max().orElse(Long.MAX_VALUE);
        Set<Long> left = Remains.of(settings.directory(), known, newest);
        if (!left.isEmpty()) {
            findings.add(Finding.warning(
                    CHECK,
                    "daemons that are no longer in the queue left files in "
                            + settings.directory().ledgers() + " or "
                            + settings.directory().scratch() + ": "
                            + Remains.few(left),
                    "workerd start (a daemon removes them when it starts, and every ten minutes)"));
        }
    }
}
