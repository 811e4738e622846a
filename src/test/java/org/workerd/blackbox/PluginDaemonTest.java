package org.workerd.blackbox;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.workerd.PluginJars;

/** A daemon whose handlers are in Java: with a directory of plugins, and what the tests write into their bodies. */
abstract class PluginDaemonTest extends DaemonTest {
    Path plugins;

    @BeforeEach
    void plugins() throws Exception {
        plugins = Files.createDirectory(at.top.resolve("plugins"));
        Installation.allow(plugins, "rwxr-xr-x");
        at.set("handlers.plugins", Installation.text("plugins")).configure();
    }

    /** One handler a jar, each in a class of its own. */
    void handler(String name, String body) {
        String type = "Handler_" + name;
        PluginJars.handler(type, name, body).build(plugins.resolve(name + ".jar"));
    }

    String diaryEntry(String words) {
        return "Files.writeString(Path.of(\"" + diary() + "\"), " + words
                + " + \"\\n\", StandardOpenOption.CREATE, StandardOpenOption.APPEND);";
    }

    /** Goes on whatever happens, until the file is there. */
    String until(Path file) {
        return "while (!Files.exists(Path.of(\"" + file + "\")))"
                + " try { Thread.sleep(10); } catch (InterruptedException e) { }";
    }

    String logs(long id) {
        return at.workerd("logs", Long.toString(id)).out();
    }
}
