package io.vipgate.config;

import java.util.regex.Pattern;

/**
 * A congestion control of the kernel, by its name. Whether this machine has it is told when it is used. <b>Immutable.</b>
 *
 * @param name 1 to 15 letters, digits, hyphens and underscores
 */
public record CongestionName(String name) {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,15}");

    static CongestionName parse(String text) throws BadValueException {
        if (!NAME.matcher(text).matches()) {
            throw BadValueException
                    .expected("the name of a congestion control of the kernel, for example cubic or bbr");
        }
        return new CongestionName(text);
    }
}
