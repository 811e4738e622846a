package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.workerd.cli.text.ExitCode;
import org.workerd.daemon.doctor.Checkup;
import org.workerd.daemon.doctor.Finding;
import org.workerd.daemon.doctor.Finding.Level;
import org.workerd.job.Printable;
import org.workerd.ops.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code workerd doctor}. */
@Command(
        name = "doctor",
        sortOptions = false,
        description = "Check everything, and say how to fix what is wrong.",
        footer = {
            "",
            "It changes nothing and may be run at any time. A warning is worth knowing; a",
            "failure keeps jobs from running.",
            "",
            "Exit status: 0 no failure (there may be warnings), 1 a failure.",
            "",
            "Examples:",
            "  workerd doctor",
            "  sudo -u workerd workerd doctor --json"
        })
final class Doctor implements Callable<Integer> {
    private static final int WIDEST_STATUS = Level.FAILURE.word().length();

    private final Main main;

    @Option(names = "--full", description = "also compare all indexes with their tables: slow for a large queue")
    boolean full;

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    @Option(names = "-q", description = "only the names of the checks that found something")
    boolean quiet;

    Doctor(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        List<Finding> findings = new Checkup(main.now(), full).of(main.config, main.environment());
        long failures = count(findings, Level.FAILURE);
        if (json) {
            printJson(findings, failures == 0);
        } else if (quiet) {
            findings.stream()
                    .filter(finding -> finding.level() != Level.OK)
                    .map(Finding::check)
                    .distinct()
                    .forEach(main.console()::data);
        } else {
            print(findings);
            main.console().flush();
            main.console()
                    .say("workerd: " + counted(failures, "failure") + ", "
                            + counted(count(findings, Level.WARNING), "warning"));
        }
        return failures == 0 ? ExitCode.DONE.status() : ExitCode.FAILED.status();
    }

    /** No table, which would be cut to the terminal's width: what to do about it stands at the end. */
    private void print(List<Finding> findings) {
        int width = findings.stream()
                .mapToInt(finding -> finding.check().length())
                .max()
                .orElse(0);
        for (Finding finding : findings) {
            String check = finding.check() + " ".repeat(width - finding.check().length());
            String status = finding.level().word()
                    + " ".repeat(WIDEST_STATUS - finding.level().word().length());
            main.console().data(status + "  " + check + "  " + Printable.line(finding.found()));
            if (!finding.mend().isEmpty()) {
                main.console().data(" ".repeat(WIDEST_STATUS + width + 4) + "-> " + Printable.line(finding.mend()));
            }
        }
    }

    private void printJson(List<Finding> findings, boolean ok) throws IOException {
        try (Json document = new Json(main.console().data())) {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeBooleanField("ok", ok);
            out.writeArrayFieldStart("findings");
            for (Finding finding : findings) {
                out.writeStartObject();
                out.writeStringField("status", finding.level().word());
                out.writeStringField("check", finding.check());
                out.writeStringField("found", finding.found());
                document.text("mend", finding.mend().isEmpty() ? null : finding.mend());
                out.writeEndObject();
            }
        }
    }

    private static long count(List<Finding> findings, Level level) {
        return findings.stream().filter(finding -> finding.level() == level).count();
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
