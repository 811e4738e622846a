package org.workerd.worker.loop;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.workerd.job.Alarms;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.NewJob;
import org.workerd.job.Verdict;
import org.workerd.store.Moves;
import org.workerd.worker.attempt.OutputEnd;

/**
 * Stores the alarms that verdicts raise, each in its verdict's own transaction: a crash loses neither or both, and what
 * is carried out once raises one. For the loop's thread.
 */
final class AlarmRaising {
    private final Path output;
    private final AlarmText text;

    /** Of attempts whose output is in this directory. */
    AlarmRaising(Path output, AlarmText text) {
        this.output = output;
        this.text = text;
    }

    /** What is to be stored once the verdict is carried out. */
    record Alarm(Claim claim, JobPolicy policy, List<Alarms.Raised> raised, String outputTail) {}

    /** Empty: it raises none. Reads what the attempt printed, so better before the transaction than in it. */
    Optional<Alarm> of(Claim claim, Verdict verdict, JobPolicy policy) {
        List<Alarms.Raised> raised = policy.alarms().raisedBy(verdict, claim.queue());
        return raised.isEmpty()
                ? Optional.empty()
                : Optional.of(new Alarm(claim, policy, raised, OutputEnd.of(output, claim)));
    }

    /** After the verdict, in the same transaction. */
    void store(Alarm alarm, Moves moves) {
        long id = alarm.claim().jobId();
        moves.find(id).ifPresent(job -> {
            for (Alarms.Raised raised : alarm.raised()) {
                AlarmText.News news =
                        new AlarmText.News(raised.event(), job, moves.attempts(id), alarm.policy(), alarm.outputTail());
                moves.enqueue(NewJob.named(raised.handler())
                        .queue(Alarms.QUEUE)
                        .payload(text.of(news))
                        .build());
            }
        });
    }
}
