package org.workerd.config;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.workerd.config.SettingType.Form;

/** What the settings of HTTP may be. */
final class HttpTypes {
    /** The word for "it is off". */
    static final String NOWHERE = "none";

    private static final Pattern TCP = Pattern.compile("(localhost|[0-9.]+|\\[[0-9a-fA-F:.]+]):([1-9][0-9]{0,4})");
    private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(?!$)|$)){4}");
    private static final Pattern HOST =
            Pattern.compile("([A-Za-z0-9_.-]{1,253}|\\[[0-9a-fA-F:.]+])(:[1-9][0-9]{0,4})?");
    private static final Pattern PLACE = Pattern.compile("/|(/[A-Za-z0-9._~-]+)+/?");
    private static final int LONGEST_SOCKET = 100;

    static final SettingType<List<Listen>> LISTEN = new SettingType<>(
            "\"none\", \"127.0.0.1:8888\", \"unix:/run/workerd/http.sock\", or a list of such",
            Form.TEXT_OR_ARRAY,
            HttpTypes::listen,
            HttpTypes::show);

    static final SettingType<List<String>> HOSTS = new SettingType<>(
            "an array of host names, like [\"jobs.example.org\"]",
            Form.ARRAY,
            (text, base) -> TextArray.parse(text).stream().map(HttpTypes::host).toList(),
            TextArray::format);

    static final SettingType<String> BASE_PATH = new SettingType<>(
            "a path like \"/\" or \"/workerd\"", Form.TEXT, (text, base) -> basePath(text), text -> text);

    static final SettingType<Boolean> TRUTH =
            new SettingType<>("true or false", Form.TRUTH, (text, base) -> truth(text), Object::toString);

    private HttpTypes() {}

    private static List<Listen> listen(String text, @Nullable Path base) {
        if (text.equals(NOWHERE)) {
            return List.of();
        }
        // The address [::1]:80 begins with a bracket, too.
        if (!text.matches("(?s)\\[\\s*([\"\\]]).*")) {
            return List.of(one(text, base));
        }
        List<Listen> all =
                TextArray.parse(text).stream().map(part -> one(part, base)).toList();
        if (all.stream().distinct().count() < all.size()) {
            throw new IllegalArgumentException("the same address is there twice");
        }
        return all;
    }

    private static Listen one(String text, @Nullable Path base) {
        if (text.startsWith(Listen.Unix.SCHEME)) {
            Path path = SettingType.PATH.read(text.substring(Listen.Unix.SCHEME.length()), base);
            if (path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST_SOCKET) {
                throw new IllegalArgumentException("the path of a unix socket must be at most " + LONGEST_SOCKET
                        + " bytes long, " + SettingType.quoted(path.toString()) + " is longer");
            }
            return new Listen.Unix(path);
        }
        Matcher tcp = TCP.matcher(text);
        if (!tcp.matches() || !isAddress(tcp.group(1)) || Integer.parseInt(tcp.group(2)) > 65_535) {
            throw SettingType.unexpected(
                    "an address and a port like 127.0.0.1:8888, or unix:PATH", SettingType.quoted(text));
        }
        return new Listen.Tcp(tcp.group(1).replaceAll("[\\[\\]]", ""), Integer.parseInt(tcp.group(2)));
    }

    /** A name would have to be looked up, and could be anybody's. */
    private static boolean isAddress(String host) {
        return host.equals("localhost")
                || host.startsWith("[")
                || IPV4.matcher(host).matches();
    }

    private static String show(List<Listen> all) {
        return switch (all.size()) {
            case 0 -> NOWHERE;
            case 1 -> all.get(0).text();
            default -> TextArray.format(all.stream().map(Listen::text).toList());
        };
    }

    private static String host(String text) {
        if (!HOST.matcher(text).matches()) {
            throw SettingType.unexpected("a name like jobs.example.org", SettingType.quoted(text) + " in it");
        }
        return text;
    }

    private static String basePath(String text) {
        if (!PLACE.matcher(text).matches() || text.contains("/../") || text.contains("/./")) {
            throw SettingType.unexpected(BASE_PATH.expected(), SettingType.quoted(text));
        }
        return text;
    }

    private static boolean truth(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw SettingType.unexpected(TRUTH.expected(), text);
        }
        return text.equals("true");
    }
}
