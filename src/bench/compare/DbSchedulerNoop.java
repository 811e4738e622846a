import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/**
 * Jobs that do nothing, through db-scheduler in the way that its manual gives for the highest throughput: fetched with
 * SKIP LOCKED, many at a time. Prints how many milliseconds all took, from the first enqueue on.
 */
public final class DbSchedulerNoop {
    private static final String TABLE =
            """
            create table scheduled_tasks (
              task_name text not null, task_instance text not null, task_data bytea, execution_time timestamptz,
              picked boolean not null, picked_by text, last_success timestamptz, last_failure timestamptz,
              consecutive_failures int, last_heartbeat timestamptz, version bigint not null, priority smallint,
              primary key (task_name, task_instance));
            create index on scheduled_tasks (execution_time);
            create index on scheduled_tasks (last_heartbeat);
            """;

    /** Its threads would go on after a failure. */
    public static void main(String[] arguments) {
        try {
            System.out.println(run(arguments[0], Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2])));
            System.exit(0);
        } catch (Throwable failure) {
            failure.printStackTrace();
            System.exit(1);
        }
    }

    private static long run(String url, int count, int slots) throws Exception {
        HikariDataSource source = new HikariDataSource();
        source.setJdbcUrl(url);
        source.setMaximumPoolSize(slots + 2);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
        }
        CountDownLatch left = new CountDownLatch(count);
        OneTimeTask<Void> noop = Tasks.oneTime("noop").execute((instance, context) -> left.countDown());
        Scheduler scheduler = Scheduler.create(source, noop)
                .threads(slots)
                .pollUsingLockAndFetch(10.0, 50.0)
                .pollingInterval(Duration.ofMillis(100))
                .build();
        long begun = System.nanoTime();
        Instant now = Instant.now();
        List<TaskInstance<?>> jobs = IntStream.range(0, count)
                .<TaskInstance<?>>mapToObj(number -> noop.instance(String.valueOf(number)))
                .toList();
        scheduler.scheduleBatch(jobs, now);
        scheduler.start();
        left.await();
        return (System.nanoTime() - begun) / 1_000_000;
    }
}
