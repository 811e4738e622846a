package org.workerd.cli.crontab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What lines of crontabs become. */
final class CrontabTest {
    private static String user(String text) {
        Crontab crontab = Crontab.read(text.lines().toList(), false);
        assertThat(crontab.problems()).isEmpty();
        return crontab.toml();
    }

    @Test
    void aLineBecomesATable() {
        assertThat(user("  17 *\t* * mon-FRI   /usr/local/bin/backup.sh  --full >/dev/null 2>&1 "))
                .isEqualTo(
                        """
                        [cron.backup]
                        schedule = "17 * * * mon-FRI"
                        name = "run"
                        args = ["/bin/sh", "-c", "cd; /usr/local/bin/backup.sh  --full >/dev/null 2>&1"]
                        max_attempts = 1""");
    }

    @Test
    void commentsStayWhereTheyAreAndSoDoLinesBetween() {
        assertThat(user("# m h  dom mon dow   command\n\n\n\n#0 1 * * * old\n@daily new\n# end\u001b[2J"))
                .isEqualTo(
                        """
                        # m h  dom mon dow   command

                        #0 1 * * * old
                        [cron.new]
                        schedule = "@daily"
                        name = "run"
                        args = ["/bin/sh", "-c", "cd; new"]
                        max_attempts = 1

                        # end?[2J""");
    }

    @Test
    void variablesHoldFromTheirLineOn() {
        assertThat(
                        user(
                                """
                        @daily first
                        SHELL = /bin/bash
                        PATH="/usr/local/bin:/usr/bin"
                        MSG = ' two  words '
                        @daily second
                        MSG=
                        @daily third
                        """))
                .contains(
                        "args = [\"/bin/sh\", \"-c\", \"cd; first\"]",
                        "args = [\"env\", \"PATH=/usr/local/bin:/usr/bin\", \"MSG= two  words \", \"/bin/bash\", \"-c\","
                                + " \"cd; second\"]",
                        "args = [\"env\", \"PATH=/usr/local/bin:/usr/bin\", \"MSG=\", \"/bin/bash\", \"-c\", \"cd; third\"]");
    }

    @Test
    void aVariableThatOnlyCronObeysIsSaidNotToBeTakenOver() {
        assertThat(user("MAILTO=ann@example.org\n@daily x"))
                .startsWith("# MAILTO=ann@example.org # not taken over: workerd logs shows what a job printed")
                .doesNotContain("env");
    }

    @Test
    void cronsTimeZoneIsThatOfTheSchedulesBelow() {
        assertThat(user("CRON_TZ=Europe/Berlin\n30 2 * * * x")).contains("timezone = \"Europe/Berlin\"\n");
    }

    @Test
    void whatIsNoShellOfOursGetsItsTextUnchanged() {
        assertThat(user("SHELL=/usr/bin/python3\n@daily print(1)"))
                .contains("args = [\"/usr/bin/python3\", \"-c\", \"print(1)\"]")
                .contains("[cron.print]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
                    date +\\%F >x        | date +%F >x         | NONE
                    mail ann%Hi,%%bye    | mail ann            | Hi,\\n\\nbye\\n
                    mail ann%50\\% off   | mail ann            | 50% off\\n
                    mail ann%one%        | mail ann            | one\\n
                    mail ann%            | mail ann            | NONE
                    sed 's/\\\\//'       | sed 's/\\\\//'      | NONE
                    echo a\\\\%b         | echo a\\\\          | b\\n
                    """)
    void aPercentSignEndsTheCommandUnlessEscaped(String line, String command, String input) {
        CommandText text = CommandText.of(line);
        assertThat(text.command()).isEqualTo(command);
        assertThat(text.input().orElse("NONE")).isEqualTo(input.replace("\\n", "\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            quoteCharacter = '^',
            textBlock =
                    """
                    /usr/local/bin/backup.sh --full → backup
                    cd / && run-parts --report /etc/cron.hourly → cron-hourly
                    test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; } → cron-daily
                    [ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean → sessionclean
                    if [ -x /usr/bin/mrtg ]; then env LANG=C /usr/bin/mrtg /etc/mrtg.cfg; fi → mrtg
                    cd /srv/app && /usr/bin/php artisan schedule:run >> /dev/null 2>&1 → artisan
                    /usr/bin/python3 -m venv → venv
                    nice -n 19 ionice -c 3 "$HOME/bin/index photos.pl" x → index
                    sudo -u www-data timeout 1h flock -n /tmp/lock /srv/feed.py → feed
                    PATH=/x:/y LANG=C rsync -a /a /b → rsync
                    $HOME/.local/bin/x → x
                    (cd /; true) → job
                    ~/bin/häuser → h-user
                    """)
    void idsAreNamedAfterWhatRuns(String command, String id) {
        assertThat(new JobIds().of(command)).isEqualTo(id);
    }

    @Test
    void idsAreGivenOnce() {
        JobIds ids = new JobIds();
        assertThat(List.of(ids.of("x"), ids.of("x-2"), ids.of("x"), ids.of("/bin/x a")))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyLineThatCannotBeIsNamed() {
        Crontab crontab = Crontab.read(
                """
                @reboot /usr/bin/start
                # fine
                0 0 * * *
                61 * * * * x
                0 0 30 2 * x
                nonsense
                1BAD=x
                CRON_TZ=Mars/Olympus
                @fortnightly x
                0~59 * * * * x
                @daily good
                """
                        .lines()
                        .toList(),
                false);
        assertThat(crontab.problems())
                .hasSize(9)
                .satisfiesExactly(
                        text -> assertThat(text).startsWith("line 1: @reboot is no time"),
                        text -> assertThat(text).isEqualTo("line 3: there is no command behind the time"),
                        text -> assertThat(text).startsWith("line 4: the minute must be 0 to 59"),
                        text -> assertThat(text).startsWith("line 5: no such day ever comes"),
                        text -> assertThat(text).startsWith("line 6: expected five fields and a command"),
                        text -> assertThat(text).startsWith("line 7: a variable is named with"),
                        text -> assertThat(text).isEqualTo("line 8: no time zone is named Mars/Olympus"),
                        text -> assertThat(text).startsWith("line 9: expected @hourly"),
                        text -> assertThat(text).startsWith("line 10: the minute is a number"));
    }

    @Test
    void aSystemCrontabNamesAUser() {
        List<String> lines =
                List.of("SHELL=/bin/sh", "17 * * * * root cd / && run-parts /etc/cron.hourly", "@daily ann x");
        Crontab crontab = Crontab.read(lines, true);
        assertThat(crontab.users()).containsExactlyInAnyOrder("root", "ann");
        assertThat(crontab.toml())
                .contains(
                        "# In the crontab, as the user root\n[cron.cron-hourly]",
                        "\"cd; cd / && run-parts /etc/cron.hourly\"");
        assertThat(Crontab.read(List.of("@daily root"), true).problems())
                .containsExactly(
                        "line 1: expected a user and a command behind the time, as in /etc/crontab, found \"root\"");
    }

    @Test
    void aSystemCrontabIsKnownByTheUsersOnAllItsLines() {
        Set<String> users = Set.of("root", "mail", "sync");
        assertThat(Crontab.looksLikeSystem(List.of("A=b", "# x", "@daily root x", "1 2 3 4 5 mail y"), users))
                .isTrue();
        assertThat(Crontab.looksLikeSystem(List.of("@daily root x", "@daily rsync a"), users))
                .isFalse();
        assertThat(Crontab.looksLikeSystem(List.of("@daily sync"), users)).isFalse();
        assertThat(Crontab.looksLikeSystem(List.of("# nothing"), users)).isFalse();
    }
}
