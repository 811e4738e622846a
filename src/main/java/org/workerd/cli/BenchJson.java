package org.workerd.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.workerd.bench.Figure;
import org.workerd.bench.Machine;
import org.workerd.bench.Samples;
import org.workerd.ops.Json;

/** The figures of a bench for programs: with every repeat, and null where there is no limit. */
record BenchJson(Machine machine, boolean quick, List<Figure> figures, List<BenchRun.Gap> gaps) {
    void print(OutputStream stream) throws IOException {
        try (Json document = new Json(stream)) {
            JsonGenerator out = document.generator();
            out.writeStartObject();
            document.text("version", RunBench.class.getPackage().getImplementationVersion());
            out.writeBooleanField("quick", quick);
            writeMachine(out);
            out.writeArrayFieldStart("figures");
            for (Figure figure : figures) {
                writeFigure(out, figure);
            }
            out.writeEndArray();
            out.writeArrayFieldStart("unmeasured");
            for (BenchRun.Gap gap : gaps) {
                out.writeStartObject();
                out.writeStringField("title", gap.title());
                out.writeStringField("reason", gap.reason());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        }
    }

    private void writeMachine(JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("machine");
        out.writeNumberField("processors", machine.processors());
        out.writeStringField("model", machine.model());
        out.writeNumberField("memory_mb", machine.memoryMegabytes());
        out.writeStringField("kernel", machine.kernel());
        out.writeStringField("java", machine.java());
        out.writeStringField("disk", machine.disk());
        out.writeEndObject();
    }

    private static void writeFigure(JsonGenerator out, Figure figure) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", figure.name());
        out.writeStringField("title", figure.title());
        out.writeStringField("unit", figure.unit().word());
        out.writeObjectFieldStart("ours");
        writeSamples(out, figure.ours());
        out.writeEndObject();
        Figure.Limit limit = figure.limit();
        Double ratio = figure.ratio();
        if (limit == null) {
            out.writeNullField("limit");
        } else {
            out.writeObjectFieldStart("limit");
            out.writeStringField("title", limit.title());
            writeSamples(out, limit.samples());
            out.writeEndObject();
        }
        if (ratio == null) {
            out.writeNullField("ratio");
        } else {
            out.writeNumberField("ratio", ratio);
        }
        out.writeEndObject();
    }

    private static void writeSamples(JsonGenerator out, Samples samples) throws IOException {
        out.writeNumberField("median", samples.median());
        out.writeArrayFieldStart("repeats");
        for (double repeat : samples.repeats()) {
            out.writeNumber(repeat);
        }
        out.writeEndArray();
    }
}
