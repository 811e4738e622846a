package org.workerd.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Ids;
import org.workerd.config.Settings;
import org.workerd.job.JobState;
import org.workerd.job.Names;
import org.workerd.job.Span;
import org.workerd.ops.JobOutput;
import org.workerd.ops.JobWait;
import org.workerd.ops.JobWait.Seen;
import org.workerd.store.Changes;
import org.workerd.store.JobQueries;
import org.workerd.store.JobView;
import org.workerd.store.OutputFeeds;

/** Waits until jobs are final, and says with which status to exit for them. */
final class JobWaiter {
    /** Of so many jobs at once it tells what becomes of them; of more, only of the one whose turn it is. */
    private static final int TOLD_OF = 20;

    private final Main main;
    private final Settings settings;
    private final @Nullable Duration timeout;
    private final JobWait wait;
    private final boolean follow;

    /**
     * Waiting so long at most; null: for ever.
     *
     * @param follow print what the jobs print
     */
    JobWaiter(Main main, Settings settings, @Nullable Duration timeout, boolean follow) {
        this.main = main;
        this.settings = settings;
        this.timeout = timeout;
        this.wait = new JobWait(timeout);
        this.follow = follow;
    }

    /** What it uses as long as it waits. */
    private record Session(JobQueries queries, Changes changes, @Nullable OutputFeeds feeds, WaitTalk talk) {}

    /** Waits for one job after the other, which takes as long as waiting for all: the first bad status, else 0. */
    int await(Ids ids) throws IOException, InterruptedException {
        int status = 0;
        Ids told = ids.count() <= TOLD_OF ? ids : new Ids();
        try (JobQueries queries = main.read(settings);
                Changes changes = Main.engine(settings).changes(queries);
                OutputFeeds feeds = follow ? Main.engine(settings).feeds().orElse(null) : null) {
            WaitTalk talk = new WaitTalk(main, settings, queries, !follow);
            Session session = new Session(queries, changes, feeds, talk);
            for (int i = 0; i < ids.count(); i++) {
                Seen seen = await(ids.id(i), told, session);
                JobView job = seen.job();
                if (!job.state().isFinal()) {
                    talk.say("job " + job.id() + " is still " + job.state().word() + " after "
                            + Span.format(timeout == null ? Duration.ZERO : timeout));
                    return status == 0 ? ExitCode.TIMED_OUT.status() : status;
                }
                int own = status(job, seen.attempts());
                if (own != 0) {
                    String error = job.error() == null ? "" : ": " + Names.printable(job.error());
                    talk.say("job " + job.id() + " is " + job.state().word() + error);
                }
                status = status == 0 ? own : status;
            }
        }
        return status;
    }

    /** As it was when it had become final, or when the time was up. */
    private Seen await(long id, Ids told, Session session) throws IOException, InterruptedException {
        if (!follow) {
            return await(id, null, told, session);
        }
        JobOutput printed = new JobOutput(settings, session.queries(), Show.find(session.queries(), id));
        try (FollowedOutput output = new FollowedOutput(main.console(), printed, session.feeds(), id, 1)) {
            return await(id, output, told, session);
        }
    }

    /** @param output null: what it prints is not wanted */
    private Seen await(long id, @Nullable FollowedOutput output, Ids told, Session session)
            throws IOException, InterruptedException {
        Seen seen = look(id, session.queries());
        while (true) {
            JobView job = seen.job();
            boolean read = output != null && copy(output, new JobOutput(settings, session.queries(), job));
            tell(job, told, session);
            if (wait.isOver(job)) {
                return seen;
            }
            boolean watched = output == null
                    || !read
                    || job.state() != JobState.RUNNING
                    || session.changes().watch(output.follower().directory());
            session.changes().await(watched ? wait.left() : Span.shorter(wait.left(), Logs.SHORT));
            seen = look(id, session.queries());
        }
    }

    private static Seen look(long id, JobQueries queries) {
        return JobWait.look(queries, id).orElseThrow(() -> Show.missing(id));
    }

    /** False: nobody reads it any more; the status is wanted all the same. */
    private static boolean copy(FollowedOutput output, JobOutput now) throws IOException {
        boolean read = output.copy(now);
        while (read && output.follower().advance(now)) {
            read = output.copy(now);
        }
        return read;
    }

    private void tell(JobView job, Ids told, Session session) {
        if (!main.console().isListenedTo()) {
            return;
        }
        session.talk().tell(job);
        for (int i = 0; i < told.count(); i++) {
            if (told.id(i) != job.id()) {
                session.queries().find(told.id(i)).ifPresent(session.talk()::tell);
            }
        }
    }

    /** What to exit with for this final job. */
    static int status(JobView job, List<JobView.Attempt> attempts) {
        if (job.state() == JobState.DONE) {
            return 0;
        }
        JobView.@Nullable Attempt last = attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
        if (job.state() != JobState.DEAD || last == null) {
            return ExitCode.NEVER_RAN.status();
        }
        if ("timeout".equals(last.outcome())) {
            return ExitCode.TIMED_OUT.status();
        }
        if (last.signal() != null) {
            return ExitCode.SIGNALLED + last.signal();
        }
        if (last.exitCode() != null && last.exitCode() != 0) {
            return last.exitCode();
        }
        // A Java handler fails without an exit status.
        return "failed".equals(last.outcome()) ? ExitCode.FAILED.status() : ExitCode.NEVER_RAN.status();
    }
}
