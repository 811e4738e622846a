package org.workerd.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.config.DaemonDirectory;
import org.workerd.config.Settings;
import org.workerd.daemon.handover.Answer;
import org.workerd.daemon.handover.HandOverForm;
import org.workerd.daemon.handover.HandOverNote;
import org.workerd.daemon.handover.NewVersion;
import org.workerd.ops.HostName;
import org.workerd.store.DaemonStore;
import org.workerd.store.Moves;
import org.workerd.store.Moves.DaemonRow;
import org.workerd.store.QueueUrl;
import org.workerd.unix.MemoryFile;
import org.workerd.unix.Posix;
import org.workerd.unix.Reexec;
import org.workerd.worker.attempt.Carried;
import org.workerd.worker.attempt.Ledger;
import org.workerd.worker.attempt.Premises;
import org.workerd.worker.loop.Identity;

/** One version of the daemon takes a process over from another: both ends of that moment. */
final class Takeover {
    private static final String CHECK = "--check";
    private static final String ADOPT = "--adopt";

    private Takeover() {}

    /** Loads what it takes: by the time of a restart other jars may stand where ours were. */
    static void prepare() {
        Carried program = new Carried(0, 1, 1, 2, 0, 0, 0, null, "", 0);
        HandOverNote note =
                new HandOverNote(1, 0, 0, 1, 0, 0, 0, 0, Optional.of(new DaemonStore.Guard(1, 0)), List.of(program));
        if (!receive(MemoryFile.of("workerd-rehearsal", HandOverForm.encode(note)))
                .equals(note)) {
            throw new IllegalStateException("a hand-over is not read as it was written");
        }
        Reexec.prepare();
        new Answer.Unfit(0, "");
        new Answer.Fit(Path.of("/"), Path.of("/"), List.of(), List.of());
    }

    /** The version that is there when somebody asks for a restart, as this one is run. */
    static NewVersion installed(@Nullable Path config, boolean logsToFile, QueueUrl queue) {
        List<String> options = new ArrayList<>();
        if (config != null) {
            options.addAll(List.of("--config", config.toString()));
        }
        options.add("run");
        if (logsToFile) {
            options.add("--log");
        }
        return new NewVersion(
                Path.of(System.getProperty("workerd.home", ".")), options, queue instanceof QueueUrl.Postgres);
    }

    /** What the new version's configuration changes that cannot change while locks are held; empty: nothing. */
    static String change(Answer.Fit next, HandOver.Place place) {
        String key = "";
        if (!next.pidfile().equals(place.pidFile().path())) {
            key = "daemon.pidfile";
        } else if (!next.directory().equals(place.settings().get().directory().path())) {
            key = "daemon.dir or queue.url";
        }
        return key.isEmpty()
                ? ""
                : "workerd: cannot restart in place: " + key
                        + " has changed\nTo stop it and start it with that: workerd restart --drain";
    }

    /** Returns when it is not wanted any more. */
    static void execute(Answer.Fit next, HandOverNote note, BooleanSupplier wanted) {
        int state = MemoryFile.of("workerd-hand-over", HandOverForm.encode(note));
        try {
            List<String> arguments = new ArrayList<>(next.arguments());
            int check = arguments.lastIndexOf(CHECK);
            arguments.set(check, ADOPT);
            arguments.set(check + 1, Integer.toString(state));
            new Reexec(Path.of(arguments.get(0)), arguments, next.environment())
                    .execute(
                            Stream.concat(note.descriptors().stream(), Stream.of(state))
                                    .toList(),
                            wanted);
        } finally {
            Posix.close(state);
        }
    }

    /** What the version before this one left. */
    static HandOverNote receive(int descriptor) {
        try {
            return HandOverForm.decode(MemoryFile.take(descriptor));
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the hand-over", failure);
        }
    }

    /** The same daemon goes on: its lock was never free, and its row stays. */
    static Identity identity(DaemonStore store, Settings settings, HandOverNote note) {
        DaemonDirectory directory = settings.directory();
        Premises premises = Premises.of(directory, note.daemon());
        Moves.Runner runner = new Moves.Runner(ProcessHandle.current().pid(), HostName.own());
        note.guard()
                .ifPresent(guard -> store.takeOver(
                        row(store, note.daemon(), settings.concurrency()),
                        Ledger.path(directory.ledgers(), note.daemon()),
                        premises.scratch(),
                        guard));
        Premises.inherit(premises);
        return new Identity(
                note.daemon(),
                runner,
                Ledger.inherit(directory.ledgers(), note.daemon(), note.ledger(), note.image(), note.requests()),
                premises);
    }

    /** As it is in the queue; as it would be now, if others took the daemon for dead. */
    private static DaemonRow row(DaemonStore store, long daemon, int slots) {
        return store.transaction(Moves::daemons).stream()
                .filter(known -> known.id() == daemon)
                .findFirst()
                .orElseGet(() -> new DaemonRow(
                        daemon,
                        ProcessHandle.current().pid(),
                        HostName.own(),
                        slots,
                        store.clock().instant()));
    }
}
