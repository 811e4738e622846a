package org.workerd.ops;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.workerd.job.JobState;
import org.workerd.ops.WaitsFor.Reason;
import org.workerd.store.JobView;
import org.workerd.worker.loop.AlarmText.News;

/** The payload of an alarm: the event, the job as everything of ours shows it, the end of its output. Stateless. */
public final class AlarmJson {
    /** In bytes; a quarter of what a payload may be, for one failing job may raise many alarms. */
    static final int LONGEST = 256 << 10;

    private AlarmJson() {}

    /** Of a job that is larger than such a message should be, what it was given and gave back is left out. */
    public static String of(News news) {
        String whole = text(news, false);
        if (whole.getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
            return whole;
        }
        List<JobView.Attempt> none = List.of();
        return text(new News(news.event(), news.job().brief(), none, news.policy(), news.outputTail()), true);
    }

    private static String text(News news, boolean isCut) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Json document = new Json(bytes)) {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            out.writeStringField("event", news.event().word());
            out.writeFieldName("job");
            document.job(news.job(), news.attempts(), news.policy(), waitsFor(news.job()));
            out.writeStringField("output_tail", news.outputTail());
            if (isCut) {
                out.writeBooleanField("left_out", true);
            }
            out.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }

    private static @Nullable WaitsFor waitsFor(JobView job) {
        return job.state() == JobState.RETRYING
                ? new WaitsFor(Reason.TIME, "its next attempt is not due yet", job.runAt(), null)
                : null;
    }
}
