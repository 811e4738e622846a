package org.workerd.worker.handlers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workerd.worker.handlers.Handlers.Accepted;
import org.workerd.worker.handlers.Handlers.Refused;
import org.workerd.worker.handlers.Handlers.Vetting;

/** A handler that is a symbolic link runs when nobody else can change what it leads to. */
final class LinkTargetTest {
    private static final int STRANGER = 12345;

    @TempDir
    Path top;

    private Path directory;
    private Path link;
    private Path tools;
    private Path program;

    @BeforeEach
    void makeAProgram() throws IOException {
        directory = makeDirectory("etc/handlers");
        link = directory.resolve("multi");
        tools = makeDirectory("opt/tools");
        program = Files.writeString(tools.resolve("program"), "#!/bin/sh\n");
        allow(program, "rwxr-xr-x");
    }

    private Path makeDirectory(String name) throws IOException {
        Path made = top;
        for (Path part : Path.of(name)) {
            made = made.resolve(part);
            if (Files.notExists(made)) {
                Files.createDirectory(made);
                allow(made, "rwxr-xr-x");
            }
        }
        return made;
    }

    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static void give(Path path) throws IOException {
        assumeTrue(OwnUser.id() == 0, "needs root");
        Files.setAttribute(path, "unix:uid", STRANGER, LinkOption.NOFOLLOW_LINKS);
    }

    private Path linkTo(Path target) throws IOException {
        return Files.createSymbolicLink(link, target);
    }

    private Vetting vet() {
        return vetIn(directory);
    }

    private static Vetting vetIn(Path directory) {
        return new Handlers(directory, OwnUser.id(), JavaHandlers.NONE).vet("multi");
    }

    private void assertAccepted() {
        assertThat(vet()).isEqualTo(new Accepted(link));
    }

    private void assertRefused(String reason) {
        assertThat(vet()).isEqualTo(new Refused(reason));
    }

    @Test
    void itRunsByItsOwnName() throws IOException {
        linkTo(program);
        assertAccepted();
    }

    @Test
    void itMayBeRelativeAndLeadThroughOthers() throws IOException {
        Path current = Files.createSymbolicLink(top.resolve("opt/current"), Path.of("./tools"));
        Files.createSymbolicLink(tools.resolve("other"), Path.of("program"));
        linkTo(Path.of("../../opt/current/../tools/other"));
        assertAccepted();
        Files.delete(current);
        assertRefused("it is a symbolic link to nothing: there is no " + current);
    }

    @Test
    void itsTargetMayBeWrittenByNobodyElse() throws IOException {
        linkTo(program);
        allow(program, "rwxrwxr-x");
        assertRefused("its target " + program + " is writable by its group or by others: chmod go-w " + program);
    }

    @Test
    void itsTargetMayNotBeAStrangers() throws IOException {
        linkTo(program);
        give(program);
        assertRefused("its target " + program + " is owned by user " + STRANGER + ", not by root or user 0: chown 0 "
                + program);
    }

    @Test
    void itsTargetMustBeAFileThatIsExecutable() throws IOException {
        linkTo(program);
        allow(program, "rw-r--r--");
        assertRefused("its target " + program + " is not executable: chmod +x " + program);
        Files.delete(link);
        linkTo(tools);
        assertRefused("its target " + tools + " is not a regular file");
        Files.delete(link);
        linkTo(program.resolve("below"));
        assertRefused("it is a symbolic link to nothing: " + program + " is not a directory");
    }

    @Test
    void eachDirectoryOnTheWayMayBeWrittenByNobodyElse() throws IOException {
        linkTo(program);
        for (Path way : new Path[] {tools, tools.resolveSibling("")}) {
            allow(way, "rwxr-xrwx");
            assertRefused("the directory " + way + " on the way to its target is writable by its group or by others:"
                    + " chmod go-w " + way);
            allow(way, "rwxr-xr-x");
        }
        assertAccepted();
    }

    @Test
    void noDirectoryOnTheWayMayBeAStrangers() throws IOException {
        linkTo(program);
        give(tools);
        assertRefused("the directory " + tools + " on the way to its target is owned by user " + STRANGER
                + ", not by root or user 0: chown 0 " + tools);
    }

    @Test
    void theDirectoryOfEachLinkOfAChainCountsThoughItIsNotAboveTheTarget() throws IOException {
        Path between = makeDirectory("between");
        Path second = Files.createSymbolicLink(between.resolve("second"), program);
        linkTo(second);
        assertAccepted();
        allow(between, "rwxrwxr-x");
        assertRefused("the directory " + between + " on the way to its target is writable by its group or by others:"
                + " chmod go-w " + between);
    }

    @Test
    void aLinkOfTheChainMayNotBeAStrangers() throws IOException {
        Path second = Files.createSymbolicLink(makeDirectory("between").resolve("second"), program);
        linkTo(second);
        give(second);
        assertRefused("the symbolic link " + second + " is owned by user " + STRANGER
                + ", not by root or user 0: chown -h 0 " + second);
    }

    @Test
    void aStickyDirectoryIsNoWayToATarget() throws IOException {
        Path sticky = makeDirectory("sticky");
        Files.move(tools, sticky.resolve("tools"));
        Files.setAttribute(sticky, "unix:mode", 01777);
        linkTo(sticky.resolve("tools/program"));
        assertRefused("others may put files into " + sticky + ", which is on the way to its target: move that to a"
                + " directory where only root or user 0 may write");
    }

    @Test
    void belowAStickyDirectoryALinkMayLeadToADirectoryBesideTheHandlersButToNoFileOrLinkThere() throws IOException {
        Path sticky = makeDirectory("sticky");
        Files.move(tools, sticky.resolve("tools"));
        Files.createSymbolicLink(sticky.resolve("link"), Path.of("tools"));
        directory = makeDirectory("sticky/handlers");
        Files.copy(sticky.resolve("tools/program"), sticky.resolve("program"));
        Files.setAttribute(sticky, "unix:mode", 01777);
        link = directory.resolve("multi");
        linkTo(sticky.resolve("tools/program"));
        assertAccepted();
        for (String target : new String[] {"../program", "../link/program"}) {
            Files.delete(link);
            linkTo(Path.of(target));
            assertThat(vet()).isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.reason())
                    .startsWith("others may put files into " + sticky));
        }
    }

    @Test
    void aCircleOfLinksIsRefused() throws IOException {
        linkTo(link);
        assertRefused("it leads through more than 40 symbolic links: link to the file itself");
    }

    @Test
    void aDirectoryOfHandlersThatIsALinkItselfHasLinksToo() throws IOException {
        linkTo(Path.of("../../opt/tools/program"));
        Path other = Files.createSymbolicLink(top.resolve("handlers"), directory);
        assertThat(vetIn(other)).isEqualTo(new Accepted(other.resolve("multi")));
    }
}
