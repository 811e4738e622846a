package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Many jobs: each runs once, and the daemon is afterwards what it was before. */
class LoadIT extends DaemonTest {
    @Test
    void twoDaemonsRunAThousandJobsOnceEach() {
        Installation other = other("second");
        at.handler("work", "echo $WORKERD_JOB_ID >>'" + diary() + "'");
        at.start();
        other.start();
        jobs();
        long since = System.nanoTime();
        enqueue("work", 1000);
        jobs().awaitAllDone();
        CrashIT.report("two daemons, 1,000 jobs: " + (System.nanoTime() - since) / 1_000_000 + " ms");
        assertThat(diaryLines()).hasSize(1000).doesNotHaveDuplicates();
        assertThat(jobs().count("finished where state = 'done' and attempt = 1"))
                .isEqualTo(1000);
        for (long pid : List.of(at.pid(), other.pid())) {
            assertThat(jobs().count("finished where daemon_pid = " + pid)).isPositive();
        }
    }

    @Test
    void threeThousandJobsLeaveNoTraceInTheDaemon() {
        at.handler("work", "exit 0");
        at.start();
        enqueue("work", 100);
        jobs().awaitAllDone();
        int descriptors = at.daemon().descriptors().size();
        int threads = at.daemon().threads();
        Set<String> temporary = temporary();
        long since = System.nanoTime();
        enqueue("work", 3000);
        jobs().awaitAllDone();
        CrashIT.report("one daemon, 3,000 jobs: " + (System.nanoTime() - since) / 1_000_000 + " ms");
        until("the descriptors are as before", () -> at.daemon().descriptors().size() <= descriptors);
        assertThat(at.daemon().threads()).isLessThanOrEqualTo(threads + 1);
        assertThat(Proc.all()).noneMatch(process -> process.parent() == at.pid());
        assertThat(temporary()).isSubsetOf(temporary);
        assertThat(Proc.of(at.top)).hasSize(1);
    }

    private void enqueue(String name, int count) {
        jobs().execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < " + count + ")"
                + " insert into jobs(name) select '" + name + "' from n");
    }

    private static Set<String> temporary() {
        Set<String> names = new TreeSet<>(Arrays.asList(new File("/tmp").list()));
        names.removeIf(name -> !name.matches("(sqlite|jffi|jna|workerd-(?!postgres)).*"));
        return names;
    }
}
