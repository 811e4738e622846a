package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages in a browser: with scripts and without, wide and narrow, light and dark, and for who cannot see them. */
class PagesBrowserIT extends HttpTest {
    private static final List<String> PAGES =
            List.of("/", "/jobs", "/jobs/1", "/jobs/2", "/queues", "/schedules", "/handlers", "/daemons", "/enqueue");
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path profile;

    private String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    @Test
    void thePagesWorkForEverybody() throws Exception {
        at.handler("short", "echo hello");
        at.handler("fails", "echo broken >&2; exit 65");
        at.handler(
                "waits",
                "echo begun; echo 40 half >> \"$WORKERD_PROGRESS\""
                        + "; while [ ! -e \"$0.go\" ]; do sleep 0.05; done; echo ended");
        at.set("cron.nightly.schedule", Installation.text("0 0 1 1 *"));
        at.set("cron.nightly.name", Installation.text("short"));
        at.configure();
        at.start();
        awaitListening();
        long dead = jobs().insert("name", "fails", "payload", "</script><script>alert(1)</script>");
        long running = jobs().enqueue("waits");
        get("/api/v1/jobs/" + dead + "/wait?timeout=20s");
        try (Browser browser = new Browser(profile)) {
            browser.signIn(TOKEN);
            withoutScripts(browser);
            withScripts(browser, running);
            everywhere(browser);
            assertThat(browser.complaints()).isEmpty();
        }
    }

    /** A form is filled, sent, and one is where the job is. */
    private void withoutScripts(Browser browser) throws Exception {
        browser.scripts(false);
        browser.go(url("/enqueue"));
        browser.value("document.getElementById('name').value = 'short'");
        browser.loading(() -> browser.value("document.querySelector('form.fields button').click()"));
        assertThat(browser.text("location.pathname + location.search")).isEqualTo("/jobs/3?said=stored");
        assertThat(browser.text("document.querySelector('[role=status]').textContent"))
                .isEqualTo("Stored.");
        browser.go(url("/jobs?state=dead"));
        browser.value("document.querySelector('input[name=id]').click()");
        browser.loading(() -> browser.value("document.querySelector('button[value=retry]').click()"));
        assertThat(browser.text("document.querySelector('h1').textContent")).isEqualTo("Retry 1 job?");
        browser.loading(() -> browser.value("document.querySelector('form.sure button').click()"));
        assertThat(browser.text("document.querySelector('[role=status]').textContent"))
                .isEqualTo("1 job retried.");
        browser.scripts(true);
    }

    /** What changes is seen without asking again, and what is ticked stays so. */
    private void withScripts(Browser browser, long running) throws Exception {
        browser.go(url("/jobs"));
        until("it is live", LONG, () -> browser.is("document.getElementById('live').textContent === 'live'"));
        long fresh = jobs().enqueue("short");
        String row = "[...document.querySelectorAll('td.id')].some(cell => cell.textContent === '" + fresh + "')";
        until("the new job is in the list", LONG, () -> browser.is(row));

        browser.go(url("/jobs/" + running));
        until("the output comes", LONG, () -> browser.text("document.getElementById('follow').textContent")
                .equals("begun\n"));
        Files.writeString(at.handlers.resolve("waits.go"), "");
        until("the rest comes", LONG, () -> browser.text("document.getElementById('follow').textContent")
                .endsWith("ended\n"));
        until("the end is seen", LONG, () -> browser.text("document.querySelector('h1').textContent")
                .contains("done"));
    }

    private static final String WHOLE = "[...document.querySelectorAll('table.rows, table.jobs')]"
            + ".every(table => table.parentElement.scrollWidth <= table.parentElement.clientWidth)";

    private void everywhere(Browser browser) throws Exception {
        String axe;
        try (InputStream file = Objects.requireNonNull(getClass().getResourceAsStream("/axe.min.js"))) {
            axe = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        String find = "axe.run({ resultTypes: ['violations']%s }).then(found => found.violations"
                + ".map(one => one.id + ': ' + one.nodes.map(node => node.html).join(' | ')).join('\\n'))";
        List<String> faults = new ArrayList<>();
        for (String path : PAGES) {
            for (boolean dark : List.of(false, true)) {
                browser.dark(dark);
                browser.size(dark ? 1920 : 360, 900);
                browser.go(url(path));
                if (!browser.is("document.documentElement.scrollWidth <= document.documentElement.clientWidth")) {
                    faults.add(path + " is wider than the window");
                }
                browser.value(axe + "; 0");
                if (!browser.is(WHOLE)) {
                    faults.add(path + " has rows that lie beside the screen");
                }
                // Of what does not depend on colours nothing is different there.
                String found = browser.text(find.formatted(dark ? ", runOnly: ['color-contrast']" : ""));
                if (!found.isEmpty()) {
                    faults.add(path + (dark ? ", dark: " : ", light: ") + found);
                }
            }
        }
        browser.size(1024, 900);
        for (String path : PAGES) {
            browser.go(url(path));
            if (!browser.is(WHOLE)) {
                faults.add(path + " has rows that lie beside the window");
            }
        }
        assertThat(faults).isEmpty();
    }
}
