package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A queue that cannot be written to, over HTTP. */
class HttpDiskIT extends HttpTest {
    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        needsRoot();
        needs("mount");
        expectErrors();
        disk = Files.createDirectories(at.queue.getParent());
        Shell.Done done =
                at.shell.run("mount", "-t", "tmpfs", "-o", "size=16m,mode=755", "workerd-test", disk.toString());
        assertThat(done.code()).as(done.err()).isZero();
        at.handler("short", "exit 0");
        at.start();
        awaitListening();
    }

    @AfterEach
    void unmount() {
        if (Files.exists(at.pidfile)) {
            at.stop();
        }
        jobs().close();
        at.shell.run("umount", "-l", disk.toString());
    }

    private HttpResponse<String> store() throws Exception {
        return post("/api/v1/jobs", "{\"name\":\"short\",\"payload\":\"" + "x".repeat(900_000) + "\"}");
    }

    @Test
    void onAFullDiskNothingIsStoredAndTheProblemSaysWhatToDo() throws Exception {
        assertThat(post("/api/v1/jobs", "{\"name\":\"short\"}").statusCode()).isEqualTo(201);
        Path full = disk.resolve("full");
        at.shell.run("sh", "-c", "cat /dev/zero >'" + full + "' 2>/dev/null");
        HttpResponse<String> refused = store();
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(507);
        assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(refused.body()).contains("the disk is full", "\"hint\":\"Make room; nothing was changed.\"");
        Files.delete(full);
        until("it stores again", () -> store().statusCode() == 201);
        assertThat(jobs().count("jobs")).isEqualTo(2);
    }

    @Test
    void whileAnotherProgramLocksTheQueueTheProblemSaysToTryAgain() throws Exception {
        jobs().execute("begin immediate");
        HttpResponse<String> refused = post("/api/v1/jobs", "{\"name\":\"short\"}");
        jobs().execute("commit");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("locked", "Try again; nothing was changed.");
        until(
                "it stores again",
                () -> post("/api/v1/jobs", "{\"name\":\"short\"}").statusCode() == 201);
    }
}
