package org.workerd.daemon;

import java.util.Map;
import java.util.TreeMap;
import org.workerd.config.Settings;
import org.workerd.worker.handlers.OwnUser;

/** What every handler finds in its environment: nothing of whoever started the daemon, and what the configuration adds. */
public final class HandlerEnvironment {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private HandlerEnvironment() {}

    public static Map<String, String> of(Settings settings, Map<String, String> ours) {
        Map<String, String> variables = new TreeMap<>();
        variables.put("PATH", PATH);
        variables.put("HOME", HandlerHome.of(settings.directory(), ours).toString());
        variables.put("USER", OwnUser.name());
        variables.put("LANG", ours.getOrDefault("LANG", "C.UTF-8"));
        if (ours.containsKey("TZ")) {
            variables.put("TZ", ours.getOrDefault("TZ", ""));
        }
        variables.putAll(settings.handlersEnv());
        return variables;
    }
}
