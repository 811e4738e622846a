package org.workerd;

import java.util.Random;

/** What tests take at random, the same in each run. Not thread-safe. */
final class Chance extends Random {
    private static final long serialVersionUID = 1;

    Chance(long seed) {
        super(seed);
    }

    boolean one(int in) {
        return nextInt(in) == 0;
    }

    String some(String... choices) {
        return choices[nextInt(choices.length)];
    }
}
