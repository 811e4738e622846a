package org.workerd.http.pages;

/**
 * One figure of the first page.
 *
 * @param look a word of the style sheet; empty: as most
 */
public record Tile(String name, String figure, String href, String look) {}
