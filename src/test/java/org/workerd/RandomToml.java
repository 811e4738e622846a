package org.workerd;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Configuration files of few tables and keys, written in many ways. Not thread-safe. */
final class RandomToml {
    private final Chance chance;

    RandomToml(Chance chance) {
        this.chance = chance;
    }

    /** Mostly well-formed: then it tells more. */
    String next() {
        StringBuilder text = new StringBuilder(chance.one(40) ? "\uFEFF" : "");
        List<String> tables = new ArrayList<>(List.of("daemon", "queue", "jobs.daemon", "queues.q", "log", "cron.x"));
        while (!tables.isEmpty() && chance.nextInt(6) > 0) {
            String table = tables.remove(chance.nextInt(chance.one(9) ? tables.size() : Math.min(2, tables.size())));
            if (chance.one(25)) {
                tables.add(table);
            }
            text.append(line(header(table)));
            for (String key : keys(table)) {
                text.append(
                        chance.one(20) ? line(chance.some("# [daemon]", "", "\t# pidfile = '/no'", "x", "[x")) : "");
                text.append(line(key));
            }
        }
        return chance.one(8) ? spoilt(text) : text.toString();
    }

    private String line(String text) {
        return text + chance.some("", "", "", " # \"x\"", " \t#[y]") + chance.some("\n", "\n", "\n", "\n", "\r\n");
    }

    private String header(String table) {
        String plain = "[" + table + "]";
        return chance.one(8)
                ? chance.some(" " + plain, "[ " + table + " ]", "[\"" + table + "\"]", "[" + plain + "]")
                : plain;
    }

    private List<String> keys(String table) {
        String place =
                chance.some("/x/y.pid", "run/w.pid", "./w.pid", "../w.pid", "/x//y/../é \t#'.pid", "~/w.pid", "w.pid/");
        String quoted = place.contains("'") || chance.one(2) ? '"' + place + '"' : "'" + place + "'";
        return switch (table) {
            case "daemon" ->
                pick(
                        "drain_timeout = \"1h\"",
                        chance.one(6)
                                ? chance.some(
                                        "pidfile = \"\"",
                                        "pidfile = 7",
                                        "\"pidfile\" = " + quoted,
                                        "pidfile = \"/x\\u0041\"",
                                        "pidfile = \"\"\"/long\"\"\"",
                                        "pidfile.x = 1")
                                : chance.some("pidfile = ", "  pidfile=", "pidfile\t =  ") + quoted);
            case "queue" ->
                pick(
                        chance.one(6)
                                ? chance.some(
                                        "url = ''",
                                        "\"url\" = 'sqlite:/q.db'",
                                        "url = \"sqlite:/\\u0041.db\"",
                                        "url = 'sqlite:'")
                                : "url = "
                                        + chance.some("'sqlite:q.db'", "\"sqlite:/var/q.db\"", "'sqlite:./x//q.db'"));
            case "jobs.daemon" -> pick("timeout = '1h'", "max_attempts = 3", chance.one(15) ? "pidfile = '/no'" : "");
            case "queues.q" -> pick("concurrency = 1", chance.one(15) ? "url = 'sqlite:/no'" : "");
            case "log" ->
                pick("level = \"warn\"", "file = \"[daemon]\"", "file = '''\n[daemon]\npidfile = \"/no\"\n'''");
            default ->
                List.of(
                        "schedule = '@daily'",
                        "name = \"n\"",
                        chance.some("args = [\n  '[daemon]',\n]", "args = ['a', \"b\"]"));
        };
    }

    private List<String> pick(String... keys) {
        return Stream.of(keys).filter(key -> !chance.one(4)).toList();
    }

    private String spoilt(StringBuilder text) {
        int from = chance.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + chance.nextInt(4));
        String piece =
                chance.some("", "[", "]", "\"", "'", "=", ".", "#", "\n", "\\", "daemon", "pidfile", "\"\"\"", "\r");
        return text.replace(from, to, piece).toString();
    }
}
