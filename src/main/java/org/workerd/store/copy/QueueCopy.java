package org.workerd.store.copy;

import java.util.ArrayList;
import java.util.List;

/** Copies a queue into an empty one. */
public final class QueueCopy {
    private final CopySource from;
    private final CopyTarget to;
    private long jobs;

    public QueueCopy(CopySource from, CopyTarget to) {
        this.from = from;
        this.to = to;
    }

    /** All but the commit. How many jobs there are. */
    public long run() {
        for (CopyTable table : CopyTable.values()) {
            List<String> columns = new ArrayList<>(from.columns(table));
            columns.retainAll(to.columns(table));
            if (!columns.isEmpty()) {
                from.read(table, columns, rows -> {
                    to.insert(table, columns, rows);
                    jobs += table == CopyTable.JOBS ? rows.size() : 0;
                });
            }
        }
        to.finish(from.marks());
        return jobs;
    }
}
