package io.vipgate.config;

import java.util.regex.Pattern;

/** The names of listeners, pools and endpoints. <b>Stateless.</b> */
final class Names {
    static final String RULE = "1 to 63 letters, digits, '_', '.' or '-', beginning with a letter or a digit";
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");

    private Names() {}

    static boolean isName(String text) {
        return FORM.matcher(text).matches();
    }
}
