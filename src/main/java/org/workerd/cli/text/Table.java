package org.workerd.cli.text;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.workerd.job.Names;

/** Lines of columns, as wide as what stands in them, without boxes; all layout for terminals. Not thread-safe. */
public final class Table {
    private static final int GAP = 2;
    private static final int NARROW_GAP = 1;
    /** As long as the longest word for a state. */
    private static final int SHORT = 9;

    private final List<List<String>> rows = new ArrayList<>();
    private int coloured = -1;
    private Function<String, @Nullable String> colour = any -> null;

    /** The first column is never cut: it says which thing the row is about. */
    public Table(String... headers) {
        rows.add(List.of(headers));
    }

    /** One cell for each header; what could move the cursor or end the line is replaced. */
    public void row(String... cells) {
        rows.add(List.of(cells).stream().map(Names::printable).toList());
    }

    /** The cells of this column get the colour of this number, as terminals know it; null: none. */
    public void colour(int column, Function<String, @Nullable String> number) {
        coloured = column;
        colour = number;
    }

    /** Header and rows, or, where there is no room for all headings, a block of lines for each row. */
    public List<String> fitting(int width) {
        int gaps = NARROW_GAP * (rows.get(0).size() - 1);
        boolean fits = rows.size() == 1 || isWide(width) || sum(narrowed(width)) + gaps <= width;
        return fits ? lines(width) : blocks(width);
    }

    /** Header and rows. None is wider than this, as long as there is room for the headings and the numbers. */
    public List<String> lines(int width) {
        return isWide(width) ? lines(whole(), GAP) : lines(narrowed(width), NARROW_GAP);
    }

    /** Nothing needs to be cut. */
    private boolean isWide(int width) {
        int[] whole = whole();
        return sum(whole) + GAP * (whole.length - 1) <= width;
    }

    private int[] whole() {
        return IntStream.range(0, rows.get(0).size()).map(this::widest).toArray();
    }

    private int[] narrowed(int width) {
        int[] whole = whole();
        int columns = whole.length;
        int[] shortest = IntStream.range(0, columns)
                .map(i -> i == 0 || isOfNumbers(i) ? whole[i] : Math.max(heading(i), Math.min(whole[i], SHORT)))
                .toArray();
        int[] headings = IntStream.range(0, columns)
                .map(i -> i == 0 || isOfNumbers(i) ? whole[i] : heading(i))
                .toArray();
        int room = width - NARROW_GAP * (columns - 1);
        return narrow(narrow(whole.clone(), shortest, room), headings, room);
    }

    /** A line for each cell that says something, after its heading. */
    private List<String> blocks(int width) {
        List<String> headings = rows.get(0);
        int label = headings.stream().mapToInt(Table::length).max().orElseThrow();
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows.subList(1, rows.size())) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            for (int i = 0; i < row.size(); i++) {
                if (!row.get(i).matches("-?")) {
                    boolean cuts = i > 0 && !isOfNumbers(i);
                    String cell = cuts ? cut(row.get(i), Math.max(1, width - label - GAP)) : row.get(i);
                    String heading = headings.get(i);
                    lines.add(heading + " ".repeat(label - length(heading) + GAP) + coloured(i, row, cell));
                }
            }
        }
        return lines;
    }

    private String coloured(int column, List<String> row, String cell) {
        String number = column == coloured ? colour.apply(row.get(column)) : null;
        return number == null ? cell : "\033[" + number + "m" + cell + "\033[0m";
    }

    /** Takes from the widest column, again and again, until all fit or nothing more can be taken. */
    private static int[] narrow(int[] widths, int[] floors, int room) {
        for (int total = sum(widths); total > room; total--) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                boolean gives = widths[i] > floors[i];
                widest = gives && (widest < 0 || widths[i] >= widths[widest]) ? i : widest;
            }
            if (widest < 0) {
                break;
            }
            widths[widest]--;
        }
        return widths;
    }

    private static int sum(int[] widths) {
        return IntStream.of(widths).sum();
    }

    private int widest(int column) {
        return rows.stream().mapToInt(row -> length(row.get(column))).max().orElseThrow();
    }

    private int heading(int column) {
        return length(rows.get(0).get(column));
    }

    /** A part of a number would be another one. */
    private boolean isOfNumbers(int column) {
        return rows.stream().skip(1).allMatch(row -> row.get(column).matches("[0-9./-]*"));
    }

    private List<String> lines(int[] widths, int gap) {
        return rows.stream().map(row -> line(row, widths, gap)).toList();
    }

    private String line(List<String> row, int[] widths, int gap) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cut(row.get(i), widths[i]);
            line.append(" ".repeat(i == 0 ? 0 : gap))
                    .append(coloured(i, row, cell))
                    .append(" ".repeat(widths[i] - length(cell)));
        }
        return line.toString().stripTrailing();
    }

    /** As it is, or so many columns of it with a mark that it goes on. */
    public static String cut(String cell, int width) {
        return length(cell) <= width ? cell : cell.substring(0, cell.offsetByCodePoints(0, width - 1)) + "…";
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
