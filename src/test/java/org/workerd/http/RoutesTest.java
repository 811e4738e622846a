package org.workerd.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RoutesTest {
    @Test
    void theDocumentTellsOfEveryRouteAndOfNoOther() throws IOException {
        Set<String> routes = routes().stream()
                .map(route -> route.method() + " " + route.text())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented()).isEqualTo(routes);
    }

    @Test
    void theDocumentTellsOfEveryParameterAndOfNoOther() throws IOException {
        for (Route route : routes()) {
            Set<String> documented = parameters(route);
            if (route.text().startsWith("/api/")) {
                assertThat(route.parameters()).as(route.text()).contains(documented);
            } else {
                assertThat(documented).as(route.text()).isEmpty();
            }
        }
    }

    private static List<Route> routes() {
        Parts nothing = new Parts(() -> null, null, null, null, null, null, InstantSource.system());
        Room room = new Room(nothing);
        Live live = new Live(room);
        List<Route> routes = Api.routes(room, live, new Metrics(room, live, () -> 0));
        room.close();
        return routes;
    }

    private static Set<String> parameters(Route route) throws IOException {
        Map<?, ?> methods = (Map<?, ?>) paths().get(route.text());
        Map<?, ?> operation = (Map<?, ?>) methods.get(route.method().toLowerCase(Locale.ROOT));
        List<?> parameters = operation.get("parameters") instanceof List<?> some ? some : List.of();
        return parameters.stream()
                .map(one -> (Map<?, ?>) one)
                .filter(one -> "query".equals(one.get("in")))
                .map(one -> String.valueOf(one.get("name")))
                .collect(Collectors.toSet());
    }

    @Test
    void theManualTellsOfEveryRoute() throws IOException {
        String page = Files.readString(Path.of("src/main/man/workerd-http.7"));
        for (String route : documented()) {
            assertThat(page).contains("\n.B " + route.replace("/api/v1/", "/") + "\n");
        }
    }

    private static Set<String> documented() throws IOException {
        Set<String> found = new TreeSet<>();
        paths().forEach((path, methods) -> ((Map<?, ?>) methods)
                .keySet()
                .forEach(method -> found.add(method.toString().toUpperCase(Locale.ROOT) + " " + path)));
        return found;
    }

    private static Map<?, ?> paths() throws IOException {
        try (InputStream text = Api.class.getResourceAsStream("openapi.json")) {
            return (Map<?, ?>) JSON.std.mapFrom(text).get("paths");
        }
    }
}
