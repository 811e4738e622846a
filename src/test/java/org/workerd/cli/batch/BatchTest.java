package org.workerd.cli.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.workerd.cli.Cli;
import org.workerd.job.NewJob;
import org.workerd.ops.BatchLine;
import org.workerd.ops.Json;
import org.workerd.store.JobView;

/** All lines or none, each with its own jobs and its own mistakes. */
final class BatchTest {
    @TempDir
    Path directory;

    private Cli cli;

    @BeforeEach
    void install() throws IOException {
        cli = new Cli(directory);
    }

    private Cli.Said batch(String text) throws IOException {
        return cli.run(
                "enqueue",
                "--batch",
                Files.writeString(directory.resolve("jobs.jsonl"), text).toString());
    }

    private String place() {
        return "workerd: " + directory.resolve("jobs.jsonl") + ":";
    }

    @Test
    void everyKeyReachesTheJob() throws IOException {
        Cli.Said said = batch(
                """
                \uFEFF{"name":"mail"}

                {"name":"mail","args":["a","", "é\\u0001"],"payload":"text","queue":"q","priority":-7,"delay":"90s",\
                "key":"k","max_attempts":3,"timeout":"5m","after":[1],\
                "tags":["red","größe"]}\r
                {"name":"mail","at":"2026-12-24T18:00:00+01:00","payload":{"big": 1e400, "w":[1.50, null]},"key":null}
                {"name":"mail","payload":12345678901234567890.10}
                {"name":"mail","payload":true}""");
        assertThat(said).isEqualTo(new Cli.Said(0, "1\n2\n3\n4\n5\n", ""));
        JobView job = cli.job(2);
        assertThat(job.args()).containsExactly("a", "", "é\u0001");
        assertThat(job.payload()).isEqualTo("text");
        assertThat(job.queue()).isEqualTo("q");
        assertThat(job.priority()).isEqualTo(-7);
        assertThat(job.runAt()).isEqualTo(Cli.NOW.plusSeconds(90));
        assertThat(job.key()).isEqualTo("k");
        assertThat(job.maxAttempts()).isEqualTo(3);
        assertThat(job.timeoutMillis()).isEqualTo(300_000);
        assertThat(job.after()).containsExactly(1L);
        assertThat(job.tags()).containsExactly("red", "größe");
        assertThat(cli.job(3).payload()).isEqualTo("{\"big\": 1e400, \"w\":[1.50, null]}");
        assertThat(cli.job(3).runAt()).isEqualTo("2026-12-24T17:00:00Z");
        assertThat(cli.job(3).key()).isNull();
        assertThat(cli.job(4).payload()).isEqualTo("12345678901234567890.10");
        assertThat(cli.job(5).payload()).isEqualTo("true");
    }

    @Test
    void stdinIsABatchToo() {
        assertThat(cli.withInput("{\"name\":\"mail\"}\n{\"name\":\"resize\"}\n").run("enqueue", "--batch", "-"))
                .isEqualTo(new Cli.Said(0, "1\n2\n", ""));
        assertThat(cli.withInput("{\"name\":\"mail\"}\n[]\n").run("enqueue", "--batch", "-"))
                .isEqualTo(new Cli.Said(
                        2, "", "workerd: -:2: expected a JSON object, found an array\n  Nothing was stored.\n"));
        assertThat(cli.jobs()).hasSize(2);
    }

    @Test
    void anEmptyBatchIsDone() throws IOException {
        assertThat(batch("\n  \n")).isEqualTo(new Cli.Said(0, "", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {                                    | not JSON: the line ends too early: a string, an array or an object is not closed
                    {"name":"mail"} x                    | not JSON: column 17: expected JSON like {"name":"hello"}, found something else
                    {"name":"mail"} {}                   | expected one JSON object per line, found more after it: an object
                    {"name":"mail","name":"mail"}        | not JSON: duplicate key "name"
                    {'name':"mail"}                      | not JSON: column 2: keys and strings must be in double quotes
                    {"name":'mail'}                      | not JSON: column 9: keys and strings must be in double quotes
                    {"name":"mail",}                     | not JSON: column 16: expected JSON like
                    {"name" "mail"}                      | not JSON: column 9: expected JSON like
                    {"name":"a\tb"}                      | not JSON: column 11: a control character in a string must be
                    {"name":"a\\q"}                      | not JSON: column 12: a backslash in a string must be written
                    {name:"mail"}                        | not JSON: column 2: expected JSON like
                    {"name":"mail","priority":NaN}       | not JSON: column
                    {"name":"mail","priority":007}       | not JSON: column
                    "mail"                               | expected a JSON object, found a string
                    {}                                   | "name" is missing
                    {"name":null}                        | "name" is missing
                    {"name":7}                           | "name": expected a string, found a number
                    {"name":"mail","args":["z\\ud800"]}   | an argument is not Unicode: it holds half a character, \\ud800
                    {"name":"mail","payload":"\\udc00z"} | the payload is not Unicode: it holds half a character, \\udc00
                    {"name":"mail","key":"\\ud800\\ud800"} | the key is not Unicode: it holds half a character, \\ud800
                    {"name":"a/b"}                       | the job's name must be 1 to 128
                    {"name":"mail","quue":"a"}           | unknown key "quue"; Did you mean queue?
                    {"name":"mail","Name":"a"}           | unknown key "Name"; Did you mean name?
                    {"name":"mail","args":"a"}           | "args": expected an array of strings, found a string
                    {"name":"mail","args":[1]}           | "args": expected an array of strings, found a number
                    {"name":"mail","priority":"1"}       | "priority": expected a whole number, found a string
                    {"name":"mail","priority":1.5}       | "priority": expected a whole number, found a number with a fraction
                    {"name":"mail","priority":3000000000} | "priority": the number is too large
                    {"name":"mail","priority":101}       | the priority must be -100 to 100, was 101
                    {"name":"mail","delay":5}            | "delay": expected a duration like "30s", found a number
                    {"name":"mail","delay":"5"}          | "delay": expected a duration like 500ms
                    {"name":"mail","at":"now"}           | "at": expected a time like
                    {"name":"mail","at":"2026-01-01T00:00:00Z","delay":"1s"} | "delay" and "at" cannot be used together
                    {"name":"mail","after":[99]}         | after must be a JSON array of the ids of jobs that exist
                    {"name":"mail","after":["1"]}        | "after": expected an array of ids, found a string
                    {"name":"mail","after":[0]}          | the ids to wait for must be positive
                    {"name":"mial"}                      | no handler is named "mial"
                    """)
    void aWrongLineIsNamedAndNothingIsStored(String line, String message) throws IOException {
        Cli.Said said = batch("{\"name\":\"mail\"}\n\n" + line + "\n{\"name\":\"mail\"}\n");
        assertThat(said.status()).isEqualTo(2);
        assertThat(said.out()).isEmpty();
        assertThat(said.err())
                .startsWith(place() + "3: " + message)
                .endsWith("Nothing was stored.\n")
                .doesNotContain("Exception", "Feature", "Source", "token", "Unexpected");
        assertThat(cli.jobs()).isEmpty();
    }

    /** However far ahead the lines are read: the queue's objection to one comes before the reader's to the next. */
    @ParameterizedTest
    @ValueSource(ints = {0, 199, 200, 1000})
    void theFirstWrongLineIsNamedWhereverItIs(int before) throws IOException {
        Cli.Said said = batch("{\"name\":\"mail\"}\n".repeat(before)
                + "{\"name\":\"mail\",\"after\":[9999]}\n{\"name\":\n"
                + "{\"name\":\"mail\"}\n".repeat(1000));
        assertThat(said.err()).startsWith(place() + (before + 1) + ": after must be a JSON array of the ids");
        assertThat(cli.jobs()).isEmpty();
    }

    @Test
    void anUnknownHandlerIsStoredByForce() throws IOException {
        Path file = Files.writeString(directory.resolve("jobs.jsonl"), "{\"name\":\"mial\"}");
        assertThat(cli.run("enqueue", "--force", "--batch", file.toString()).out())
                .isEqualTo("1\n");
    }

    @Test
    void aLineThatIsNotTextIsNamed() throws IOException {
        Path file = directory.resolve("jobs.jsonl");
        Files.write(file, "{\"name\":\"mail\"}\n".getBytes(UTF_8));
        Files.write(file, new byte[] {'{', (byte) 0xff, '}'}, StandardOpenOption.APPEND);
        Cli.Said said = cli.run("enqueue", "--batch", file.toString());
        assertThat(said.err()).startsWith(place() + "2: the line is not UTF-8 text");
        assertThat(cli.jobs()).isEmpty();
    }

    @Test
    void aLineBeyondFourMebibytesIsNamed() throws IOException {
        assertThat(batch("{\"name\":\"mail\"}\n" + " ".repeat((4 << 20) + 1)).err())
                .startsWith(place() + "2: the line is longer than 4 MiB");
        assertThat(batch("{\"name\":\"mail\"}" + " ".repeat((4 << 20) - 15)).out())
                .isEqualTo("1\n");
    }

    @Test
    void aRepeatedKeyGivesTheFirstId() throws IOException {
        Path file = Files.writeString(directory.resolve("jobs.jsonl"), "{\"name\":\"mail\",\"key\":\"k\"}\n".repeat(2));
        assertThat(cli.run("enqueue", "--json", "--batch", file.toString()).out())
                .isEqualTo("{\"jobs\":[{\"id\":1,\"stored\":true},{\"id\":1,\"stored\":false}]}\n");
    }

    @Test
    void aLargeBatchIsOneTransactionAndSaysHowFarItIsToPeopleOnly() throws IOException {
        String text = IntStream.range(0, 20_000)
                .mapToObj(i -> "{\"name\":\"mail\",\"args\":[\"" + i + "\"]}\n")
                .collect(Collectors.joining());
        Cli.Said quiet = batch(text);
        assertThat(quiet.err()).isEmpty();
        assertThat(quiet.out().lines()).hasSize(20_000).startsWith("1", "2").endsWith("20000");
        cli.onTerminal(80);
        assertThat(batch(text).err()).contains("5000 jobs …").endsWith("\r\033[K");
    }

    /** Whatever a line holds: it is stored whole or refused with a sentence, and never half of a batch. */
    @Test
    void noTextBreaksIt() throws IOException {
        Random random = new Random(20261123);
        String valid = "{\"name\":\"mail\",\"args\":[\"a\",\"b\"],\"payload\":{\"x\":[1,2.5e3,\"y\"]},\"queue\":\"q\","
                + "\"priority\":5,\"delay\":\"5s\",\"key\":\"k\",\"max_attempts\":2,\"timeout\":\"1m\",\"after\":[]}";
        String alphabet = "{}[]\",:\\ 0159.-+eEtfnu\n\r\u0000éamil";
        int refused = 0;
        for (int round = 0; round < 3_000; round++) {
            StringBuilder text = new StringBuilder(valid);
            for (int edits = random.nextInt(4); edits >= 0; edits--) {
                int at = random.nextInt(text.length());
                int to = Math.min(text.length(), at + random.nextInt(3));
                int letter = random.nextInt(alphabet.length());
                text.replace(at, to, random.nextBoolean() ? alphabet.substring(letter, letter + 1) : "");
            }
            try {
                NewJob job = BatchLine.parse(text.toString(), Cli.NOW);
                assertThat(job.name()).isNotEmpty();
                assertThat(job.payload() == null || !job.payload().isEmpty() || text.indexOf("\"\"") >= 0)
                        .isTrue();
            } catch (IllegalArgumentException sentence) {
                refused++;
                assertThat(sentence.getMessage()).isNotBlank().doesNotContain("Exception");
            }
            if (round % 100 == 0) {
                Cli.Said said = batch("{\"name\":\"mail\"}\n" + text + "\nnot JSON\n");
                assertThat(said.status()).isEqualTo(2);
                assertThat(cli.jobs()).isEmpty();
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    @Test
    void aPayloadKeepsItsTextWhateverStandsAroundIt() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            String payload = value(random, 3);
            String space = " ".repeat(random.nextInt(3));
            String line = "{" + space + "\"payload\"" + space + ":" + space + payload + space + ",\"name\":\"mail\"}";
            NewJob job = BatchLine.parse(line, Cli.NOW);
            assertThat(job.payload()).isEqualTo(payload);
            assertThat(Json.isJson(payload)).isTrue();
        }
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> "" + random.nextInt(-1000, 1000);
            case 1 -> random.nextInt(1000) + ".50e" + random.nextInt(400);
            case 2 -> "true";
            case 3 -> "{}";
            case 4 -> "[" + value(random, depth - 1) + ", " + value(random, depth - 1) + "]";
            default -> "{\"é😀\\\"\": " + value(random, depth - 1) + "}";
        };
    }

    @Test
    void theIdsComeAfterTheCommit() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream() {
            @Override
            public synchronized void write(byte[] bytes, int from, int length) {
                assertThat(cli.jobs()).hasSize(1);
                super.write(bytes, from, length);
            }
        };
        Path file = Files.writeString(directory.resolve("jobs.jsonl"), "{\"name\":\"mail\",\"delay\":\"1s\"}");
        assertThat(cli.run(out, "enqueue", "--batch", file.toString()).out()).isEqualTo("1\n");
        assertThat(cli.job(1).runAt()).isEqualTo(Cli.NOW.plus(Duration.ofSeconds(1)));
    }
}
