package org.workerd.daemon.handover;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.workerd.store.DaemonStore;
import org.workerd.worker.attempt.CarriedForm;

/** The note as text: a line for the daemon, and one for each program. */
public final class HandOverForm {
    /** A version reads its own, and those of the versions before it. */
    public static final int FORMAT = 2;

    /** What the versions read that know nothing of a guard. */
    private static final int UNGUARDED = 1;

    private static final String MARK = "workerd-hand-over ";

    private HandOverForm() {}

    /** The one that a hand-over has, by whether somebody keeps the daemon's place at a server. */
    static int format(boolean isGuarded) {
        return isGuarded ? FORMAT : UNGUARDED;
    }

    public static String encode(HandOverNote note) {
        String head = MARK + "format=" + format(note.guard().isPresent()) + " daemon=" + note.daemon() + " pidfile="
                + note.pidfile() + " ledger="
                + note.ledger() + " image=" + note.image() + " requests=" + note.requests() + " died=" + note.died()
                + " token=" + note.token()
                + " since=" + note.since()
                + note.guard()
                        .map(guard -> " guard=" + guard.pid() + " pipe=" + guard.pipe())
                        .orElse("") + "\n";
        return head
                + note.programs().stream()
                        .map(program -> CarriedForm.encode(program) + "\n")
                        .collect(Collectors.joining());
    }

    /**
     * The note that this text is.
     *
     * @throws IllegalArgumentException when it is no such note, or of a later format
     */
    public static HandOverNote decode(String text) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.get(0).startsWith(MARK)) {
            throw new IllegalArgumentException("this is no hand-over of a daemon");
        }
        Map<String, String> head = CarriedForm.words(lines.get(0));
        if (number(head, "format") > FORMAT) {
            throw new IllegalArgumentException(
                    "the hand-over has format " + head.get("format") + ", this version reads formats up to " + FORMAT);
        }
        return new HandOverNote(
                CarriedForm.number(head, "daemon"),
                number(head, "pidfile"),
                number(head, "ledger"),
                number(head, "image"),
                number(head, "requests"),
                CarriedForm.number(head, "died"),
                CarriedForm.number(head, "token"),
                CarriedForm.number(head, "since"),
                guard(head),
                lines.subList(1, lines.size()).stream().map(CarriedForm::decode).toList());
    }

    private static Optional<DaemonStore.Guard> guard(Map<String, String> head) {
        return head.containsKey("guard")
                ? Optional.of(new DaemonStore.Guard(number(head, "guard"), number(head, "pipe")))
                : Optional.empty();
    }

    private static int number(Map<String, String> head, String name) {
        return Math.toIntExact(CarriedForm.number(head, name));
    }
}
