package org.workerd.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RoutesTest {
    @Test
    void theDocumentTellsOfEveryRouteAndOfNoOther() throws IOException {
        Parts nothing = new Parts(() -> null, null, null, null, null, null, InstantSource.system());
        Room room = new Room(nothing);
        Live live = new Live(room);
        Set<String> routes = Api.routes(room, live, new Metrics(room, live, () -> 0)).stream()
                .map(route -> route.method() + " " + route.text())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented()).isEqualTo(routes);
        room.close();
    }

    @Test
    void theManualTellsOfEveryRoute() throws IOException {
        String page = Files.readString(Path.of("src/main/man/workerd-http.7"));
        for (String route : documented()) {
            assertThat(page).contains("\n.B " + route.replace("/api/v1/", "/") + "\n");
        }
    }

    private static Set<String> documented() throws IOException {
        try (InputStream text = Api.class.getResourceAsStream("openapi.json")) {
            Set<String> found = new TreeSet<>();
            Map<?, ?> paths = (Map<?, ?>) JSON.std.mapFrom(text).get("paths");
            paths.forEach((path, methods) -> ((Map<?, ?>) methods)
                    .keySet()
                    .forEach(method -> found.add(method.toString().toUpperCase(Locale.ROOT) + " " + path)));
            return found;
        }
    }
}
