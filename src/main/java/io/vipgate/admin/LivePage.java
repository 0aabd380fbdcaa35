package io.vipgate.admin;

import io.vipgate.admin.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /}: a page for a browser, and the files it is made of. They know nothing of this gateway: what the page shows
 * it asks for by the calls that are there for everybody.
 *
 * <p>The rules that are sent along (Content Security Policy level 3) let the page load and call nothing but this server, let no
 * other page embed it, and let no text become markup, whatever names and messages hold.
 *
 * <p>Stateless.
 */
final class LivePage {
    static final String PATH = "/";
    private static final String INDEX = "index.html";
    private static final String FOLDER = "/page/";
    /** In the resources, beside this class. */
    private static final String SOURCE = "page/";
    static final List<String> FILES = List.of(INDEX, "page.css", "icon.svg", "main.js", "blocks.js", "calls.js",
            "charts.js",
            "controls.js", "demo.js", "dialogs.js", "dom.js", "events.js", "feed.js", "format.js", "history.js",
            "homing.js", "tables.js",
            "theme.js", "uplot/LICENSE.txt", "uplot/uPlot.iife.min.js", "uplot/uPlot.min.css");
    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "css",
            "text/css; charset=utf-8", "js", "text/javascript; charset=utf-8", "svg", "image/svg+xml", "txt",
            "text/plain; charset=utf-8");
    private static final Map<String, String> RULES = Map.of("Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                    + "require-trusted-types-for 'script'; trusted-types 'none'",
            "Referrer-Policy", "no-referrer", "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin");

    private LivePage() {}

    static List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (String file : FILES) {
            Response answer = new Response(200, TYPES.getOrDefault(file.substring(file.lastIndexOf('.') + 1), ""),
                    Response.bytes(read(file)), RULES);
            routes.add(new Route("GET", file.equals(INDEX) ? PATH : FOLDER + file, Route.Access.ANYBODY, _ -> answer));
        }
        return routes;
    }

    private static byte[] read(String file) {
        try (@Nullable
        InputStream in = LivePage.class.getResourceAsStream(SOURCE + file)) {
            if (in == null) {
                throw new IllegalStateException("not in the jar: " + SOURCE + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
