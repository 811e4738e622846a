package org.workerd.store.copy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An empty queue that is filled; until it is committed there is nothing of it. For one thread. */
public interface CopyTarget extends AutoCloseable {
    /** As a source has them; what only one of the two has is not copied. */
    List<String> columns(CopyTable table);

    /** The tables come in their order. */
    void insert(CopyTable table, List<String> columns, List<@Nullable Object[]> rows);

    /** After the last row: all that follows from the rows. */
    void finish(CopyMarks marks);

    /** Now it is there, and stays. */
    void commit();

    /** What was not committed is gone. */
    @Override
    void close();
}
