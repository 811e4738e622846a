package org.workerd.cli.crontab;

import java.util.List;
import java.util.Optional;
import org.workerd.job.Schedule;

/** What a line of a crontab becomes. Immutable. */
sealed interface CrontabPart {
    /** As TOML, a line of it or several; of the table of a job without its name. */
    String toml(JobIds ids);

    /** Lines that are kept for people; one that is empty separates. */
    record Comment(String text) implements CrontabPart {
        @Override
        public String toml(JobIds ids) {
            return text.isBlank() ? "" : TomlText.comment(text);
        }
    }

    /**
     * A command and when it runs.
     *
     * @param user as whom; empty: whoever owns the crontab
     * @param command for the shell
     * @param input what the shell reads; empty: nothing
     * @param variables that hold on this line
     */
    record Job(
            Schedule schedule,
            Optional<String> user,
            String command,
            Optional<String> input,
            CrontabVariables variables)
            implements CrontabPart {

        /** What the handler {@code run} executes: the shell, in the home directory as cron does. */
        List<String> args() {
            return variables.applied(command);
        }

        @Override
        public String toml(JobIds ids) {
            StringBuilder text = new StringBuilder();
            user.ifPresent(name -> text.append(TomlText.comment("# In the crontab, as the user " + name))
                    .append('\n'));
            text.append("[cron.").append(ids.of(command)).append("]\n");
            text.append("schedule = ").append(TomlText.string(schedule.text())).append('\n');
            variables.zone().ifPresent(zone -> text.append("timezone = ")
                    .append(TomlText.string(zone.getId()))
                    .append('\n'));
            text.append("name = \"run\"\n");
            text.append("args = ").append(TomlText.array(args())).append('\n');
            // As cron does it: nobody knows whether the command may be repeated.
            text.append("max_attempts = 1\n");
            input.ifPresent(payload ->
                    text.append("payload = ").append(TomlText.string(payload)).append('\n'));
            return text.toString();
        }
    }
}
