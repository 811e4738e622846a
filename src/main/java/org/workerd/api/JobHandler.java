package org.workerd.api;

/**
 * Runs the jobs of one name, inside the daemon. A handler is a public class with a public constructor without parameters,
 * in a jar whose {@code META-INF/services/org.workerd.api.JobHandler} names it; the jar stands in the plugins directory
 * ({@code handlers.plugins}), and {@code workerd reload} takes it in.
 *
 * <pre>{@code
 * import org.workerd.api.JobContext;
 * import org.workerd.api.JobHandler;
 * import org.workerd.api.JobResult;
 *
 * public final class Greet implements JobHandler {
 *     @Override
 *     public String name() {
 *         return "greet";
 *     }
 *
 *     @Override
 *     public JobResult handle(JobContext job) throws Exception {
 *         job.logger().info("attempt {} for {}", job.attempt(), job.args());
 *         return job.args().isEmpty()
 *                 ? JobResult.giveUp("nobody to greet")
 *                 : JobResult.done("Hello, " + String.join(" ", job.args()) + "!");
 *     }
 * }
 * }</pre>
 *
 * <p><b>One object serves all attempts</b>, several at once, each in a thread of its own: keep what belongs to an attempt
 * in local variables. It is made when the daemon starts, so its constructor should be quick; a jar that changed is
 * loaded afresh by a reload, while attempts that run end in the old one.
 *
 * <p><b>Its own world.</b> Each jar has its own class loader, which sees the JDK, this package, slf4j's API and {@code
 * org.workerd.client}, and nothing else of the daemon's libraries; what else it needs is packed into the jar. It is also
 * the thread's context class loader. A handler that enqueues uses {@code org.workerd.client.JobQueue}; it must not bring
 * an SQLite of its own to open the queue with, for two in one process undo each other's locks. All handlers share the
 * memory of the daemon, 128 MiB unless {@code WORKERD_HEAP} in its environment says otherwise. {@code System.exit} ends
 * the daemon with all that runs in it, and what is printed to {@code System.out} stands in the daemon's log as it is: use
 * {@link JobContext#logger}.
 *
 * <p><b>In a unit test</b> {@link JobHandlerTester} runs it. A {@link TypedJobHandler} gets its payload as a value.
 *
 * <p><b>Being stopped.</b> When the job's timeout is over, when somebody cancels the job and when the daemon stops at
 * once, the thread is interrupted and {@link JobContext#isCancelled} becomes true. A handler ends then, best by letting
 * the {@link InterruptedException} out; how it ends makes no difference any more, save that work that was {@link
 * JobResult#done() done} when the daemon stopped is done.
 *
 * <p>A thread cannot be killed. One that goes on is interrupted again when {@code jobs.kill_grace} is over, and every
 * minute after, and the log says where it is. Until it ends its job is running and its slot is taken: no two attempts of
 * a job ever run at the same time. A daemon that is to stop at once waits for {@code jobs.kill_grace} and then ends
 * without it, which does end the thread; the job is put back by the next daemon, its attempt given back. Processes that
 * a handler starts are its own to end.
 */
public interface JobHandler extends JobFunction {
    /**
     * The name of the jobs that it runs. Asked once. A second handler of the same name, in another jar or as a program,
     * makes both refused.
     *
     * @return 1 to 128 of A-Z a-z 0-9 . _ - and the first a letter or digit
     */
    String name();

    /**
     * Runs one attempt of a job.
     *
     * @param job what it is given, and where it says how it goes
     * @return what becomes of the job; null is a failure
     * @throws Exception the attempt has failed: the job is tried again later, until it is out of attempts. Its class and
     *     message are the attempt's error, its trace goes to the attempt's output. The same holds for errors that the
     *     JVM survives; without memory the daemon ends, and the job counts one more crash.
     */
    @Override
    JobResult handle(JobContext job) throws Exception;

    /**
     * The handler of these jobs, for programs that make their handlers themselves.
     *
     * @param name of the jobs: 1 to 128 of A-Z a-z 0-9 . _ - and the first a letter or digit
     * @param function what is done for each
     * @return the handler
     */
    static JobHandler of(String name, JobFunction function) {
        return new JobHandler() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public JobResult handle(JobContext job) throws Exception {
                return function.handle(job);
            }
        };
    }
}
