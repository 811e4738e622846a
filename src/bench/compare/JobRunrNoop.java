import com.zaxxer.hikari.HikariDataSource;
import java.util.stream.IntStream;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.scheduling.JobScheduler;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.storage.sql.sqlite.SqLiteStorageProvider;
import org.jobrunr.utils.mapper.gson.GsonJsonMapper;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * Jobs that do nothing, through JobRunr, in a file of SQLite as durable as workerd's, or on a server of PostgreSQL. Prints
 * how many milliseconds all took, which its poll every five seconds, the shortest that it allows, is part of.
 */
public final class JobRunrNoop {
    public static void noop() {}

    /** Its server's threads would go on after a failure. */
    public static void main(String[] arguments) {
        try {
            System.out.println(run(arguments[0], Integer.parseInt(arguments[1])));
            System.exit(0);
        } catch (Throwable failure) {
            failure.printStackTrace();
            System.exit(1);
        }
    }

    private static StorageProvider server(String url) {
        HikariDataSource source = new HikariDataSource();
        source.setJdbcUrl(url);
        return new PostgresStorageProvider(source);
    }

    private static StorageProvider file(String file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(30_000);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        return new SqLiteStorageProvider(source);
    }

    private static long run(String queue, int count) throws Exception {
        StorageProvider storage = queue.startsWith("jdbc:") ? server(queue) : file(queue);
        JobScheduler scheduler = JobRunr.configure()
                .useJsonMapper(new GsonJsonMapper())
                .useStorageProvider(storage)
                .useBackgroundJobServer(BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                        .andWorkerCount(Runtime.getRuntime().availableProcessors()))
                .initialize()
                .getJobScheduler();
        long begun = System.nanoTime();
        scheduler.enqueue(IntStream.range(0, count).boxed(), number -> noop());
        while (storage.countJobs(StateName.SUCCEEDED) < count) {
            Thread.sleep(20);
        }
        return (System.nanoTime() - begun) / 1_000_000;
    }
}
