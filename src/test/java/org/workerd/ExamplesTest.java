package org.workerd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documentation shows of our Java interfaces compiles as it stands there. */
public class ExamplesTest {
    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\n(.*?)}</pre>", Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("(?m)^(?:public final )?class (\\w+)");
    private static final Path SOURCES = Path.of("src/main/java/org/workerd");

    @TempDir
    Path classes;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api/JobHandler",
                "api/JobContext",
                "api/JobResult",
                "api/JobHandlerTester",
                "api/TypedJobHandler",
                "client/JobQueue",
                "embedded/EmbeddedWorker",
                "job/NewJob"
            })
    void theJavadocOfAPublicTypeHoldsAnExampleThatCompiles(String type) throws IOException {
        Map<String, String> examples = examples(type);
        assertThat(examples).isNotEmpty();
        PluginJars.compile(examples, classes);
    }

    @Test
    void theReadmesHandlerCompiles() throws IOException {
        Matcher example =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("README.md")));
        int count = 0;
        while (example.find()) {
            count++;
            PluginJars.compile(named(example.group(1), count), classes);
        }
        assertThat(count).isPositive();
    }

    @Test
    void theLibrariesAreNamedWithTheVersionThatIsBuilt() throws IOException {
        Matcher version = Pattern.compile("<artifactId>workerd</artifactId>\\s*<version>(.*?)</version>")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        assertThat(Path.of("README.md"))
                .content()
                .contains(
                        "`org.workerd:workerd-client:" + version.group(1) + "`",
                        "`org.workerd:workerd-embedded:" + version.group(1) + "`",
                        "`org.workerd:workerd-api:" + version.group(1) + "`");
        for (String project : List.of("java", "java-embedded")) {
            assertThat(Path.of("deploy/examples", project, "pom.xml"))
                    .content()
                    .contains("<workerd.version>" + version.group(1) + "</workerd.version>");
        }
    }

    /** By the name of the class that each is, or of one around it. */
    public static Map<String, String> examples(String type) throws IOException {
        String source = Files.readString(SOURCES.resolve(type + ".java"));
        Matcher example = EXAMPLE.matcher(source.replaceAll("(?m)^ *\\* ?", ""));
        Map<String, String> examples = new TreeMap<>();
        while (example.find()) {
            examples.putAll(named(example.group(1), examples.size()));
        }
        return examples;
    }

    private static Map<String, String> named(String text, int number) {
        Matcher type = TYPE.matcher(text);
        return type.find()
                ? Map.of(type.group(1), text)
                : Map.of(
                        "Snippet" + number,
                        "import org.workerd.job.*; class Snippet" + number + " { void run() {" + text + "} }");
    }
}
