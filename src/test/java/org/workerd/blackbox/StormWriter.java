package org.workerd.blackbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Enqueues again and again, in a process group of its own, until there is a file {@code enough}. */
final class StormWriter {
    /** By plain SQL: what the shell printed is acknowledged. Some have a key, some wait for the one before. */
    private static final String BY_SQL =
            """
            n=0 last=null
            until [ -e '$top/enough' ]; do
              n=$((n + 1)) key=null after=null
              [ $((n % 5)) != 0 ] || key="'$number.$n'"
              [ $((n % 3)) != 0 ] || after="'[$last]'"
              id=$(sqlite3 -cmd 'pragma wal_autocheckpoint = 0' -cmd '.timeout 60000' '$queue' "
                insert into jobs(name, key, \\"after\\") values ('work', $key, $after) returning id" | sed -n 2p)
              [ -z "$id" ] || { last=$id; echo "$id" >>'$acks'; }
              sleep 0.1
            done
            """;

    /** By the command line: a batch is stored as a whole or not at all. */
    private static final String BY_COMMAND =
            """
            until [ -e '$top/enough' ]; do
              for n in 1 2 3 4 5 6 7 8 9 10; do echo '{"name":"work","priority":'$n'}'; done |
                '$launcher' --config '$config' enqueue --batch - >>'$acks'
              sleep 0.2
            done
            """;

    private final Installation at;
    private final String script;
    private final Path acks;
    private Shell.Running running;

    /** The first two by SQL. */
    StormWriter(Installation at, int number) {
        this.at = at;
        acks = at.top.resolve("acks." + number);
        script = (number < 2 ? BY_SQL : BY_COMMAND)
                .replace("$top", at.top.toString())
                .replace("$queue", at.queue.toString())
                .replace("$acks", acks.toString())
                .replace("$launcher", Installation.LAUNCHER.toString())
                .replace("$config", at.config.toString())
                .replace("$number", Integer.toString(number));
        begin();
    }

    private void begin() {
        running = at.shell.begin(List.of("setsid", "sh", "-c", script));
    }

    /** kill -9 for all of it; another one goes on. */
    void replace() {
        at.shell.run("kill", "-KILL", "--", "-" + running.process().pid());
        running.await();
        begin();
    }

    Shell.Done await() {
        return running.await();
    }

    /** The ids that it was told. A line that was being written when its writer was killed has no end. */
    List<Long> acknowledged() {
        String text = Files.exists(acks) ? Installation.read(acks) : "";
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .map(Long::valueOf)
                .toList();
    }
}
