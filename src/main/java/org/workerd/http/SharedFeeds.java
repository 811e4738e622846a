package org.workerd.http;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.workerd.store.Engine;
import org.workerd.store.OutputFeed;
import org.workerd.store.OutputFeeds;
import org.workerd.store.StoreException;

/**
 * What jobs print wherever they run: one connection to the queue for all who follow any, open as long as anybody does. For
 * the thread of the API.
 */
final class SharedFeeds {
    private final Engine engine;
    private @Nullable Shared open;

    SharedFeeds(Engine engine) {
        this.engine = engine;
    }

    /**
     * Follows this job from now on; empty: what it prints is in files here.
     *
     * @throws StoreException when the queue cannot be asked
     */
    Optional<OutputFeed> follow(long job) {
        boolean wasOpen = open != null;
        try {
            return followOnce(job);
        } catch (StoreException failure) {
            // A connection that was lost is noticed only when it is used.
            if (wasOpen) {
                return followOnce(job);
            }
            throw failure;
        }
    }

    private Optional<OutputFeed> followOnce(long job) {
        if (open == null) {
            open = engine.feeds().map(Shared::new).orElse(null);
        }
        return Optional.ofNullable(open).map(shared -> shared.follow(job));
    }

    /** One connection; when it fails, all who follow through it have to follow anew. */
    private final class Shared {
        private final OutputFeeds feeds;
        private final Set<Feed> followed = new HashSet<>();

        Shared(OutputFeeds feeds) {
            this.feeds = feeds;
        }

        OutputFeed follow(long job) {
            try {
                Feed feed = new Feed(this, feeds.follow(job));
                followed.add(feed);
                return feed;
            } catch (StoreException failure) {
                close();
                throw failure;
            }
        }

        void leave(Feed feed) {
            if (followed.remove(feed) && followed.isEmpty()) {
                close();
            }
        }

        void close() {
            if (open == this) {
                open = null;
            }
            feeds.close();
        }
    }

    /** That of one who follows. */
    private static final class Feed implements OutputFeed {
        private final Shared shared;
        private final OutputFeed own;

        Feed(Shared shared, OutputFeed own) {
            this.shared = shared;
            this.own = own;
        }

        @Override
        public News news() {
            try {
                return own.news();
            } catch (StoreException failure) {
                shared.close();
                throw failure;
            }
        }

        @Override
        public void close() {
            own.close();
            shared.leave(this);
        }
    }
}
