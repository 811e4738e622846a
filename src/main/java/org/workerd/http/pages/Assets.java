package org.workerd.http.pages;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The files that pages load: each of them ours. Immutable. */
public final class Assets {
    private static final Map<String, String> TYPES = Map.of(
            "style.css", "text/css; charset=utf-8",
            "live.js", "text/javascript; charset=utf-8",
            "icon.svg", "image/svg+xml");
    private static final Map<String, Asset> ALL = read();

    /** Another one when a file has changed, so that browsers may keep them. */
    public static final String VERSION = version();

    private Assets() {}

    /** One of them. */
    @SuppressWarnings("ArrayRecordComponent") // it is never compared
    public record Asset(String type, byte[] bytes) {}

    public static Optional<Asset> find(String name) {
        return Optional.ofNullable(ALL.get(name));
    }

    private static Map<String, Asset> read() {
        Map<String, Asset> all = new TreeMap<>();
        TYPES.forEach((name, type) -> {
            try (InputStream file = Assets.class.getResourceAsStream(name)) {
                if (file == null) {
                    throw new IllegalStateException("there is no " + name + " in our jar");
                }
                all.put(name, new Asset(type, file.readAllBytes()));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
        return all;
    }

    private static String version() {
        int hash = 17;
        for (Asset asset : ALL.values()) {
            hash = 31 * hash + Arrays.hashCode(asset.bytes());
        }
        return Integer.toHexString(hash);
    }
}
