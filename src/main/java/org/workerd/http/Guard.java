package org.workerd.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.workerd.config.HttpSettings;
import org.workerd.http.Tokens.Right;
import org.workerd.job.Names;

/**
 * Who gets in: the right host, then a right token or user, then, for what changes something, from nowhere else. Thread-safe
 * and immutable but for the count of failures.
 */
final class Guard {
    private static final Pattern LITERAL = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:.]+]");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,32}");

    private final HttpSettings settings;
    private final Tokens tokens;
    private final Failures failures;

    Guard(HttpSettings settings, Tokens tokens, Failures failures) {
        this.settings = settings;
        this.tokens = tokens;
        this.failures = failures;
    }

    /**
     * Lets the request in.
     *
     * @param isOpen it needs no token
     * @throws Problem when it does not get in
     */
    Caller admit(Asked asked, boolean isOpen) {
        checkHost(asked);
        if (isOpen) {
            return Caller.nobody(asked.peer());
        }
        Caller caller = asked.isSocket() ? user(asked) : token(asked);
        if (asked.isChange()) {
            checkChange(asked, caller);
        }
        return caller;
    }

    boolean isMetricsOpen() {
        return settings.openMetrics();
    }

    String basePath() {
        return settings.basePath();
    }

    private void checkHost(Asked asked) {
        String host = asked.host().toLowerCase(Locale.ROOT);
        String name = withoutPort(host);
        boolean ours = settings.hosts().stream()
                .map(known -> known.toLowerCase(Locale.ROOT))
                .anyMatch(known -> known.equals(host) || known.equals(name));
        // An address cannot be made to mean another machine, as a name can.
        boolean direct = name.equals("localhost") || LITERAL.matcher(name).matches();
        if (!ours && !(direct && (asked.isSocket() || !settings.behindProxy()))) {
            throw new Problem(
                    421,
                    "wrong-host",
                    "the Host \"" + Names.printable(asked.host()) + "\" is not one of http.hosts",
                    "If people shall ask by this name, add it to http.hosts, then: workerd reload");
        }
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    private Caller token(Asked asked) {
        String given = asked.authorization();
        if (given == null) {
            throw unauthorized("a token is needed");
        }
        boolean bearer = given.regionMatches(true, 0, "Bearer ", 0, 7);
        String[] basic = bearer ? new String[] {"", given.substring(7).strip()} : basic(given);
        Right right = tokens.of(basic[1]);
        if (right == Right.NONE) {
            if (!failures.allows(asked.peer())) {
                throw new Problem(429, "too-many-failures", "too many wrong tokens from here", "Wait a minute.");
            }
            throw unauthorized("the token is wrong");
        }
        String name = NAME.matcher(basic[0]).matches() ? basic[0] : right == Right.READ ? "read-token" : "token";
        return new Caller(name, asked.peer(), right == Right.CHANGE, bearer);
    }

    private static String[] basic(String given) {
        if (given.regionMatches(true, 0, "Basic ", 0, 6)) {
            try {
                byte[] bytes = Base64.getDecoder().decode(given.substring(6).strip());
                String pair = new String(bytes, StandardCharsets.UTF_8);
                int colon = pair.indexOf(':');
                return colon < 0
                        ? new String[] {"", ""}
                        : new String[] {pair.substring(0, colon), pair.substring(colon + 1)};
            } catch (IllegalArgumentException notBase64) {
                return new String[] {"", ""};
            }
        }
        return new String[] {"", ""};
    }

    private static Problem unauthorized(String detail) {
        return new Problem(
                401,
                "unauthorized",
                detail,
                "Authorization: Bearer TOKEN, or the token as the password of any user; it stands in http.token_file");
    }

    private static Caller user(Asked asked) {
        String user = asked.peer();
        String group = Objects.requireNonNull(asked.group());
        if (!user.equals("root") && !user.equals(own("user.name")) && !isMember(user, group)) {
            throw new Problem(
                    403,
                    "forbidden",
                    "the user " + user + " is neither root, nor the daemon's user, nor of his group",
                    "");
        }
        return new Caller(user, "unix", true, true);
    }

    /** His primary group comes with his credentials, the others stand in the file. */
    private static boolean isMember(String user, String primary) {
        try {
            String ours =
                    Files.getAttribute(Path.of("/proc/self"), "posix:group").toString();
            if (ours.equals(primary)) {
                return true;
            }
            try (Stream<String> lines = Files.lines(Path.of("/etc/group"))) {
                return lines.map(line -> line.split(":", 4))
                        .filter(parts -> parts.length == 4 && parts[0].equals(ours))
                        .anyMatch(parts ->
                                Arrays.asList(parts[3].strip().split(",")).contains(user));
            }
        } catch (IOException unknown) {
            return false;
        }
    }

    private static String own(String property) {
        return System.getProperty(property, "");
    }

    private void checkChange(Asked asked, Caller caller) {
        if (settings.readOnly()) {
            throw new Problem(403, "read-only", "nothing is changed over HTTP here: http.read_only = true", "");
        }
        if (!caller.mayChange()) {
            throw new Problem(
                    403, "read-only", "this token may look and change nothing", "It is http.read_token_file's.");
        }
        String site = asked.fetchSite();
        String origin = asked.origin();
        if (site != null) {
            if (!site.equals("same-origin")) {
                throw foreign("Sec-Fetch-Site is " + Names.printable(site) + ", not same-origin");
            }
        } else if (origin != null) {
            if (!isOurs(origin, asked.host())) {
                throw foreign("the Origin \"" + Names.printable(origin)
                        + "\" is neither the Host that was asked nor one of http.hosts");
            }
        } else if (!caller.isSure()) {
            throw foreign("with Basic a change needs an Origin or Sec-Fetch-Site");
        }
    }

    private boolean isOurs(String origin, @Nullable String host) {
        int scheme = origin.indexOf("://");
        if (scheme < 0) {
            return false;
        }
        String authority = origin.substring(scheme + 3);
        List<String> hosts = settings.hosts();
        return authority.equalsIgnoreCase(host)
                || hosts.stream()
                        .anyMatch(known ->
                                known.equalsIgnoreCase(authority) || known.equalsIgnoreCase(withoutPort(authority)));
    }

    private static Problem foreign(String check) {
        return new Problem(
                403,
                "foreign-origin",
                "another site may have asked for this: " + check,
                "A program uses Authorization: Bearer; behind a proxy see http.hosts.");
    }
}
