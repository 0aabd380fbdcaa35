package io.vipgate.importer.nft;

import java.util.ArrayList;
import java.util.List;

/**
 * A word or a sign of a file, nft(8).
 *
 * <p>Immutable.
 *
 * @param line where it stands, from 1
 * @param text without its quotes; a line feed is the end of a line
 * @param isString it stood in quotes
 */
record NftWord(int line, String text, boolean isString) {
    private static final String SIGNS = "{},;()";

    boolean is(String sign) {
        return !isString && text.equals(sign);
    }

    boolean isEnd() {
        return is("\n") || is(";");
    }

    /** Splits a text. */
    static List<NftWord> split(List<String> lines) {
        List<NftWord> words = new ArrayList<>();
        boolean isContinued = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            isContinued = line.stripTrailing().endsWith("\\");
            String content = isContinued ? line.substring(0, line.lastIndexOf('\\')) : line;
            splitLine(content, i + 1, words);
            if (!isContinued) {
                words.add(new NftWord(i + 1, "\n", false));
            }
        }
        return words;
    }

    private static void splitLine(String line, int number, List<NftWord> words) {
        int at = 0;
        while (at < line.length()) {
            char c = line.charAt(at);
            if (c == '#') {
                return;
            }
            if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '"') {
                int end = line.indexOf('"', at + 1);
                end = end < 0 ? line.length() : end;
                words.add(new NftWord(number, line.substring(at + 1, end), true));
                at = Math.min(end + 1, line.length());
            } else if (SIGNS.indexOf(c) >= 0) {
                words.add(new NftWord(number, String.valueOf(c), false));
                at++;
            } else if ("=!<>".indexOf(c) >= 0) {
                int end = at + 1 < line.length() && "=<>".indexOf(line.charAt(at + 1)) >= 0 ? at + 2 : at + 1;
                words.add(new NftWord(number, line.substring(at, end), false));
                at = end;
            } else {
                int end = at;
                while (end < line.length() && !Character.isWhitespace(line.charAt(end))
                        && (SIGNS + "=!<>\"#").indexOf(line.charAt(end)) < 0) {
                    end++;
                }
                words.add(new NftWord(number, line.substring(at, end), false));
                at = end;
            }
        }
    }

    /** As a note shows them. */
    static String text(List<NftWord> words) {
        StringBuilder text = new StringBuilder();
        for (NftWord word : words) {
            String each = word.isString ? '"' + word.text + '"' : word.text;
            text.append(text.isEmpty() || word.is(",") ? "" : " ").append(each);
        }
        return text.toString();
    }
}
