package org.workerd.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How HTTP is spoken, where it is. Immutable.
 *
 * @param listen at least one
 * @param hosts names, each perhaps with a port
 * @param basePath empty, or with a slash in front and none behind
 */
public record HttpSettings(
        List<Listen> listen,
        Optional<Path> tokenFile,
        Optional<Path> readTokenFile,
        List<String> hosts,
        String basePath,
        boolean readOnly,
        boolean behindProxy,
        boolean openMetrics) {
    public HttpSettings {
        listen = List.copyOf(listen);
        hosts = List.copyOf(hosts);
    }

    /** What only the settings together tell; empty: it is off. */
    static Optional<HttpSettings> of(Findings found) {
        List<Listen> listen = found.value(SettingTable.HTTP_LISTEN);
        return listen.isEmpty()
                ? Optional.empty()
                : Optional.of(new HttpSettings(
                        listen,
                        found.value(SettingTable.HTTP_TOKEN_FILE),
                        found.value(SettingTable.HTTP_READ_TOKEN_FILE),
                        found.value(SettingTable.HTTP_HOSTS),
                        found.value(SettingTable.HTTP_BASE_PATH).replaceFirst("/$", ""),
                        found.value(SettingTable.HTTP_READ_ONLY),
                        found.value(SettingTable.HTTP_BEHIND_PROXY),
                        found.value(SettingTable.HTTP_OPEN_METRICS)));
    }

    /** Adds what is wrong with them as they are together. */
    static void check(Findings found) {
        List<Listen.Tcp> addresses = found.value(SettingTable.HTTP_LISTEN).stream()
                .filter(Listen.Tcp.class::isInstance)
                .map(Listen.Tcp.class::cast)
                .toList();
        boolean behindProxy = found.value(SettingTable.HTTP_BEHIND_PROXY);
        addresses.stream()
                .filter(address -> !address.isLoopback() && !behindProxy)
                .forEach(address -> found.addAt(
                        SettingTable.HTTP_LISTEN,
                        address.text() + " is not a loopback address: the token would cross the network"
                                + " unencrypted. If a proxy with TLS is in front, set http.behind_proxy = true"));
        if (!addresses.isEmpty() && found.value(SettingTable.HTTP_TOKEN_FILE).isEmpty()) {
            found.addAt(SettingTable.HTTP_LISTEN, "over TCP nobody gets in without a token: set http.token_file");
        }
        if (behindProxy && found.value(SettingTable.HTTP_HOSTS).isEmpty()) {
            found.addAt(
                    SettingTable.HTTP_BEHIND_PROXY,
                    "set the host names that the proxy passes on: http.hosts = [\"jobs.example.org\"]");
        }
    }
}
