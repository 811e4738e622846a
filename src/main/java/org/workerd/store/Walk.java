package org.workerd.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Goes through the ids of several places at once, newest first. For one thread. */
public final class Walk {
    private static final int MOST_AT_ONCE = 1_000;

    private final PriorityQueue<Cursor> cursors =
            new PriorityQueue<>(Comparator.comparing(Cursor::newest).reversed());
    /** Whose id was taken last: it reads on only when somebody wants more. */
    private @Nullable Cursor last;

    /** Part of a queue that keeps its ids in order: the jobs of one state and lane, say. */
    public interface Place {
        /** The newest ids below this one, newest first, at most so many. */
        List<Long> below(long id, int most);
    }

    /**
     * No job may be in two of the places.
     *
     * @param first how many ids to read from each at first
     * @param below where it begins
     */
    public Walk(List<Place> places, int first, long below) {
        for (Place place : places) {
            putBack(new Cursor(place, Math.min(first, MOST_AT_ONCE), below));
        }
    }

    /** From the newest. */
    public Walk(List<Place> places, int first) {
        this(places, first, Long.MAX_VALUE);
    }

    /** The next ids, fewer than so many only when there are no more. */
    public List<Long> next(int most) {
        List<Long> ids = new ArrayList<>();
        while (ids.size() < most) {
            if (last != null) {
                putBack(last);
            }
            last = cursors.poll();
            if (last == null) {
                break;
            }
            ids.add(last.take());
        }
        return ids;
    }

    private void putBack(Cursor cursor) {
        if (cursor.hasMore()) {
            cursors.add(cursor);
        }
    }

    private static final class Cursor {
        private final Place place;
        private final Deque<Long> ids = new ArrayDeque<>();
        private long below;
        private int most;
        private boolean ended;

        Cursor(Place place, int first, long below) {
            this.place = place;
            this.below = below;
            this.most = first;
        }

        long newest() {
            return ids.getFirst();
        }

        long take() {
            below = ids.removeFirst();
            return below;
        }

        boolean hasMore() {
            if (ids.isEmpty() && !ended) {
                ids.addAll(place.below(below, most));
                ended = ids.size() < most;
                most = MOST_AT_ONCE;
            }
            return !ids.isEmpty();
        }
    }
}
