package org.workerd.daemon;

import org.workerd.config.SettingsFile;

import org.workerd.config.Environment;

import org.workerd.config.Settings;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The configuration with every key, as it is shipped. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SettingsBenchmark {
    private final Path shipped = Path.of("config/workerd.toml").toAbsolutePath();
    private final Environment environment = Environment.ofProcess();

    @Benchmark
    public Settings load() {
        return SettingsFile.load(shipped, environment).settings();
    }
}
