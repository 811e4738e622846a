package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What handlers noted of their runs, in its order: {@code start JOB PID ATTEMPT}, {@code end JOB PID STATUS}. */
final class StormHistory {
    private static final Pattern TOLD = Pattern.compile(".* job=(\\d+) .*state=(done|dead|cancelled)\\b.*");

    /** How far a job has come. */
    private static final class Course {
        private String pid = "";
        private int attempt;
        private boolean isRunning;
        private int successes;
    }

    private final Map<Long, Course> jobs = new HashMap<>();
    private int cutShort;

    StormHistory(List<String> diary) {
        for (String line : diary) {
            String[] words = line.split(" ");
            Course course = jobs.computeIfAbsent(Long.valueOf(words[1]), job -> new Course());
            switch (words[0]) {
                case "start" -> start(course, words, line);
                case "end" -> end(course, words, line);
                default -> throw new AssertionError(line);
            }
        }
        cutShort +=
                (int) jobs.values().stream().filter(course -> course.isRunning).count();
    }

    /** An attempt that was cut short never wrote its end. */
    private void start(Course course, String[] words, String line) {
        cutShort += course.isRunning ? 1 : 0;
        assertThat(Integer.parseInt(words[3])).as(line).isGreaterThanOrEqualTo(course.attempt);
        course.pid = words[2];
        course.attempt = Integer.parseInt(words[3]);
        course.isRunning = true;
    }

    private static void end(Course course, String[] words, String line) {
        assertThat(words[2])
                .as(line + " belongs to the attempt that began last")
                .isEqualTo(course.pid);
        course.isRunning = false;
        course.successes += words[3].equals("0") ? 1 : 0;
    }

    /** Runs that did not get to their end. */
    int cutShort() {
        return cutShort;
    }

    /** Runs that got to a good end though one before had, too. */
    int repeated() {
        return jobs.values().stream()
                .mapToInt(course -> Math.max(0, course.successes - 1))
                .sum();
    }

    boolean succeeded(long job) {
        return jobs.containsKey(job) && jobs.get(job).successes > 0;
    }

    /** Nobody may be told twice how a job ended. */
    static void assertEachEndsOnce(List<String> log) {
        Map<String, String> told = new HashMap<>();
        for (String line : log) {
            Matcher end = TOLD.matcher(line);
            if (end.matches()) {
                assertThat(told.put(end.group(1), line)).as("before " + line).isNull();
            }
        }
        assertThat(told).isNotEmpty();
    }
}
