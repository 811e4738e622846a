package org.workerd.http;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Request;
import org.workerd.store.JobQueries.Filter;
import org.workerd.store.JobQueries.Ids;

/**
 * The ids of all jobs that match a filter, found page by page: between them others get their turn. Eight bytes each, for
 * one request at a time. For the thread of the API.
 */
final class MatchingIds {
    private static final int MOST = 1_000_000;
    private static final int PAGE = 5_000;

    private final Room room;
    private final AtomicBoolean taken = new AtomicBoolean();

    MatchingIds(Room room) {
        this.room = room;
    }

    /** What is done with them, in the order of their age. */
    interface Then {
        void with(long[] ids) throws Exception;
    }

    /**
     * Looks for them.
     *
     * @param upto the youngest to be looked at
     * @throws Problem when somebody else does so now
     */
    void of(Filter filter, long upto, Exchange exchange, Then then) throws Exception {
        if (!taken.compareAndSet(false, true)) {
            throw Problem.busy("another change of all that match a filter is not through yet");
        }
        Request.addCompletionListener(exchange.request(), failure -> taken.set(false));
        new Search(filter, exchange, then).next(upto == Long.MAX_VALUE ? upto : upto + 1);
    }

    private final class Search {
        private final Filter filter;
        private final Exchange exchange;
        private final Then then;
        private long[] found = new long[PAGE];
        private int count;

        Search(Filter filter, Exchange exchange, Then then) {
            this.filter = filter;
            this.exchange = exchange;
            this.then = then;
        }

        void next(long before) throws Exception {
            Ids page = room.read(queries -> queries.ids(filter, PAGE, before));
            if (count + page.ids().size() > MOST) {
                throw Problem.invalid("more than " + MOST + " jobs match: say more narrowly which");
            }
            found = Arrays.copyOf(
                    found, Math.max(found.length, room(count + page.ids().size())));
            for (long id : page.ids()) {
                found[count++] = id;
            }
            Long rest = page.next();
            if (rest == null) {
                then.with(oldestFirst());
            } else {
                room.thread().execute(() -> Room.guarded(exchange, () -> next(rest)));
            }
        }

        /** So that it grows seldom. */
        private int room(int wanted) {
            return wanted <= found.length ? found.length : Math.min(MOST, wanted * 2);
        }

        private long[] oldestFirst() {
            long[] ids = Arrays.copyOf(found, count);
            for (int i = 0; i < count / 2; i++) {
                long other = ids[i];
                ids[i] = ids[count - 1 - i];
                ids[count - 1 - i] = other;
            }
            return ids;
        }
    }
}
