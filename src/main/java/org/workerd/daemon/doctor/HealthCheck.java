package org.workerd.daemon.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.workerd.store.Health;
import org.workerd.store.Stranger;

/** Is the queue whole, and do its tables agree? */
final class HealthCheck {
    private static final String INTEGRITY = "integrity";
    private static final String SCHEMA = "schema";

    private final Health health;
    private final boolean thorough;

    HealthCheck(Health health, boolean thorough) {
        this.health = health;
        this.thorough = thorough;
    }

    /** Then nothing that is read from the queue means anything. */
    static boolean isDamage(Finding finding) {
        return (finding.check().equals(INTEGRITY) || finding.check().equals(SCHEMA))
                && finding.level() == Finding.Level.FAILURE;
    }

    List<Finding> look() {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok(SCHEMA, "version " + health.version()));
        Optional<String> damage = health.damage(thorough);
        if (damage.isPresent()) {
            findings.add(Finding.failure(INTEGRITY, "the queue is damaged: " + damage.get(), health.cure()));
            return findings;
        }
        findings.add(Finding.ok(INTEGRITY, health.intact(thorough)));
        List<Stranger> strangers = health.strangers();
        for (Stranger stranger : strangers) {
            Finding.Level level = stranger.serious() ? Finding.Level.FAILURE : Finding.Level.WARNING;
            findings.add(new Finding(level, SCHEMA, stranger.what(), health.command(stranger)));
        }
        if (strangers.stream().anyMatch(Stranger::serious)) {
            return findings;
        }
        List<String> disagreements = health.disagreements();
        findings.add(
                disagreements.isEmpty()
                        ? Finding.ok("consistency", "the tables are consistent")
                        : Finding.failure(
                                "consistency",
                                String.join(", ", disagreements),
                                "make a copy (workerd backup FILE) and report it"));
        return findings;
    }
}
