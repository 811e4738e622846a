package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.workerd.cli.text.ClockChange;
import org.workerd.cli.text.ExitCode;
import org.workerd.cli.text.Failure;
import org.workerd.cli.text.Table;
import org.workerd.cli.text.Times;
import org.workerd.job.CronEntry;
import org.workerd.job.Names;
import org.workerd.ops.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code workerd cron next}. */
@Command(
        name = "next",
        sortOptions = false,
        description = "Show the next runs of a schedule, and whether the clocks change on that day.",
        footer = {"", "Examples:", "  workerd cron next nightly", "  workerd cron next nightly -n 200 --json"})
final class CronNext implements Callable<Integer> {
    private static final int MOST = 10_000;

    private final Main main;

    @Parameters(paramLabel = "ID", description = "the schedule: [cron.ID] in the configuration")
    String id = "";

    @Option(names = "-n", paramLabel = "K", description = "how many runs to show (${DEFAULT-VALUE})")
    int count = 5;

    @Option(names = "--json", description = "as one JSON document")
    boolean json;

    CronNext(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws IOException {
        if (count < 1 || count > MOST) {
            throw Usage.wrong("cron next", "-n: expected a whole number 1 to " + MOST + ", found " + count);
        }
        CronEntry entry = find(main.settings().settings().cron(), id);
        List<Instant> slots = slots(entry);
        if (json) {
            printJson(entry, slots);
        } else {
            print(entry, slots);
        }
        return 0;
    }

    /** The schedule of this ID, or a failure that says that there is none. */
    static CronEntry find(List<CronEntry> entries, String id) {
        List<String> known = entries.stream().map(CronEntry::id).toList();
        return entries.stream()
                .filter(entry -> entry.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new Failure(
                        ExitCode.FAILED,
                        "there is no schedule " + Names.printable(id),
                        Usage.meant(id, known).orElse("") + "workerd cron lists them."));
    }

    private List<Instant> slots(CronEntry entry) {
        List<Instant> slots = new ArrayList<>();
        Optional<Instant> slot = entry.next(main.now());
        while (slot.isPresent() && slots.size() < count) {
            slots.add(slot.get());
            slot = entry.next(slot.get());
        }
        return slots;
    }

    private void print(CronEntry entry, List<Instant> slots) {
        Table table = new Table("LOCAL", "UTC", "CLOCK");
        for (Instant slot : slots) {
            String change = ClockChange.on(slot, entry.zone())
                    .map(ClockChange::sentence)
                    .orElse("");
            table.row(Times.local(slot, entry.zone()), Times.utc(slot), change);
        }
        main.console().print(table);
    }

    private void printJson(CronEntry entry, List<Instant> slots) throws IOException {
        try (Json document = new Json(main.console().data())) {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeStringField("id", entry.id());
            out.writeStringField("schedule", entry.schedule().text());
            out.writeStringField("timezone", entry.zone().getId());
            out.writeArrayFieldStart("next");
            for (Instant slot : slots) {
                out.writeStartObject();
                out.writeStringField("local", Times.local(slot, entry.zone()));
                document.time("utc", slot);
                out.writeFieldName("clock");
                out.writeString(ClockChange.on(slot, entry.zone())
                        .map(ClockChange::word)
                        .orElse(null));
                out.writeEndObject();
            }
        }
    }
}
