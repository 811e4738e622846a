package org.workerd.worker.loop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.workerd.job.Claim;
import org.workerd.unix.ProcessInfo;
import org.workerd.worker.attempt.Carried;
import org.workerd.worker.attempt.JobLog;
import org.workerd.worker.attempt.Leftovers;
import org.workerd.worker.attempt.Premises;

/** Finds, for what the version of the daemon before this one left running, the claims that it runs for. */
final class Resumption {
    private static final Logger LOG = LoggerFactory.getLogger(Resumption.class);
    private static final Duration ENDING = Duration.ofSeconds(2);

    private Resumption() {}

    /**
     * By program, its claim. A program whose claim is gone is ended: the job is somebody else's, or nobody's.
     *
     * @param claims all that the daemon has
     */
    static Map<Carried, Claim> match(List<Carried> programs, List<Claim> claims, Premises premises) {
        Map<Long, Claim> byToken = claims.stream().collect(Collectors.toMap(Claim::token, Function.identity()));
        Map<Carried, Claim> matched = new HashMap<>();
        for (Carried program : programs) {
            Claim claim = byToken.get(program.token());
            if (claim == null) {
                end(program, premises);
            } else if (isOurs(program.pid())) {
                matched.put(program, claim);
            } else {
                JobLog.warn(claim, "its program is gone and nobody knows how it ended: it is put back");
            }
        }
        return matched;
    }

    private static boolean isOurs(int pid) {
        int self = ProcessInfo.self().pid();
        return ProcessInfo.of(pid).filter(child -> child.parent() == self).isPresent();
    }

    private static void end(Carried program, Premises premises) {
        LOG.warn("job {} is not this daemon's any more: ending its program {}", program.job(), program.pid());
        Path mark = premises.result(program.slot());
        Leftovers.endForeign(
                process -> process.group() == program.pid() || Leftovers.isMarked(process, mark.toString(), true),
                ENDING);
    }
}
