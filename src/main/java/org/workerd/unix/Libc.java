package org.workerd.unix;

import com.kenai.jffi.ArrayFlags;
import com.kenai.jffi.Function;
import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.nio.charset.StandardCharsets;

/**
 * One function of libc, called through jffi, the layer below jnr-ffi: binding the same two dozen functions through
 * jnr-ffi or jnr-posix takes 70 to 150 ms and 10 to 30 MB more in every process. Thread-safe.
 */
final class Libc {
    private static final Library LIBRARY = Library.getCachedInstance("libc.so.6", Library.LAZY);
    private static final Invoker INVOKER = Invoker.getInstance();
    static final Type INT = Type.SINT32;
    static final Type LONG = Type.SINT64;
    /** An address: a long, a String (passed as UTF-8 with a NUL), an int[] or byte[] (passed in and out). */
    static final Type POINTER = Type.POINTER;

    private final String name;
    private final Function function;

    private Libc(String name, Function function) {
        this.name = name;
        this.function = function;
    }

    /** The function of this name, which returns an int. */
    static Libc bind(String name, Type... parameters) {
        if (LIBRARY == null) {
            throw new IllegalStateException("cannot load libc: " + Library.getLastError());
        }
        long address = LIBRARY.getSymbolAddress(name);
        if (address == 0) {
            throw new IllegalStateException("this C library has no " + name + ": glibc 2.34 or newer is needed");
        }
        return new Libc(name, new Function(address, Type.SINT32, parameters));
    }

    /** What the function returned, whatever it was. */
    int invoke(Object... arguments) {
        HeapInvocationBuffer buffer = new HeapInvocationBuffer(function);
        for (Object argument : arguments) {
            put(buffer, argument);
        }
        return INVOKER.invokeInt(function, buffer);
    }

    /**
     * What the function returned, when it was not negative; tried again when a signal broke it off.
     *
     * @throws UnixException what failed and why
     */
    int call(String what, Object... arguments) {
        while (true) {
            int result = invoke(arguments);
            if (result >= 0) {
                return result;
            }
            UnixException failure = new UnixException(what, errno());
            if (!failure.is(jnr.constants.platform.Errno.EINTR)) {
                throw failure;
            }
        }
    }

    /** The reason why this thread's last call failed. */
    static int errno() {
        return LastError.getInstance().get();
    }

    @Override
    public String toString() {
        return name;
    }

    static byte[] chars(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return java.util.Arrays.copyOf(utf8, utf8.length + 1);
    }

    private static void put(HeapInvocationBuffer buffer, Object argument) {
        if (argument instanceof Integer number) {
            buffer.putInt(number);
        } else if (argument instanceof Long number) {
            buffer.putLong(number);
        } else if (argument instanceof String text) {
            byte[] chars = chars(text);
            buffer.putArray(chars, 0, chars.length, ArrayFlags.IN);
        } else if (argument instanceof byte[] bytes) {
            buffer.putArray(bytes, 0, bytes.length, ArrayFlags.IN | ArrayFlags.OUT);
        } else if (argument instanceof int[] ints) {
            buffer.putArray(ints, 0, ints.length, ArrayFlags.IN | ArrayFlags.OUT);
        } else {
            throw new IllegalArgumentException("cannot pass " + argument + " to libc");
        }
    }
}
