package org.workerd.bench;

import java.io.IOException;
import java.util.List;

/** Measures figures that belong together. */
interface Step {
    /** What is being measured, for whoever waits. */
    String title();

    List<Figure> measure() throws IOException, InterruptedException;
}
