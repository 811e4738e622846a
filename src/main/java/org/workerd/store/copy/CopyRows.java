package org.workerd.store.copy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects rows until they are many, or large. Not thread-safe. */
public final class CopyRows {
    private static final int MANY = 500;
    private static final long LARGE = 4 << 20;

    private final Consumer<List<@Nullable Object[]>> to;
    private List<@Nullable Object[]> rows = new ArrayList<>();
    private long size;

    public CopyRows(Consumer<List<@Nullable Object[]>> to) {
        this.to = to;
    }

    public void add(@Nullable Object[] row) {
        rows.add(row);
        for (Object value : row) {
            size += sizeOf(value);
        }
        if (rows.size() >= MANY || size >= LARGE) {
            handOn();
        }
    }

    private static int sizeOf(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes.length;
        }
        return value instanceof String text ? text.length() : 1;
    }

    /** Those that are left. */
    public void handOn() {
        if (!rows.isEmpty()) {
            to.accept(rows);
            rows = new ArrayList<>();
            size = 0;
        }
    }
}
