package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What members of the queue's group, or other users, could put in the daemon's way, and cannot. */
class TrustIT extends DaemonTest {
    private static final int NOBODY = 65534;
    /** Without an entry in passwd. */
    private static final int STRANGER = 54321;

    private List<String> as(int user, List<String> line) {
        List<String> whole =
                new ArrayList<>(List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "--"));
        whole.addAll(line);
        return whole;
    }

    /** The whole installation is this user's, and its daemon runs. */
    private void startAs(int user) throws Exception {
        needsRoot();
        needs("setpriv");
        for (Path place : List.of(at.queue.getParent(), at.pidfile.getParent(), at.log.getParent(), at.top)) {
            Files.createDirectories(place);
            Files.setAttribute(place, "unix:uid", user);
        }
        Shell.Done started = at.shell.run(as(user, at.line("start")));
        assertThat(started.code()).as(started.err() + at.logText()).isZero();
    }

    private String resultOf(String script) {
        at.handler("tell", script);
        long id = jobs().enqueue("tell");
        jobs().awaitState(id, "done");
        return jobs().column(id, "result").strip();
    }

    private static String modeOf(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void aHandlersHomeIsOnlyTheDaemonsUsersWhenHisOwnIsNotThere() throws Exception {
        startAs(NOBODY);
        assertThat(resultOf("echo \"$HOME $USER\" >\"$WORKERD_RESULT\""))
                .isEqualTo(at.queue.resolveSibling("home") + " nobody");
        assertThat(modeOf(at.queue.resolveSibling("home"))).isEqualTo("rwx------");
    }

    @Test
    void anotherUsersDaemonFollowsALinkToWhatIsRootsAndToNothingOfAThirdUser() throws Exception {
        Files.createSymbolicLink(at.handlers.resolve("roots"), Path.of("/usr/bin/touch"));
        Path theirs = Installation.program(
                Files.createDirectory(at.top.resolve("theirs")).resolve("program"), "#!/bin/sh\n");
        Files.setAttribute(theirs, "unix:uid", STRANGER);
        Files.createSymbolicLink(at.handlers.resolve("strangers"), theirs);
        startAs(NOBODY);
        long refused = jobs().enqueue("strangers");
        jobs().awaitState(jobs().insert("name", "roots", "args", "[\"file\"]"), "done");
        at.awaitLog("its target " + theirs + " is owned by user " + STRANGER);
        assertThat(jobs().state(refused)).isEqualTo("ready");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwx------", "rwxrwx---", "none"})
    void aUserWithoutAnEntryInPasswdHasTheHomeThatItWasGivenIfNobodyElseMayWriteThere(String mode) throws Exception {
        needsRoot();
        Path home = Files.createDirectory(at.top.resolve("given"));
        Files.setAttribute(home, "unix:uid", STRANGER);
        if (mode.equals("none")) {
            at.shell.environment.remove("HOME");
        } else {
            Installation.allow(home, mode);
            at.shell.environment.put("HOME", home.toString());
        }
        startAs(STRANGER);
        String expected =
                switch (mode) {
                    case "none" -> "/";
                    case "rwx------" -> home.toString();
                    default -> at.queue.resolveSibling("home").toString();
                };
        assertThat(resultOf("echo \"$HOME $USER\" >\"$WORKERD_RESULT\"")).isEqualTo(expected + " " + STRANGER);
    }

    @Test
    void anotherUserCanNeitherOpenALedgerNorReachTheScratchDirectories() throws Exception {
        startAs(NOBODY);
        assertThat(modeOf(at.queue.resolveSibling("daemons/1.lock"))).isEqualTo("rw-------");
        assertThat(modeOf(at.queue.resolveSibling("daemons"))).isEqualTo("rwxr-x---");
        assertThat(modeOf(at.queue.resolveSibling("scratch"))).isEqualTo("rwx------");
        assertThat(modeOf(at.queue.resolveSibling("output"))).isEqualTo("rwxr-x---");
    }

    @ParameterizedTest
    @ValueSource(strings = {"scratch", "output", "daemons", "home"})
    void aDirectoryThatAnotherUserHasMadeBeforeIsRefused(String name) throws Exception {
        needsRoot();
        Path planted = at.queue.resolveSibling(name);
        Files.createDirectories(planted);
        Files.setAttribute(planted, "unix:uid", NOBODY);
        Shell.Done refused = at.workerd("start");
        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.err())
                .contains(planted + " is owned by user " + NOBODY)
                .contains("move it away");
        expectErrors();
    }

    @ParameterizedTest
    @ValueSource(strings = {"scratch", "output", "daemons", "home"})
    void aLinkInTheirPlaceIsRefused(String name) throws Exception {
        Path elsewhere = Files.createDirectory(at.top.resolve("elsewhere"));
        Path planted = at.queue.resolveSibling(name);
        Files.createDirectories(planted.getParent());
        Files.createSymbolicLink(planted, elsewhere);
        Shell.Done refused = at.workerd("start");
        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.err()).contains(planted + " is not a directory");
        expectErrors();
    }

    @Test
    void theDaemonTakesBackWhatOthersMayWriteOfItsOwn() throws Exception {
        Path scratch = at.queue.resolveSibling("scratch");
        Files.createDirectories(scratch);
        Installation.allow(scratch, "rwxrwxrwx");
        at.start();
        assertThat(modeOf(scratch)).isEqualTo("rwx------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mkfifo \"$1\"", "ln -s /dev/zero \"$1\"", "mkdir \"$1\""})
    void whatStandsInThePlaceOfTheWordOfJavaHandlersStopsNobody(String make) {
        at.set("handlers.plugins", "\"plugins\"").configure();
        at.handler("fine", "exit 0");
        jobs();
        Shell.Done made = at.shell.run("sh", "-c", make, "sh", at.queue + ".java-handlers");
        assertThat(made.code()).isZero();
        Shell.Done stored = at.shell.run(
                "timeout",
                "30",
                at.line("enqueue", "fine").get(0),
                "--config",
                at.config.toString(),
                "enqueue",
                "fine");
        assertThat(stored.code()).as(stored.err()).isZero();
    }

    @Test
    void whatADaemonThatNobodyKnowsLeftIsToldByDoctorAndRemovedByTheNext() throws Exception {
        at.start();
        at.stop();
        Path scratch = at.queue.resolveSibling("scratch/1/0/work");
        Files.createDirectories(scratch);
        Installation.write(scratch.resolve("gigabytes"), "x");
        Installation.write(at.queue.resolveSibling("daemons/1.lock"), "");
        assertThat(at.workerd("doctor").out()).contains("left files in").contains(": 1");
        at.start();
        until(
                "they are gone",
                Duration.ofSeconds(20),
                () -> !Files.exists(at.queue.resolveSibling("scratch/1"))
                        && !Files.exists(at.queue.resolveSibling("daemons/1.lock")));
        assertThat(at.queue.resolveSibling("daemons/2.lock")).exists();
    }
}
