package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is deployed beside the program, read by the programs that it is for. */
class DeployTest {
    @TempDir
    Path directory;

    @Test
    void shellcheckFindsNothingInTheScripts() throws Exception {
        List<String> scripts = new ArrayList<>(List.of("-x"));
        for (String place : List.of("deploy", "src/test/sh", ".ci")) {
            try (Stream<Path> files = Files.walk(Path.of(place))) {
                files.filter(Files::isRegularFile)
                        .filter(DeployTest::isScript)
                        .forEach(script -> scripts.add(script.toString()));
            }
        }
        assertThat(scripts).hasSizeGreaterThan(8);
        assertThat(Tool.run("shellcheck", scripts.toArray(String[]::new)).output())
                .isEmpty();
    }

    /** By what the scripts define, with a workerd whose Java cannot. */
    @ParameterizedTest
    @ValueSource(strings = {"deploy/debian/postinst", "deploy/install.sh"})
    void anArchiveThatCannotBeMadeIsSaidInOneLineWithTheRemedyAndStopsNothing(String script) throws Exception {
        Path program = Files.writeString(
                directory.resolve("workerd"), "#!/bin/sh\necho no luck >&2\necho and more >&2\nexit 1\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        String text = Files.readString(Path.of(script));
        String functions = Stream.of("nl='", "say()", "make_archive()")
                .map(name -> Pattern.compile("(?ms)^" + Pattern.quote(name) + ".*?(\n}|}|')$")
                        .matcher(text)
                        .results()
                        .map(MatchResult::group)
                        .findFirst()
                        .orElse(""))
                .collect(Collectors.joining("\n"));
        String run = "set -eu\nPATH=" + directory + ":$PATH bin=" + program + " home=" + directory + "\n" + functions
                + "\nmake_archive\necho goes on\n";
        assertThat(Tool.run("sh", "-c", run).output().lines())
                .hasSize(2)
                .anyMatch(line -> line.contains("commands start slowly until you run: ")
                        && line.endsWith("workerd archive (no luck)"))
                .anyMatch("goes on"::equals);
    }

    @Test
    void systemdUnderstandsEachLineOfTheUnitAndOfTheStricterPart() throws Exception {
        String unit = Files.readString(Path.of("deploy/systemd/workerd.service"));
        String strict = Files.readString(Path.of("deploy/systemd/strict.conf"));
        assertThat(verified(unit)).isEqualTo(new Tool.Answer(0, ""));
        assertThat(verified(unit + strict)).isEqualTo(new Tool.Answer(0, ""));
        assertThat(verified(unit + "[Service]\nNonsense=1\n").output()).contains("Nonsense");
    }

    /** The program is not installed here, nor is its manual. */
    private Tool.Answer verified(String unit) throws Exception {
        Path file = directory.resolve("workerd.service");
        Files.writeString(file, unit.replace("/usr/bin/workerd", "/bin/sh"));
        return Tool.run("systemd-analyze", "verify", "--man=no", file.toString());
    }

    @Test
    void theUnitAndTheInitScriptNameTheSameProgramUserAndFiles() throws IOException {
        String unit = Files.readString(Path.of("deploy/systemd/workerd.service"));
        String script = Files.readString(Path.of("init.d/workerd"));
        assertThat(unit).contains("User=workerd", "/usr/bin/workerd --config /etc/workerd/workerd.toml run");
        assertThat(script)
                .contains("WORKERD_USER=workerd", "WORKERD_BIN=/usr/bin/workerd")
                .contains("WORKERD_CONFIG=/etc/workerd/workerd.toml");
    }

    /** No engine is here to build it, and Debian has no linter for it. */
    @Test
    void theContainerIsMadeOfInstructionsFilesAndCommandsThatExist() throws Exception {
        List<String> lines = Files.readString(Path.of("deploy/Containerfile"))
                .replaceAll("(?m)^#.*\n", "")
                .replace("\\\n", " ")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        assertThat(lines)
                .allMatch(line -> line.matches("(FROM|RUN|WORKDIR|COPY|USER|VOLUME) \\S.*")
                        || line.matches("(ENTRYPOINT|CMD|HEALTHCHECK .*CMD) \\[(\"[^\"]+\"(, )?)+]"));
        for (String line : lines) {
            if (line.startsWith("RUN ")) {
                Path command = Files.writeString(directory.resolve("run"), line.substring(4) + "\n");
                assertThat(Tool.run("shellcheck", "-s", "sh", command.toString()))
                        .isEqualTo(new Tool.Answer(0, ""));
            } else if (line.startsWith("COPY ") && !line.startsWith("COPY --from")) {
                assertThat(Path.of(line.split(" ", -1)[1])).exists();
            }
        }
        assertThat(lines).filteredOn(line -> line.startsWith("RUN ")).hasSize(4);
    }

    private static boolean isScript(Path file) {
        try {
            String text = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
            return text.startsWith("#!/bin/sh")
                    || text.startsWith("#!/bin/bash")
                    || text.startsWith("#!/usr/bin/env bash");
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
