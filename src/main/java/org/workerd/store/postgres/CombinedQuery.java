package org.workerd.store.postgres;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One statement that answers several questions, which saves round trips to the server. The answer holds until another
 * statement is run, or the transaction ends. For one connection.
 */
final class CombinedQuery<T> {
    private final Statements statements;
    private final Supplier<T> question;
    private @Nullable T answer;
    private long asked;

    CombinedQuery(Statements statements, Supplier<T> question) {
        this.statements = statements;
        this.question = question;
    }

    T answer() {
        T known = answer;
        if (known == null || !isFresh()) {
            known = question.get();
            answer = known;
            asked = statements.count();
        }
        return known;
    }

    /** It was the last statement of the transaction, so far. */
    boolean isFresh() {
        return answer != null && statements.count() == asked;
    }

    /** The transaction has ended. */
    void forget() {
        answer = null;
    }
}
