package io.vipgate.process;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Signals of the operating system, through {@code sun.misc.Signal} of module jdk.unsupported: the JDK's only way to see a
 * signal more than once, since shutdown hooks run for the first one alone. Reached by reflection because the compiler's
 * warning about that class can't be switched off, and warnings are errors here.
 *
 * <p>Thread-safe.
 */
final class Signals {
    private Signals() {}

    /**
     * Runs an action each time a signal comes, on a thread of its own, instead of what the JVM would do.
     *
     * @param name without SIG, such as {@code TERM}
     * @throws IllegalStateException if this JDK has no such class or the JVM keeps the signal for itself
     */
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler onSignal = (proxy, method, arguments) -> switch (method.getName()) {
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
                case "toString" -> "handler of SIG" + name;
                default -> {
                    action.run();
                    yield null;
                }
            };
            Object proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[]{handler}, onSignal);
            signal.getMethod("handle", signal, handler).invoke(null,
                    signal.getConstructor(String.class).newInstance(name),
                    proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("SIG" + name + " can't be handled", e);
        }
    }

    /**
     * Sends this process a signal.
     *
     * @param name without SIG, such as {@code TERM}
     * @throws IllegalStateException if this JDK has no such class, or nobody handles the signal
     */
    static void raise(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            signal.getMethod("raise", signal).invoke(null, signal.getConstructor(String.class).newInstance(name));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("SIG" + name + " can't be raised", e);
        }
    }
}
