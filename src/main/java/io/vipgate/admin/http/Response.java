package io.vipgate.admin.http;

import io.vipgate.admin.model.ErrorAnswer;
import io.vipgate.json.RecordWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What a call is answered.
 *
 * <p>Immutable.
 *
 * @param status of HTTP
 * @param contentType of the body
 * @param headers besides those of the body
 */
public record Response(int status, String contentType, Body body, Map<String, String> headers) {
    /** The type of most bodies. */
    public static final String JSON = "application/json";

    /** What follows the headers. Written once at most, but for {@link #bytes}. */
    public interface Body extends AutoCloseable {
        /** In bytes; 0 when only its end will tell. */
        default long length() {
            return 0;
        }

        /** Whether it goes on for as long as somebody reads, and so must not take the place of other answers. */
        default boolean isStream() {
            return false;
        }

        /** Writes it. */
        void writeTo(OutputStream out) throws IOException;

        /** Gives back what it holds, written or not. */
        @Override
        default void close() {}
    }

    private static final class Bytes implements Body {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes);
        }
    }

    /** Keeps its own copy. */
    public Response {
        headers = Map.copyOf(headers);
    }

    /** A record as JSON. */
    public static Response of(int status, Record body) {
        return new Response(status, JSON,
                bytes((RecordWriter.write(body) + "\n").getBytes(StandardCharsets.UTF_8)), Map.of());
    }

    /** A body that is there already; it may be written often. The array is not copied, and must not change any more. */
    public static Body bytes(byte[] bytes) {
        return new Bytes(bytes);
    }

    /** A refusal, {@code {"error": "...", "details": [...]}}. */
    public static Response error(int status, String message, List<String> details) {
        return of(status, new ErrorAnswer(message, details));
    }

    /** There is no room to answer now; a second later there may be. */
    public static Response busy(String message) {
        return error(503, message, List.of()).with("Retry-After", "1");
    }

    /** The same with this header, and no other but those of the body. */
    public Response with(String header, String value) {
        return new Response(status, contentType, body, Map.of(header, value));
    }
}
