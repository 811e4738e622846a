/**
 * What pages show, as plain records, and their templates. Knows jobs and what people do and see ({@code ops}); neither
 * Jetty, nor the queue's connections, nor who asks: {@code http} fills these records and sends what becomes of them.
 */
@NullMarked
package org.workerd.http.pages;

import org.jspecify.annotations.NullMarked;
