package org.workerd.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;

/** Why a line is not JSON, in our own words: those of the parser are for whoever programs with it. */
final class NoJson {
    private static final String EXAMPLE = "{\"name\":\"hello\"}";

    private NoJson() {}

    static IllegalArgumentException of(String line, JsonProcessingException failure) {
        return new IllegalArgumentException("not JSON: " + why(line, failure), failure);
    }

    private static String why(String line, JsonProcessingException failure) {
        String original = String.valueOf(failure.getOriginalMessage());
        if (failure instanceof StreamConstraintsException) {
            return "it is nested too deeply, or a number or key in it is too long";
        }
        if (original.startsWith("Duplicate")) {
            int from = original.indexOf('\'');
            int to = original.lastIndexOf('\'');
            return "duplicate key " + (from < to ? '"' + original.substring(from + 1, to) + '"' : "");
        }
        if (failure instanceof JsonEOFException || failure.getLocation() == null) {
            return "the line ends too early: a string, an array or an object is not closed";
        }
        int column = Math.max(1, failure.getLocation().getColumnNr());
        return "column " + column + ": " + at(column <= line.length() ? line.charAt(column - 1) : ' ', original);
    }

    private static String at(char letter, String original) {
        if (letter < ' ') {
            return "a control character in a string must be escaped, like \\n or \\u0007";
        }
        if (letter == '\'') {
            return "keys and strings must be in double quotes, as in " + EXAMPLE;
        }
        if (original.contains("escape")) {
            return "a backslash in a string must be written \\\\";
        }
        return "expected JSON like " + EXAMPLE + ", found something else";
    }
}
