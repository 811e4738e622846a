package org.workerd.daemon;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.nio.charset.StandardCharsets;
import org.workerd.job.Printable;

/** A line of the log as one JSON document, in which nothing can do more to a terminal than be printed. */
final class LogDocument extends JsonEncoder {
    @Override
    public byte[] encode(ILoggingEvent event) {
        String document = new String(super.encode(event), StandardCharsets.UTF_8);
        return Printable.json(document).getBytes(StandardCharsets.UTF_8);
    }
}
