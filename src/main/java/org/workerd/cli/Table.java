package org.workerd.cli;

import java.util.ArrayList;
import java.util.List;
import org.workerd.job.Names;

/** Lines of columns, as wide as what stands in them, without boxes; all layout for terminals. Not thread-safe. */
final class Table {
    private static final String GAP = "  ";
    private static final int NARROWEST = 6;

    private final List<List<String>> rows = new ArrayList<>();

    /** The first column is never cut: it says which thing the row is about. */
    Table(String... headers) {
        rows.add(List.of(headers));
    }

    /** One cell for each header; what could move the cursor or end the line is replaced. */
    void row(String... cells) {
        rows.add(List.of(cells).stream().map(Names::printable).toList());
    }

    /** Header and rows, none wider than this. */
    List<String> lines(int width) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], length(row.get(i)));
            }
        }
        narrow(widths, width);
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    /** Takes from the widest column, again and again, until all fit or nothing more can be taken. */
    private static void narrow(int[] widths, int width) {
        int total = GAP.length() * (widths.length - 1);
        for (int one : widths) {
            total += one;
        }
        while (total > width) {
            int widest = 1;
            for (int i = 2; i < widths.length; i++) {
                widest = widths[i] >= widths[widest] ? i : widest;
            }
            if (widest >= widths.length || widths[widest] <= NARROWEST) {
                return;
            }
            widths[widest]--;
            total--;
        }
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cut(row.get(i), widths[i]);
            line.append(i == 0 ? "" : GAP).append(cell).append(" ".repeat(widths[i] - length(cell)));
        }
        return line.toString().stripTrailing();
    }

    /** As it is, or so many columns of it with a mark that it goes on. */
    static String cut(String cell, int width) {
        return length(cell) <= width ? cell : cell.substring(0, cell.offsetByCodePoints(0, width - 1)) + "…";
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
