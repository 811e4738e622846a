package org.workerd.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JSON of our columns is read as a JSON library reads it. */
class JsonReaderTest {
    private final Random random = new Random(3);

    @Test
    void arraysAreReadAsALibraryReadsThem() throws IOException {
        for (int i = 0; i < 2000; i++) {
            List<Object> values = new ArrayList<>();
            random.ints(random.nextInt(4)).forEach(any -> values.add(value()));
            String json = JSON.std.asString(values);
            assertThat(JsonReader.array(json)).as(json).isEqualTo(values);
        }
    }

    @Test
    void objectsAreReadAsALibraryReadsThem() throws IOException {
        for (int i = 0; i < 2000; i++) {
            Map<String, Object> fields = new HashMap<>();
            random.ints(random.nextInt(4)).forEach(any -> fields.put(text(), value()));
            String json = JSON.std.asString(fields);
            assertThat(JsonReader.object(json)).as(json).isEqualTo(fields);
        }
    }

    private Object value() {
        return random.nextInt(5) == 0 ? random.nextLong() : text();
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        random.ints(random.nextInt(5), 0, 6)
                .forEach(kind -> text.append(
                        List.of("a", "\"", "\\", "☃", "\n\t\u0001", "😀").get(kind)));
        return text.toString();
    }

    @Test
    void spaceAndEveryEscapeAreRead() {
        assertThat(JsonReader.array(" [ \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\" ,\n-7\t, null ] "))
                .isEqualTo(Arrays.asList("\"\\/\b\f\n\r\té", -7L, null));
        assertThat(JsonReader.array("[ ]")).isEmpty();
        assertThat(JsonReader.object("{ }")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[",
                "[1",
                "[1,",
                "[1,]",
                "[,1]",
                "[1 2]",
                "[] x",
                "[\"",
                "[\"a]",
                "[\"\\x\"]",
                "[\"\\u12\"]",
                "[true]",
                "[1.5]",
                "[[1]]",
                "[-]",
                "null",
                "{}",
                "\"a\""
            })
    void whatIsNoSuchArrayIsRefused(String json) {
        assertThatThrownBy(() -> JsonReader.array(json)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{1:2}", "{\"a\":1,}", "[]"})
    void whatIsNoSuchObjectIsRefused(String json) {
        assertThatThrownBy(() -> JsonReader.object(json)).isInstanceOf(IllegalArgumentException.class);
    }
}
