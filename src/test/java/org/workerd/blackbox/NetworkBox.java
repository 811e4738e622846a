package org.workerd.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import org.workerd.Tool;

/**
 * Machines with a network of their own, in namespaces of the kernel's, each with a cable to here. What goes into one that
 * is cut is lost, and nobody is told.
 */
final class NetworkBox {
    private static final String LOOPBACK = "lo";

    private final String prefix = "w" + ProcessHandle.current().pid() % 100_000;
    private final int machines;

    private NetworkBox(int machines) {
        this.machines = machines;
    }

    /** Where nobody may make them, the test is skipped; CI may. */
    static NetworkBox of(int machines) throws IOException, InterruptedException {
        Tool.needed("ip");
        boolean may = Tool.isRoot()
                && Tool.run("ip", "netns", "add", "workerd-may").exitCode() == 0
                && Tool.run("ip", "netns", "del", "workerd-may").exitCode() == 0;
        assertThat(may || !Tool.isCi()).as("CI may make network namespaces").isTrue();
        assumeTrue(may, "only root may make network namespaces, and not in every container");
        NetworkBox box = new NetworkBox(machines);
        for (int machine = 0; machine < machines; machine++) {
            box.make(machine);
        }
        return box;
    }

    private void make(int machine) throws IOException, InterruptedException {
        String name = name(machine);
        String far = name + "n";
        ip("netns", "add", name);
        ip("link", "add", name, "type", "veth", "peer", "name", far, "netns", name);
        ip("addr", "add", here(machine) + "/24", "dev", name);
        ip("link", "set", name, "up");
        ip("-n", name, "addr", "add", network(machine) + ".2/24", "dev", far);
        ip("-n", name, "link", "set", far, "up");
        ip("-n", name, "link", "set", LOOPBACK, "up");
    }

    private String name(int machine) {
        return prefix + "-" + machine;
    }

    private static String network(int machine) {
        return "10.199." + (100 + machine);
    }

    /** By which address the machine reaches what listens here. */
    String here(int machine) {
        return network(machine) + ".1";
    }

    /** What is put before a command, so that it runs there. */
    List<String> on(int machine) {
        return List.of("ip", "netns", "exec", name(machine));
    }

    void cut(int machine) throws IOException, InterruptedException {
        ip("link", "set", name(machine), "down");
    }

    void mend(int machine) throws IOException, InterruptedException {
        ip("link", "set", name(machine), "up");
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        Tool.Answer answer = Tool.run("ip", arguments);
        assertThat(answer.exitCode())
                .as(String.join(" ", arguments) + ": " + answer.output())
                .isZero();
    }

    void remove() throws IOException, InterruptedException {
        for (int machine = 0; machine < machines; machine++) {
            Tool.run("ip", "netns", "del", name(machine));
            Tool.run("ip", "link", "del", name(machine));
        }
    }
}
