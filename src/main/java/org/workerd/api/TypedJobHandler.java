package org.workerd.api;

/**
 * A handler of jobs whose payload is a value of one type, a record say.
 *
 * <pre>{@code
 * import org.workerd.api.Codec;
 * import org.workerd.api.JobContext;
 * import org.workerd.api.JobResult;
 * import org.workerd.api.TypedJobHandler;
 *
 * public final class Resize implements TypedJobHandler<Resize.Photo> {
 *     public record Photo(String file, int width) {}
 *
 *     @Override
 *     public String name() {
 *         return "resize";
 *     }
 *
 *     @Override
 *     public Codec<Photo> codec() {
 *         return Codec.of(
 *                 text -> new Photo(text.split(" ")[0], Integer.parseInt(text.split(" ")[1])),
 *                 photo -> photo.file() + " " + photo.width());
 *     }
 *
 *     @Override
 *     public JobResult handle(JobContext job, Photo photo) {
 *         return JobResult.done(photo.file() + " is " + photo.width() + " wide");
 *     }
 * }
 * }</pre>
 *
 * <p>A job without a payload, or with one that the codec cannot read, is dead at once: another attempt would read the
 * same. {@code workerd retry} runs it again once the handler can.
 *
 * @param <T> the type of the payload
 */
public interface TypedJobHandler<T> extends JobHandler {
    /** {@return what reads the payload; asked for each attempt, so keep it} */
    Codec<T> codec();

    /**
     * Runs one attempt of a job.
     *
     * @param job what else it is given, and where it says how it goes
     * @param payload what its payload says
     * @return what becomes of the job; null is a failure
     * @throws Exception the attempt has failed, as with {@link JobHandler#handle}
     */
    JobResult handle(JobContext job, T payload) throws Exception;

    /** Reads the payload, and has it handled. */
    @Override
    default JobResult handle(JobContext job) throws Exception {
        if (job.payload().isEmpty()) {
            return JobResult.giveUp("the job has no payload");
        }
        T payload;
        try {
            payload = codec().decode(job.payload().get());
        } catch (Exception unreadable) {
            job.logger().error("cannot read the payload", unreadable);
            return JobResult.giveUp("cannot read the payload: " + unreadable.getMessage());
        }
        return payload == null ? JobResult.giveUp("the payload is null") : handle(job, payload);
    }

    /**
     * What is done for a job with such a payload, as a lambda says it.
     *
     * @param <T> the type of the payload
     */
    @FunctionalInterface
    interface Function<T> {
        /**
         * Runs one attempt of a job, as {@link TypedJobHandler#handle(JobContext, Object)} does.
         *
         * @param job what else it is given, and where it says how it goes
         * @param payload what its payload says
         * @return what becomes of the job; null is a failure
         * @throws Exception the attempt has failed
         */
        JobResult handle(JobContext job, T payload) throws Exception;
    }

    /**
     * The handler of these jobs.
     *
     * @param <T> the type of the payload
     * @param name of the jobs
     * @param codec what reads the payload
     * @param function what is done for each
     * @return the handler
     */
    static <T> TypedJobHandler<T> of(String name, Codec<T> codec, Function<T> function) {
        return new TypedJobHandler<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Codec<T> codec() {
                return codec;
            }

            @Override
            public JobResult handle(JobContext job, T payload) throws Exception {
                return function.handle(job, payload);
            }
        };
    }
}
