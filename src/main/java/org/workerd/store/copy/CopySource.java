package org.workerd.store.copy;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All rows of a queue, as of the moment in which this was opened. For one thread. */
public interface CopySource extends AutoCloseable {
    /** Of the rows of this table, but for those that each engine has for itself; empty: this engine has no such table. */
    List<String> columns(CopyTable table);

    /** Reads all rows, many at a time; a value is a Long, a String, bytes or null. */
    void read(CopyTable table, List<String> columns, Consumer<List<@Nullable Object[]>> to);

    CopyMarks marks();

    @Override
    void close();
}
