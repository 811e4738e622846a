package org.workerd.bench;

import java.util.List;

/** The same thing measured again and again, at least once. */
public record Samples(List<Double> repeats) {
    public Samples {
        repeats = List.copyOf(repeats);
        if (repeats.isEmpty()) {
            throw new IllegalArgumentException("there must be at least one sample");
        }
    }

    /** Of an even number, the mean of the two in the middle. */
    public double median() {
        List<Double> sorted = repeats.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /** The smallest value that so many of a hundred do not exceed. */
    double percentile(int share) {
        List<Double> sorted = repeats.stream().sorted().toList();
        int rank = (int) Math.ceil(share / 100.0 * sorted.size());
        return sorted.get(Math.max(0, rank - 1));
    }
}
