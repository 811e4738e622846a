package org.workerd.cli.trial;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.workerd.cli.text.Console;
import org.workerd.cli.text.ExitCode;
import org.workerd.job.Claim;
import org.workerd.job.JobPolicy;
import org.workerd.job.Names;
import org.workerd.job.Outcome;
import org.workerd.job.Span;
import org.workerd.job.Verdict;
import org.workerd.ops.Json;

/**
 * How a trial ended, and what the daemon would have made of the job.
 *
 * @param pause until its next attempt; null: there would be none
 */
public record TrialEnd(
        Claim claim, int maxAttempts, Outcome outcome, Verdict verdict, @Nullable Duration pause, Duration ran) {
    /** The exact figure, without chance. */
    private static final double NO_JITTER = 0.5;

    static TrialEnd of(Outcome outcome, Claim claim, JobPolicy policy, Duration ran, Instant now) {
        Verdict verdict = Verdict.of(outcome, claim, policy, now, NO_JITTER);
        Instant due = verdict.due();
        Duration pause = due == null ? null : Duration.between(now, due);
        return new TrialEnd(claim, claim.lastAttempt(policy), outcome, verdict, pause, ran);
    }

    /** As the job did. */
    public int status() {
        if (outcome instanceof Outcome.Exited exited) {
            return exited.code();
        }
        if (outcome instanceof Outcome.NotExecutable broken) {
            return broken.code();
        }
        if (outcome instanceof Outcome.HandlerUnusable unusable) {
            return unusable.code();
        }
        if (outcome instanceof Outcome.Signalled killed) {
            return ExitCode.SIGNALLED + killed.signal();
        }
        if (outcome instanceof Outcome.Starved starved && starved.exitCode() != null) {
            return starved.exitCode();
        }
        if (outcome instanceof Outcome.Returned) {
            return 0;
        }
        if (outcome instanceof Outcome.Threw
                || outcome instanceof Outcome.AskedRetry
                || outcome instanceof Outcome.GaveUp) {
            return ExitCode.FAILED.status();
        }
        if (outcome instanceof Outcome.Snoozed) {
            return Verdict.TRY_LATER;
        }
        return outcome instanceof Outcome.TimedOut ? ExitCode.TIMED_OUT.status() : ExitCode.NEVER_RAN.status();
    }

    public void tell(Console console) {
        String result = outcome.result();
        if (result != null && !(verdict instanceof Verdict.Snooze)) {
            console.say("workerd: result: " + Names.printable(result.strip()));
        }
        console.say("workerd: " + claim.name() + " " + sentence());
    }

    private String sentence() {
        String after = " after " + Span.brief(ran);
        String error = error() == null ? "" : ": " + Names.printable(withoutLastLine(String.valueOf(error())));
        String next = Span.format(pause == null ? Duration.ZERO : pause);
        return switch (verdict.next()) {
            case DONE -> "is done" + after;
            case RETRYING ->
                "failed" + after + error + "; attempt " + claim.attempt() + " of " + maxAttempts
                        + ", the next one would start in about " + next;
            case DEAD -> "would be dead" + after + error + "; attempt " + claim.attempt() + " of " + maxAttempts;
            case SCHEDULED ->
                "snoozed" + after + ": it would run again in " + next + ", this attempt does not count"
                        + error.replaceFirst(":", ";");
            case CANCELLED -> "was ended" + after + error;
            case READY -> "could not be run" + error + "; the daemon would try again";
            case BLOCKED, RUNNING -> throw new IllegalStateException("an attempt left its job " + verdict.next());
        };
    }

    /** It stands right above. */
    private String withoutLastLine(String error) {
        return outcome.lastLine() == null ? error : error.replaceFirst(Pattern.quote(": " + outcome.lastLine()), "");
    }

    public void printJson(Console console) throws IOException {
        Verdict.AttemptRow row = verdict.row();
        try (Json document = new Json(console.data())) {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeStringField("name", claim.name());
            document.text("outcome", row == null ? null : row.outcome());
            out.writeStringField("state", verdict.next().word());
            document.number("exit_code", row == null ? null : row.exitCode());
            document.number("signal", row == null ? null : row.signal());
            document.text("error", error());
            document.value("result", outcome.result());
            out.writeNumberField("attempt", claim.attempt());
            out.writeNumberField("max_attempts", maxAttempts);
            document.number("next_attempt_in_ms", pause == null ? null : pause.toMillis());
            out.writeNumberField("ran_ms", ran.toMillis());
        }
    }

    private @Nullable String error() {
        if (outcome instanceof Outcome.NotStarted notStarted) {
            return notStarted.reason();
        }
        if (outcome instanceof Outcome.HandlerUnusable unusable) {
            return unusable.reason();
        }
        Verdict.AttemptRow row = verdict.row();
        return row == null ? null : row.error();
    }
}
