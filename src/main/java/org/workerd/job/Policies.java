package org.workerd.job;

import java.util.Map;

/** The policy of every job name: the defaults, and what some names override. */
public record Policies(JobPolicy defaults, Map<String, JobPolicy> byName) {
    public Policies {
        byName = Map.copyOf(byName);
    }

    public JobPolicy of(String name) {
        return byName.getOrDefault(name, defaults);
    }
}
