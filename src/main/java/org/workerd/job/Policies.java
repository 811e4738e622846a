package org.workerd.job;

import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The policy of every job name: the defaults, and what some names override. */
public record Policies(JobPolicy defaults, Map<String, JobPolicy> byName) {
    public Policies {
        byName = Map.copyOf(byName);
    }

    public JobPolicy of(String name) {
        return byName.getOrDefault(name, defaults);
    }

    /** The handlers that alarms may need. */
    public SortedSet<String> alarmHandlers() {
        return Stream.concat(Stream.of(defaults), byName.values().stream())
                .map(JobPolicy::alarms)
                .flatMap(alarms -> Stream.of(alarms.onDead(), alarms.onFailure()))
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
